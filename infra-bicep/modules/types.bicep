metadata description = 'The shapes of what main.bicep is told, one for each concern.'

@export()
@description('How azd finds what is its own.')
type azdTags = {
  'azd-env-name': string
}

@export()
@description('App settings by name.')
type settings = {
  *: string
}

@export()
@description('The company in whose name all this is done: OptOut:Controller.')
type company = {
  @description('As people know it.')
  @minLength(1)
  name: string

  @description('Where a person\'s question and the nightly report go.')
  @minLength(3)
  privacyAddress: string

  @description('Whole web address of the privacy statement.')
  privacyStatement: string?

  @description('The data protection authority a person may complain to (GDPR art. 77).')
  authority: { name: string, url: string }?

  @description('For people whose language nobody knows.')
  defaultLanguage: 'nl' | 'fr' | 'de' | 'en'

  @description('ISO 3166-1 alpha-2: the country of a phone number written without one.')
  @minLength(2)
  @maxLength(2)
  phoneRegion: string

  @description('IANA name of the time zone that dates are written in.')
  timeZone: string
}

@export()
@description('One kind of marketing: OptOut:Catalogue:Topics and its SendGrid group.')
type topic = {
  @description('Part of every link ever mailed: never reuse a number for another topic.')
  @minValue(1)
  @maxValue(255)
  id: int

  @description('Of a-z and 0-9. No hyphen here, though the product takes one: the name of an app setting cannot hold it on Linux, and a topic\'s name is part of one.')
  @minLength(1)
  @maxLength(32)
  name: string

  @description('What a person reads.')
  titles: { nl: string, fr: string, de: string, en: string }

  @description('Where it is sent. Left out: on every channel of the company.')
  channels: channel[]?

  @description('The id of the SendGrid unsubscribe group its mails are sent with.')
  @minValue(1)
  sendGridGroup: int
}

@export()
type channel = 'email' | 'sms' | 'phone' | 'post'

@export()
@description('A key that signs links, or did. Its secret is link-key-{id} in the vault.')
type linkKey = {
  @minValue(0)
  @maxValue(255)
  id: int

  @description('Exactly one signs. Revoked is for a key that leaked.')
  use: 'Sign' | 'Verify' | 'Revoked'
}

@export()
@description('The links and the keys: OptOut:Links and OptOut:Data.')
type links = {
  @description('Where people reach the pages, as in https://optout.example.com. It stands in every mail for ever: use a domain of your own. Left out: the address Azure gives.')
  baseUrl: string?

  @description('The domain that receives the mailto form. Left out: there is no mailto form.')
  mailtoHost: string?

  @minLength(1)
  linkKeys: linkKey[]

  @description('Numbers of the keys that encrypt identifiers; the first encrypts, all decrypt. Their secrets are data-key-{id} in the vault.')
  @minLength(1)
  dataKeys: int[]
}

@export()
@description('SendGrid: OptOut:SendGrid. The API key is sendgrid-api-key in the vault.')
type sendGrid = {
  @description('A verified sender of the account: who confirmations and the report come from.')
  from: { address: string, name: string }

  @description('https://api.eu.sendgrid.com for an EU regional subuser. Left out: https://api.sendgrid.com.')
  baseAddress: string?

  @description('Unsubscribe groups whose mail is no marketing.')
  serviceGroups: int[]?

  @description('Public keys of the signed event webhook, as SendGrid shows them. Not secret.')
  eventPublicKeys: string[]?

  @description('Public keys of the Inbound Parse security policy. Not secret. Left out: mails sent to the mailto form wait at SendGrid.')
  inboundPublicKeys: string[]?
}

@export()
@description('How many instances, how large: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan')
type scale = {
  @description('Instances that wait for people and mail clients, so that nobody meets a cold start. At least 1; 2 for zone redundancy.')
  @minValue(1)
  alwaysReadyHttp: int

  @description('By function name: instances that wait for messages. Each bus function scales on instances of its own.')
  alwaysReadyFunctions: { *: int }

  @minValue(40)
  @maxValue(1000)
  maximumInstances: int

  instanceMemoryMB: 512 | 2048 | 4096

  @description('Spread over availability zones: only in regions that have them for Flex Consumption, and with two instances always ready in each group that has any.')
  zoneRedundant: bool
}

@export()
@description('Private endpoints, and the network the app leaves by. Decide before the first deployment: they need the Premium tier of Service Bus, and a namespace cannot change its tier.')
type network = {
  privateEndpoints: bool

  @description('A /24 that nothing else of yours uses.')
  addressPrefix: string

  @description('IPv4 addresses of your operators, who may still reach the vault and the data account. None: only from within the network.')
  operatorAddresses: string[]
}

@export()
@description('Front Door with a web application firewall before the app.')
type frontDoor = {
  @description('Premium adds Microsoft\'s managed rules on /api.')
  tier: 'Standard' | 'Premium'

  @description('A domain of yours, as in optout.example.com. Left out: the one Azure gives.')
  customDomain: string?
}

@export()
@description('When somebody is called.')
type alarms = {
  @description('E-mail addresses.')
  @minLength(1)
  addresses: string[]

  @description('Dead letters above which somebody is called. 0, unless you know of some that will stay.')
  @minValue(0)
  deadLetters: int

  @description('Hours since the last whole reconciliation with a vendor, or since the ledgers were verified. Each starts every 24: 26 leave two for a long run. A rule looks back two days at most.')
  @minValue(25)
  @maxValue(47)
  hoursWithoutReconciliation: int

  @description('Differences between our consent and one vendor\'s lists in one day, above which somebody looks.')
  @minValue(1)
  driftPerDay: int

  @description('Seconds within which 95 of 100 opt-outs must have reached a vendor.')
  @minValue(1)
  secondsToStop: int

  @description('Answers with a status of 500 or more in 15 minutes.')
  @minValue(1)
  serverErrors: int

  @description('Changes that wait in the outbox because the bus did not take them.')
  @minValue(1)
  outboxDepth: int
}
