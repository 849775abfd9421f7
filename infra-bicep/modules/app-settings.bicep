metadata description = 'The settings of the app, from the typed parameters. Two underscores replace the colon of .NET configuration. A test starts the product with them.'

import { settings, company, topic, channel, links, sendGrid } from 'types.bicep'

@export()
@description('OptOut:Controller.')
func controllerSettings(of company) settings =>
  union(
    {
      OptOut__Controller__Name: of.name
      OptOut__Controller__PrivacyAddress: of.privacyAddress
      OptOut__Controller__DefaultLanguage: of.defaultLanguage
      OptOut__Controller__PhoneRegion: of.phoneRegion
      OptOut__Controller__TimeZone: of.timeZone
    },
    of.?privacyStatement == null ? {} : { OptOut__Controller__PrivacyStatement: of.?privacyStatement! },
    of.?authority == null
      ? {}
      : {
          OptOut__Controller__Authority__Name: of.authority!.name
          OptOut__Controller__Authority__Url: of.authority!.url
        }
  )

@export()
@description('OptOut:Catalogue.')
func catalogueSettings(topics topic[], channels channel[]) settings =>
  union(
    listSettings('OptOut__Catalogue__Channels', channels),
    reduce(
      topics,
      {},
      (all, next, i) =>
        union(
          all,
          {
            'OptOut__Catalogue__Topics__${i}__Id': string(next.id)
            'OptOut__Catalogue__Topics__${i}__Name': next.name
            'OptOut__Catalogue__Topics__${i}__Titles__nl': next.titles.nl
            'OptOut__Catalogue__Topics__${i}__Titles__fr': next.titles.fr
            'OptOut__Catalogue__Topics__${i}__Titles__de': next.titles.de
            'OptOut__Catalogue__Topics__${i}__Titles__en': next.titles.en
          },
          listSettings('OptOut__Catalogue__Topics__${i}__Channels', next.?channels ?? [])
        )
    )
  )

@export()
@description('OptOut:SendGrid, without its API key.')
func sendGridSettings(of sendGrid?, topics topic[]) settings =>
  of == null
    ? {}
    : union(
        {
          OptOut__SendGrid__From__Address: of!.from.address
          OptOut__SendGrid__From__Name: of!.from.name
        },
        of.?baseAddress == null ? {} : { OptOut__SendGrid__BaseAddress: of.?baseAddress! },
        toObject(
          filter(topics, next => next.?sendGridGroup != null),
          next => 'OptOut__SendGrid__Groups__${next.name}',
          next => string(next.?sendGridGroup!)
        ),
        listSettings('OptOut__SendGrid__ServiceGroups', map(of.?serviceGroups ?? [], group => string(group))),
        listSettings('OptOut__SendGrid__EventPublicKeys', of.?eventPublicKeys ?? []),
        listSettings('OptOut__SendGrid__InboundPublicKeys', of.?inboundPublicKeys ?? [])
      )

@export()
@description('OptOut:Links and OptOut:Data, without their secrets.')
func linkSettings(of links, baseUrl string) settings =>
  union(
    { OptOut__Links__BaseUrl: baseUrl },
    of.?mailtoHost == null ? {} : { OptOut__Links__MailtoHost: of.?mailtoHost! },
    reduce(
      of.linkKeys,
      {},
      (all, next, i) =>
        union(all, {
          'OptOut__Links__Keys__${i}__Id': string(next.id)
          'OptOut__Links__Keys__${i}__Use': next.use
        })
    ),
    reduce(of.dataKeys, {}, (all, next, i) => union(all, { 'OptOut__Data__Keys__${i}__Id': string(next) }))
  )

@export()
@description('Which setting takes which secret of the vault, for our own keys and for SendGrid.')
func secretNames(of links, withSendGrid bool) settings =>
  union(
    { OptOut__Data__HashSecret: 'data-hash-secret' },
    withSendGrid ? { OptOut__SendGrid__ApiKey: 'sendgrid-api-key' } : {},
    reduce(
      of.linkKeys,
      {},
      (all, next, i) => union(all, { 'OptOut__Links__Keys__${i}__Secret': 'link-key-${next.id}' })
    ),
    reduce(of.dataKeys, {}, (all, next, i) => union(all, { 'OptOut__Data__Keys__${i}__Secret': 'data-key-${next}' }))
  )

@export()
@description('References without a version: Azure reads the newest within 24 hours, and at every restart.')
func secretSettings(names settings, vaultUri string) settings =>
  toObject(items(names), next => next.key, next => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${next.value}/)')

@description('A list, in the form of .NET configuration.')
func listSettings(name string, values string[]) settings =>
  toObject(range(0, length(values)), i => '${name}__${i}', i => values[i])
