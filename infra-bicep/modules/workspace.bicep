metadata description = 'The workspace of all logs, and the rule that cleans them before they are stored. monitor.bicep deploys it twice, the second time with the rule.'

import { azdTags } from 'types.bicep'

param location string
param tags azdTags
param name string

@minValue(30)
@maxValue(730)
param retentionDays int

@description('The rule of log-privacy.bicep. Empty: none yet. Azure accepts a rule only for an existing workspace, and the rule cannot exist before its workspace.')
param ruleId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
    ...(empty(ruleId) ? {} : { defaultDataCollectionRuleResourceId: ruleId })
  }
}

output id string = workspace.id
