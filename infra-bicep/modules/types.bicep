metadata description = 'The types of the parameters of main.bicep, one for each concern.'

@export()
@description('The tags by which azd finds its own resources.')
type azdTags = {
  'azd-env-name': string
}

@export()
@description('App settings by name.')
type settings = {
  *: string
}

@export()
@description('The company on whose behalf the app acts: OptOut:Controller.')
type company = {
  @description('The name people know it by.')
  @minLength(1)
  name: string

  @description('Where questions from people and the nightly report are sent.')
  @minLength(3)
  privacyAddress: string

  @description('The full URL of the privacy statement.')
  privacyStatement: string?

  @description('The data protection authority a person may complain to (GDPR art. 77).')
  authority: { name: string, url: string }?

  @description('For people whose language is not known.')
  defaultLanguage: 'nl' | 'fr' | 'de' | 'en'

  @description('ISO 3166-1 alpha-2: the country of a phone number without a country code.')
  @minLength(2)
  @maxLength(2)
  phoneRegion: string

  @description('The IANA name of the time zone in which dates are shown.')
  timeZone: string
}

@export()
@description('One kind of marketing: OptOut:Catalogue:Topics and its SendGrid group.')
type topic = {
  @description('Part of every link ever sent: never reuse a number for another topic.')
  @minValue(1)
  @maxValue(255)
  id: int

  @description('From a-z and 0-9. No hyphen here, although the product accepts one: on Linux the name of an app setting cannot contain it, and a topic\'s name is part of one.')
  @minLength(1)
  @maxLength(32)
  name: string

  @description('The name that people see.')
  titles: { nl: string, fr: string, de: string, en: string }

  @description('The channels it is sent on. If omitted: every channel of the company.')
  channels: channel[]?

  @description('The id of the SendGrid unsubscribe group of its mails. Needed where SendGrid is used.')
  @minValue(1)
  sendGridGroup: int?
}

@export()
type channel = 'email' | 'sms' | 'phone' | 'post'

@export()
@description('A key that signs links, or used to. Its secret is link-key-{id} in the vault.')
type linkKey = {
  @minValue(0)
  @maxValue(255)
  id: int

  @description('Exactly one key must be Sign. Revoked is for a key that leaked.')
  use: 'Sign' | 'Verify' | 'Revoked'
}

@export()
@description('The links and the keys: OptOut:Links and OptOut:Data.')
type links = {
  @description('Where people reach the pages, as in https://optout.example.com. It stays in every mail ever sent: use a domain of your own. If omitted: the address that Azure assigns.')
  baseUrl: string?

  @description('The domain that receives opt-outs by mail (mailto). If omitted: there is no mailto form.')
  mailtoHost: string?

  @minLength(1)
  linkKeys: linkKey[]

  @description('The numbers of the keys for contact points: the first encrypts, all decrypt. Their secrets are data-key-{id} in the vault.')
  @minLength(1)
  dataKeys: int[]
}

@export()
@description('SendGrid: OptOut:SendGrid. The API key is sendgrid-api-key in the vault.')
type sendGrid = {
  @description('A verified sender of the account: the sender of confirmations and of the report.')
  from: { address: string, name: string }

  @description('https://api.eu.sendgrid.com for an EU regional subuser. If omitted: https://api.sendgrid.com.')
  baseAddress: string?

  @description('Unsubscribe groups whose mail is not marketing.')
  serviceGroups: int[]?

  @description('The public keys of the signed event webhook, as shown by SendGrid. Not secret.')
  eventPublicKeys: string[]?

  @description('The public keys of the Inbound Parse security policy. Not secret. If omitted: mails sent to the mailto form wait at SendGrid.')
  inboundPublicKeys: string[]?
}

@export()
@description('The number and size of instances: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan')
type scale = {
  @description('Instances always ready for people and mail clients, so that nobody has to wait for a cold start. At least 1; 2 for zone redundancy.')
  @minValue(1)
  alwaysReadyHttp: int

  @description('By function name: instances always ready for messages. Each bus function scales on instances of its own.')
  alwaysReadyFunctions: { *: int }

  @minValue(40)
  @maxValue(1000)
  maximumInstances: int

  instanceMemoryMB: 512 | 2048 | 4096

  @description('Whether instances are spread over availability zones: only in regions where Flex Consumption supports that, and with two instances always ready in each group that has any.')
  zoneRedundant: bool
}

@export()
@description('Private endpoints, and the network for the app\'s outbound traffic. Decide before the first deployment: they need the Premium tier of Service Bus, and a namespace cannot change its tier.')
type network = {
  privateEndpoints: bool

  @description('A /24 that is not used anywhere else in your network.')
  addressPrefix: string

  @description('IPv4 addresses of your operators, who may still reach the vault and the data account. If empty: only from within the network.')
  operatorAddresses: string[]
}

@export()
@description('Front Door with a web application firewall, in front of the app.')
type frontDoor = {
  @description('Premium adds Microsoft\'s managed rules on /api.')
  tier: 'Standard' | 'Premium'

  @description('A domain of yours, as in optout.example.com. If omitted: the one that Azure assigns.')
  customDomain: string?
}

@export()
@description('When an alert is raised, and for whom.')
type alarms = {
  @description('E-mail addresses.')
  @minLength(1)
  addresses: string[]

  @description('The number of dead letters above which an alert is raised. 0, unless you know of some that will stay.')
  @minValue(0)
  deadLetters: int

  @description('Hours since the last complete reconciliation with a vendor, since the ledgers were verified, or since the tables were backed up. Each runs every 24 hours, so 26 leaves two for a long run. An alert rule can look back two days at most.')
  @minValue(25)
  @maxValue(47)
  hoursWithoutReconciliation: int

  @description('The number of differences between our consent and one vendor\'s lists in one day, above which an alert is raised.')
  @minValue(1)
  driftPerDay: int

  @description('Seconds within which 95 of 100 opt-outs must have reached a vendor.')
  @minValue(1)
  secondsToStop: int

  @description('The number of answers with a status of 500 or more in 15 minutes.')
  @minValue(1)
  serverErrors: int

  @description('The number of changes that wait in the outbox because the bus did not accept them.')
  @minValue(1)
  outboxDepth: int
}
