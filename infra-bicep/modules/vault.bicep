metadata description = 'The keys for links, for the data and for vendors. The template names them and never sees them: an operator adds them.'

import { azdTags } from 'types.bicep'
import { roles } from 'roles.bicep'

param location string
param tags azdTags
param name string
param identityName string
param privateEndpoints bool
param operatorAddresses string[]

@description('Object ids of the people who may add and rotate keys.')
param operators string[]

param workspaceId string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    // Without the data keys, nothing in the tables can be found or read again. Neither protection can be turned off later.
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: privateEndpoints && empty(operatorAddresses) ? 'disabled' : 'enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateEndpoints ? 'Deny' : 'Allow'
      ipRules: [for address in (privateEndpoints ? operatorAddresses : []): { value: address }]
    }
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, roles.keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

resource officers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for operator in operators: {
    name: guid(vault.id, operator, roles.keyVaultSecretsOfficer)
    scope: vault
    properties: {
      principalId: operator
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsOfficer)
    }
  }
]

// Logs who read or changed which key, and when.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
