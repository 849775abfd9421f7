metadata description = 'Where logs, metrics and traces go. No key opens it: the app sends with its identity, people read with theirs.'

import { azdTags } from 'types.bicep'
import { roles } from 'roles.bicep'

param location string
param tags azdTags
param workspaceName string
param insightsName string
param identityName string

@minValue(30)
@maxValue(730)
param retentionDays int

@description('Whether an earlier deployment put the rule over the workspace (output OPTOUT_LOGS_CLEANED).')
param logsAreCleaned bool

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

// Azure refuses a rule at the making of a workspace ("Default dcr is not applicable on workspace creation, please provide it on update"), so it is written
// twice: first as it stands, then with the rule. Once that is done the first time writes the rule too, so that a later deployment opens no gap.
var ruleName = 'dcr-${workspaceName}'

module workspace 'workspace.bicep' = {
  name: 'workspace'
  params: {
    location: location
    tags: tags
    name: workspaceName
    retentionDays: retentionDays
    ruleId: logsAreCleaned ? resourceId('Microsoft.Insights/dataCollectionRules', ruleName) : ''
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.outputs.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
    // Addresses of people are never kept: https://learn.microsoft.com/azure/azure-monitor/app/ip-collection
    DisableIpMasking: false
  }
}

module rule 'log-privacy.bicep' = {
  name: 'log-privacy'
  params: { location: location, tags: tags, name: ruleName, workspaceName: workspaceName }
  dependsOn: [workspace, insights]
}

module cleanedWorkspace 'workspace.bicep' = {
  name: 'workspace-cleaned'
  params: {
    location: location
    tags: tags
    name: workspaceName
    retentionDays: retentionDays
    ruleId: rule.outputs.id
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, roles.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
  }
}

// Not before the rule is in force: whoever knows where to send may send.
output workspaceId string = cleanedWorkspace.outputs.id
output insightsName string = insights.name
// Says where to send, and opens nothing: local authentication is off.
output connectionString string = insights.properties.ConnectionString
