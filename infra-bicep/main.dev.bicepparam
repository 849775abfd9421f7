using 'main.bicep'

// A place to try things: small, public endpoints with identity only, nothing locked. For the azd environment `dev`.
param environmentName = 'dev'
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

// azd sets it to your id; with the Azure CLI, set AZURE_PRINCIPAL_ID.
param operators = filter([readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')], id => !empty(id))

param companySettings = {
  name: 'De Kruidtuin (dev)'
  privacyAddress: 'privacy-dev@kruidtuin.example'
  defaultLanguage: 'nl'
  phoneRegion: 'BE'
  timeZone: 'Europe/Brussels'
}

param channels = ['email']
param topics = [
  {
    id: 1
    name: 'newsletter'
    titles: { nl: 'Nieuwsbrief', fr: 'Lettre d\'information', de: 'Newsletter', en: 'Newsletter' }
    sendGridGroup: 1
  }
]

param linkAndDataKeys = {
  linkKeys: [{ id: 1, use: 'Sign' }]
  dataKeys: [1]
}

param sendGridAccount = {
  from: { address: 'optout-dev@kruidtuin.example', name: 'De Kruidtuin (dev)' }
}

param size = {
  alwaysReadyHttp: 1
  alwaysReadyFunctions: {}
  maximumInstances: 40
  instanceMemoryMB: 512
  zoneRedundant: false
}

param networkSettings = {
  privateEndpoints: false
  addressPrefix: '10.90.0.0/24'
  operatorAddresses: []
}

param alarmSettings = {
  addresses: ['operators-dev@kruidtuin.example']
  deadLetters: 0
  hoursWithoutReconciliation: 26
  driftPerDay: 1000
  secondsToStop: 900
  serverErrors: 50
  outboxDepth: 1000
}

param dataRedundancy = 'Standard_LRS'
param lockData = false
param anchors = { days: 1, locked: false }
param backup = { days: 7, locked: false }
param logRetentionDays = 30

// azd remembers it from the previous deployment; you need not set it.
param logsAreCleaned = readEnvironmentVariable('OPTOUT_LOGS_CLEANED', 'false') == 'true'
