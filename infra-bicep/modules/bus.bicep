metadata description = 'The bus: one topic, one subscription for each handler. Names, filters and times are those of functions/OptOut/Messaging/Topology.cs; a test compares them.'

import { azdTags } from 'types.bicep'
import { roles } from 'roles.bicep'

param location string
param tags azdTags
param name string
param identityName string
param privateEndpoints bool
param workspaceId string

// In ISO 8601, in the form that Azure returns.
var duplicateWindow = 'PT10M'
var lockDuration = 'PT1M'
var maxDeliveryCount = 10

var channels = ['email', 'sms', 'phone', 'post']
var subscriptions = [
  { name: 'apply', filter: 'sys.Label = \'consent-change\' AND (only IS NULL OR only = \'apply\')' }
  ...map(channels, channel => {
    name: channel
    filter: 'only = \'${channel}\' OR (only IS NULL AND sys.Label = \'subject-updated\')'
  })
  { name: 'confirmation', filter: 'only = \'confirmation\'' }
  { name: 'vendor-retry', filter: 'only = \'vendor-retry\'' }
  { name: 'link-mail', filter: 'sys.Label = \'link-requested\'' }
]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  // Topics need Standard, private endpoints Premium: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-premium-messaging
  sku: privateEndpoints ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateEndpoints ? 'Disabled' : 'Enabled'
    premiumMessagingPartitions: privateEndpoints ? 1 : 0
  }

  resource topic 'topics' = {
    name: 'consent-changes'
    properties: {
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: duplicateWindow
      enableBatchedOperations: true
      enablePartitioning: false
    }

    resource subscription 'subscriptions' = [
      for subscription in subscriptions: {
        name: subscription.name
        properties: {
          lockDuration: lockDuration
          maxDeliveryCount: maxDeliveryCount
          // No message is dropped silently: one that no filter can evaluate, or that expires, becomes a dead letter, and those are counted.
          deadLetteringOnFilterEvaluationExceptions: true
          deadLetteringOnMessageExpiration: true
          enableBatchedOperations: true
        }
      }
    ]
  }
}

// Azure creates each subscription with a rule $Default that accepts everything. Only a rule of that name replaces it; any other would be
// added to it.
resource filters 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2026-01-01' = [
  for (subscription, i) in subscriptions: {
    parent: namespace::topic::subscription[i]
    name: '$Default'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: { sqlExpression: subscription.filter }
    }
  }
]

// Owner, not Sender and Receiver: the scale controller uses the app's identity to count the messages, which requires the right to manage.
// Without it the app scales out by one instance at a time. The role covers only this topic and its subscriptions.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#grant-permission-to-the-identity
resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(namespace::topic.id, identity.id, roles.serviceBusDataOwner)
  scope: namespace::topic
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataOwner)
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
  }
}

output id string = namespace.id
output fullyQualifiedNamespace string = parseUri(namespace.properties.serviceBusEndpoint).host
output topicName string = namespace::topic.name
output subscriptionNames string[] = map(subscriptions, subscription => subscription.name)
