using 'main.bicep'

// Private by default: the tables, the bus and the keys are reachable only from the app's own network, and people come in through Front
// Door. For the cost of this, with and without private endpoints, see README.md. For the azd environment `prod`.
param environmentName = 'prod'
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

// azd sets it to your id; with the Azure CLI, set AZURE_PRINCIPAL_ID. Write the ids of your team here instead.
param operators = filter([readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')], id => !empty(id))

param companySettings = {
  name: 'De Kruidtuin'
  privacyAddress: 'privacy@kruidtuin.example'
  privacyStatement: 'https://www.kruidtuin.example/privacy'
  authority: { name: 'GBA/APD', url: 'https://www.gegevensbeschermingsautoriteit.be' }
  defaultLanguage: 'nl'
  phoneRegion: 'BE'
  timeZone: 'Europe/Brussels'
}

param channels = ['email', 'sms', 'phone', 'post']
param topics = [
  {
    id: 1
    name: 'newsletter'
    titles: { nl: 'Nieuwsbrief', fr: 'Lettre d\'information', de: 'Newsletter', en: 'Newsletter' }
    channels: ['email']
    sendGridGroup: 101
  }
  {
    id: 2
    name: 'offers'
    titles: { nl: 'Aanbiedingen', fr: 'Offres', de: 'Angebote', en: 'Offers' }
    sendGridGroup: 102
  }
  {
    id: 3
    name: 'events'
    titles: { nl: 'Evenementen', fr: 'Événements', de: 'Veranstaltungen', en: 'Events' }
    sendGridGroup: 103
  }
]

// A rotated key stays in the list: { id: 2, use: 'Sign' } before { id: 1, use: 'Verify' }. See README, "Rotate a key".
param linkAndDataKeys = {
  // Not the host name of the pages: that is a CNAME, which can have no MX record next to it (RFC 1034 section 3.6.2).
  mailtoHost: 'mail.optout.kruidtuin.example'
  linkKeys: [{ id: 1, use: 'Sign' }]
  dataKeys: [1]
}

param sendGridAccount = {
  from: { address: 'optout@kruidtuin.example', name: 'De Kruidtuin' }
  serviceGroups: []
  eventPublicKeys: []
  inboundPublicKeys: []
}

// Other vendors: settings by name, and the names of their secrets in the vault. See README, "Other vendors".
param moreSettings = { OptOut__PrintHouse__Enabled: 'true' }
param vaultSettings = {}

// 2 always-ready instances in each group, so that one zone may fail. The bus functions that a person waits for longest have them;
// the others start within seconds of the first message.
param size = {
  alwaysReadyHttp: 2
  alwaysReadyFunctions: { Apply: 2, PushEmail: 2 }
  maximumInstances: 100
  instanceMemoryMB: 2048
  zoneRedundant: true
}

param networkSettings = {
  privateEndpoints: true
  addressPrefix: '10.90.0.0/24'
  // Your own address, to add keys and read reports: ['203.0.113.7'].
  operatorAddresses: []
}

param frontDoorSettings = {
  tier: 'Premium'
  customDomain: 'optout.kruidtuin.example'
}

param alarmSettings = {
  addresses: ['operators@kruidtuin.example']
  deadLetters: 0
  hoursWithoutReconciliation: 26
  driftPerDay: 100
  secondsToStop: 300
  serverErrors: 10
  outboxDepth: 100
}

param dataRedundancy = 'Standard_GZRS'
param lockData = true

// Ten years: the period in which a claim about an opt-out can still be made. Lower it if your lawyers advise so; a locked policy can only
// be extended.
param anchors = { days: 3653, locked: false }

// For as long as a mistake may go unnoticed. People who are erased stay in older backups until these are deleted.
param backup = { days: 35, locked: false }
param logRetentionDays = 90

// azd remembers it from the previous deployment; you need not set it.
param logsAreCleaned = readEnvironmentVariable('OPTOUT_LOGS_CLEANED', 'false') == 'true'
