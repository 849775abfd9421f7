metadata description = 'The account with people\'s choices: tables and blobs. There are no shared keys: the app\'s identity is the only way in.'

import { azdTags } from 'types.bicep'
import { roles } from 'roles.bicep'

param location string
param tags azdTags
param name string
param identityName string
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS' | 'Standard_RAGZRS'
param privateEndpoints bool
param operatorAddresses string[]

@description('Days within which an anchor of the ledger can be neither changed nor deleted.')
param anchorDays int

@description('Whether the operator has locked that policy. A locked policy cannot be written again, only extended by hand.')
param anchorsLocked bool

@description('Days for which a backup is kept: nobody can change or delete it before, and a rule deletes it after.')
param backupDays int

@description('Whether the operator has locked that policy, as above.')
param backupLocked bool

@description('Whether a lock keeps the account from being deleted.')
param lock bool

// The same as in functions/OptOut/Records/StorageAccount.cs; a test compares them.
var tables = [
  'consent'
  'identifiers'
  'externalsuppressions'
  'feed'
  'outbox'
  'codes'
  'references'
  'runs'
]
var containers = ['reports', 'vendor-lists', 'suppressions']

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateEndpoints && empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateEndpoints ? 'Deny' : 'Allow'
      ipRules: [for address in (privateEndpoints ? operatorAddresses : []): { value: address, action: 'Allow' }]
    }
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource table 'tables' = [
      for table in tables: {
        name: table
      }
    ]
  }

  resource blobService 'blobServices' = {
    name: 'default'
    properties: {
      // Blobs that a fault of ours overwrote or deleted can be restored within this time. Tables have no such feature, so they are backed up
      // each night: see the README, "Restore".
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: 30 }
      containerDeleteRetentionPolicy: { enabled: true, days: 30 }
    }

    resource container 'containers' = [
      for container in containers: {
        name: container
      }
    ]

    resource anchors 'containers' = {
      name: 'anchors'
      properties: { metadata: { purpose: 'hashes that prove the ledger was not rewritten' } }

      // Time-based retention: https://learn.microsoft.com/azure/storage/blobs/immutable-time-based-retention-policy-overview
      resource retention 'immutabilityPolicies' = if (!anchorsLocked) {
        name: 'default'
        properties: {
          immutabilityPeriodSinceCreationInDays: anchorDays
          allowProtectedAppendWrites: false
        }
      }
    }

    resource backup 'containers' = {
      name: 'backup'
      properties: { metadata: { purpose: 'what the tables contained, each night' } }

      resource retention 'immutabilityPolicies' = if (!backupLocked) {
        name: 'default'
        properties: {
          immutabilityPeriodSinceCreationInDays: backupDays
          allowProtectedAppendWrites: false
        }
      }
    }
  }
}

// The day after a backup may be deleted. A deleted blob stays as a version, and that for the 30 days of soft delete.
resource cleaning 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'old-backups'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['backup/'] }
            actions: {
              baseBlob: { delete: { daysAfterCreationGreaterThan: backupDays + 1 } }
              version: { delete: { daysAfterCreationGreaterThan: backupDays + 1 } }
            }
          }
        }
      ]
    }
  }
  dependsOn: [account::blobService]
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'This account holds every opt-out ever made, and the backups of its tables.'
  }
}

resource tableRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identity.id, roles.storageTableDataContributor)
  scope: account
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageTableDataContributor
    )
  }
}

resource blobRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identity.id, roles.storageBlobDataContributor)
  scope: account
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageBlobDataContributor
    )
  }
}

output id string = account.id
output tableEndpoint string = account.properties.primaryEndpoints.table
output blobEndpoint string = account.properties.primaryEndpoints.blob
