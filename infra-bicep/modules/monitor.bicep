metadata description = 'The destination of logs, metrics and traces. No key gives access to it: the app sends with its identity, people read with theirs.'

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

@description('Whether an earlier deployment applied the rule to the workspace (output OPTOUT_LOGS_CLEANED).')
param logsAreCleaned bool

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

// Azure refuses a rule when a workspace is created ("Default dcr is not applicable on workspace creation, please provide it on update"), so
// the workspace is written twice: first without the rule, then with it. Later deployments include the rule in the first write too, so that
// there is no gap.
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
    // People's addresses are never kept: https://learn.microsoft.com/azure/azure-monitor/app/ip-collection
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

// Only once the rule is in force: the app can send as soon as it has this.
output workspaceId string = cleanedWorkspace.outputs.id
output insightsName string = insights.name
// It only states where to send; it grants no access, because local authentication is off.
output connectionString string = insights.properties.ConnectionString
