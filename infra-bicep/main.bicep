metadata name = 'OptOut'
metadata description = 'Everything OptOut needs in Azure, in one resource group. Deployed by azd (azure.yaml) or `az deployment sub create`; read README.md first.'

targetScope = 'subscription'

import { settings, company, topic, channel, links, sendGrid, scale, network as networkShape, frontDoor, alarms } from 'modules/types.bicep'
import {
  controllerSettings
  catalogueSettings
  sendGridSettings
  linkSettings
  secretNames
  secretSettings
} from 'modules/app-settings.bicep'

@description('The name of the azd environment. Every name in Azure is derived from it, so it cannot change.')
@minLength(1)
@maxLength(20)
param environmentName string

@description('The region of everything but Front Door: one with Flex Consumption.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

param companySettings company

@description('The kinds of marketing, in the order a person sees them.')
@minLength(1)
@maxLength(50)
param topics topic[]

@description('The channels the company uses, in the order a person sees them.')
@minLength(1)
param channels channel[]

param linkAndDataKeys links

@description('If omitted: SendGrid is not used. Another vendor must then send the confirmations (OptOut:ServiceMail).')
param sendGridAccount sendGrid?

@description('Any other setting of the product by its name, as in { OptOut__Twilio__AccountSid: \'AC...\' }. Nothing secret: use vaultSettings for that.')
param moreSettings settings = {}

@description('Other settings that are secret, each with the name of its secret in the vault: { OptOut__Twilio__AuthToken: \'twilio-auth-token\' }.')
param vaultSettings settings = {}

param size scale
param networkSettings networkShape

@description('If omitted: the app is reached at its own address.')
param frontDoorSettings frontDoor?

param alarmSettings alarms

@description('The number of copies of the data, and where they are: https://learn.microsoft.com/azure/storage/common/storage-redundancy')
param dataRedundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS' | 'Standard_RAGZRS'

@description('Whether the data account is locked against deletion.')
param lockData bool

@description('How long the ledger\'s anchors are immutable.')
param anchors {
  @minValue(1)
  @maxValue(146000)
  days: int

  @description('True once you have locked the policy by hand (README, "Lock the anchors").')
  locked: bool
}

@description('How long each night\'s backup of the tables is kept: immutable until then, deleted the day after.')
param backup {
  @minValue(1)
  @maxValue(365)
  days: int

  @description('True once you have locked the policy by hand (README, "Lock the anchors").')
  locked: bool
}

@description('Object ids of the people who may put keys into the vault.')
param operators string[]

@minValue(30)
@maxValue(730)
param logRetentionDays int

@description('The output OPTOUT_LOGS_CLEANED of the previous deployment; azd remembers it. False for the first deployment, and if you do not know: then logs that arrive during this deployment may be stored with their paths.')
param logsAreCleaned bool

var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)
var profileName = 'afd-optout-${token}'
var endpointName = 'optout-${token}'
var identityName = 'id-optout-${token}'
var private = networkSettings.privateEndpoints
var throughFrontDoor = frontDoorSettings != null

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-optout-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { location: location, tags: tags, name: identityName }
}

module monitor 'modules/monitor.bicep' = {
  name: 'monitor'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: 'log-optout-${token}'
    insightsName: 'appi-optout-${token}'
    identityName: identityName
    retentionDays: logRetentionDays
    logsAreCleaned: logsAreCleaned
  }
  dependsOn: [identity]
}

module hostStorage 'modules/host-storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    location: location
    tags: tags
    name: 'sthost${token}'
    identityName: identityName
    privateEndpoints: private
  }
  dependsOn: [identity]
}

module dataStorage 'modules/data-storage.bicep' = {
  name: 'data-storage'
  scope: group
  params: {
    location: location
    tags: tags
    name: 'stdata${token}'
    identityName: identityName
    sku: dataRedundancy
    privateEndpoints: private
    operatorAddresses: networkSettings.operatorAddresses
    anchorDays: anchors.days
    anchorsLocked: anchors.locked
    backupDays: backup.days
    backupLocked: backup.locked
    lock: lockData
  }
  dependsOn: [identity]
}

module bus 'modules/bus.bicep' = {
  name: 'bus'
  scope: group
  params: {
    location: location
    tags: tags
    name: 'sb-optout-${token}'
    identityName: identityName
    privateEndpoints: private
    workspaceId: monitor.outputs.workspaceId
  }
  dependsOn: [identity]
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: tags
    name: 'kv-optout-${token}'
    identityName: identityName
    privateEndpoints: private
    operatorAddresses: networkSettings.operatorAddresses
    operators: operators
    workspaceId: monitor.outputs.workspaceId
  }
  dependsOn: [identity]
}

module network 'modules/network.bicep' = if (private) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    name: 'vnet-optout-${token}'
    addressPrefix: networkSettings.addressPrefix
  }
}

var closed = private
  ? [
      { name: 'data-tables', group: 'table' }
      { name: 'data-blobs', group: 'blob' }
      { name: 'host-tables', group: 'table' }
      { name: 'host-blobs', group: 'blob' }
      { name: 'vault', group: 'vault' }
      { name: 'bus', group: 'namespace' }
    ]
  : []
var closedIds = {
  'data-tables': dataStorage.outputs.id
  'data-blobs': dataStorage.outputs.id
  'host-tables': hostStorage.outputs.id
  'host-blobs': hostStorage.outputs.id
  vault: vault.outputs.id
  bus: bus.outputs.id
}

module endpoints 'modules/private-endpoint.bicep' = [
  for service in closed: {
    name: 'endpoint-${service.name}'
    scope: group
    params: {
      location: location
      tags: tags
      name: 'pe-${service.name}-${token}'
      subnetId: network!.outputs.endpointSubnetId
      serviceId: closedIds[service.name]
      group: service.group
      zoneId: network!.outputs.zoneIds[service.group]
    }
  }
]

module endpoint 'modules/front-door.bicep' = if (throughFrontDoor) {
  name: 'front-door'
  scope: group
  params: {
    tags: tags
    profileName: profileName
    endpointName: endpointName
    policyName: 'wafoptout${token}'
    tier: frontDoorSettings.?tier ?? 'Standard'
    privacyAddress: companySettings.privacyAddress
  }
}

var appName = 'func-optout-${token}'
var azureHost = throughFrontDoor ? endpoint!.outputs.hostName : '${appName}.azurewebsites.net'
var customHost = frontDoorSettings.?customDomain ?? ''
var baseUrl = linkAndDataKeys.?baseUrl ?? 'https://${empty(customHost) ? azureHost : customHost}'

// Every service is accessed with the identity:
// https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
var platformSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId
  AzureWebJobsStorage__blobServiceUri: hostStorage.outputs.blobEndpoint
  AzureWebJobsStorage__tableServiceUri: hostStorage.outputs.tableEndpoint
  ServiceBus__credential: 'managedidentity'
  ServiceBus__clientId: identity.outputs.clientId
  ServiceBus__fullyQualifiedNamespace: bus.outputs.fullyQualifiedNamespace
  APPLICATIONINSIGHTS_CONNECTION_STRING: monitor.outputs.connectionString
  // https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
  // For DefaultAzureCredential: which identity to use, and to try nothing else.
  // https://learn.microsoft.com/dotnet/azure/sdk/authentication/credential-chains
  AZURE_CLIENT_ID: identity.outputs.clientId
  AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
  // Azure's own page at / is of no use to people.
  AzureWebJobsDisableHomepage: 'true'
}

var storageSettings = {
  OptOut__Storage__TableEndpoint: dataStorage.outputs.tableEndpoint
  OptOut__Storage__BlobEndpoint: dataStorage.outputs.blobEndpoint
}

// Only Front Door calls the app, and it puts the client's address in this header: functions/OptOut/Platform/Limits/LimitOptions.cs.
// https://learn.microsoft.com/azure/frontdoor/front-door-http-headers-protocol
var clientAddressSettings = { OptOut__Limits__ClientAddressHeader: 'X-Azure-ClientIP' }

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    location: location
    tags: tags
    planName: 'plan-optout-${token}'
    name: appName
    identityId: identity.outputs.id
    deploymentContainer: hostStorage.outputs.deploymentContainer
    size: size
    subnetId: private ? network!.outputs.appSubnetId : ''
    frontDoorId: throughFrontDoor ? endpoint!.outputs.frontDoorId : ''
    appSettings: union(
      moreSettings,
      controllerSettings(companySettings),
      catalogueSettings(topics, channels),
      sendGridSettings(sendGridAccount, topics),
      linkSettings(linkAndDataKeys, baseUrl),
      storageSettings,
      throughFrontDoor ? clientAddressSettings : {},
      platformSettings,
      secretSettings(union(vaultSettings, secretNames(linkAndDataKeys, sendGridAccount != null)), vault.outputs.uri)
    )
  }
  // The app must not start before it has access to what it needs.
  dependsOn: [endpoints]
}

module route 'modules/front-door-route.bicep' = if (throughFrontDoor) {
  name: 'front-door-route'
  scope: group
  params: {
    profileName: profileName
    endpointName: endpointName
    policyId: endpoint!.outputs.policyId
    appHostName: app.outputs.hostName
    customDomain: customHost
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    prefix: 'optout-${environmentName}'
    workspaceId: monitor.outputs.workspaceId
    busId: bus.outputs.id
    topicName: bus.outputs.topicName
    alarmSettings: alarmSettings
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    workspaceId: monitor.outputs.workspaceId
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_STORAGE_ENDPOINT_TABLES string = dataStorage.outputs.tableEndpoint

@description('The address that the smoke check uses: it works before the custom domain does.')
output AZURE_FUNCTIONS_URL string = 'https://${throughFrontDoor ? endpoint!.outputs.hostName : app.outputs.hostName}'

@description('The base of every link.')
output OPTOUT_BASE_URL string = baseUrl

@description('The secrets that must be in the vault before the app can start, separated by spaces.')
output OPTOUT_SECRET_NAMES string = join(
  union(
    map(
      items(union(vaultSettings, secretNames(linkAndDataKeys, sendGridAccount != null))),
      secret => string(secret.value)
    ),
    []
  ),
  ' '
)

@description('With a custom domain: the value of the TXT record _dnsauth.{domain} that proves it is yours.')
output OPTOUT_DOMAIN_VALIDATION string = throughFrontDoor ? route!.outputs.domainValidation : ''

@description('With private endpoints: the address from which the app calls vendors, for those that must allow it.')
output OPTOUT_OUTBOUND_ADDRESS string = private ? network!.outputs.outboundAddress : ''

@description('Tells the next deployment that paths are removed from the logs.')
output OPTOUT_LOGS_CLEANED string = 'true'
