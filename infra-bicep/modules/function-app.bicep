metadata description = 'The function app on Flex Consumption. Its settings come from app-settings.bicep.'

import { azdTags, settings, scale } from 'types.bicep'

param location string
param tags azdTags
param planName string
param name string
param identityId string
param deploymentContainer string
param size scale
param appSettings settings

@description('Empty: the app is not in a network.')
param subnetId string

@description('The only Front Door that may reach the app. Empty: everybody may.')
param frontDoorId string

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: size.zoneRedundant
  }
}

// azd finds the deployment target by azd-service-name, the name of the service in azure.yaml.
resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Key Vault references are read with this identity: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      // For .NET the version is written with a zero, as `az functionapp list-flexconsumption-runtimes --location REGION --runtime
      // dotnet-isolated` shows.
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: size.instanceMemoryMB
        maximumInstanceCount: size.maximumInstances
        // HTTP functions share instances; each bus function and timer has its own.
        alwaysReady: concat(
          [{ name: 'http', instanceCount: size.alwaysReadyHttp }],
          map(items(size.alwaysReadyFunctions), function => {
            name: 'function:${function.key}'
            instanceCount: function.value
          })
        )
      }
    }
    // Flex Consumption refuses properties that it does not know (error 51021), among them ftpsState: it has no FTP.
    // https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions#restrict-access-to-a-specific-azure-front-door-instance
      ipSecurityRestrictionsDefaultAction: empty(frontDoorId) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(frontDoorId)
        ? []
        : [
            {
              name: 'front-door'
              priority: 100
              action: 'Allow'
              tag: 'ServiceTag'
              ipAddress: 'AzureFrontDoor.Backend'
              headers: { 'x-azure-fdid': [frontDoorId] }
            }
          ]
      // Deployment does not come through Front Door. It needs an Entra ID token: passwords are turned off below.
      scmIpSecurityRestrictionsUseMain: false
    }
  }

  resource configuration 'config' = {
    name: 'appsettings'
    properties: appSettings
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output id string = app.id
output name string = app.name
output hostName string = app.properties.defaultHostName
