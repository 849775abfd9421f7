metadata description = 'One page in the portal: is every opt-out honoured in time?'

import { azdTags } from 'types.bicep'
import { metrics, dimensions } from 'signals.bicep'

param location string
param tags azdTags
param environmentName string
param workspaceId string

var charts = [
  {
    name: 'stop'
    title: 'Time to stop, in seconds: 95 in 100 are no slower than this'
    kind: 'timechart'
    query: 'AppMetrics | where Name == \'${metrics.stopDuration}\' and ItemCount > 0 | summarize percentilew(Max, ItemCount, 95) by bin(TimeGenerated, 15m), Channel = tostring(Properties[\'${dimensions.channel}\'])'
  }
  {
    name: 'changes'
    title: 'Changes recorded, by where they came from'
    kind: 'timechart'
    query: 'AppMetrics | where Name == \'${metrics.changesRecorded}\' | summarize sum(Sum) by bin(TimeGenerated, 15m), Source = tostring(Properties[\'${dimensions.source}\'])'
  }
  {
    name: 'vendors'
    title: 'What the vendors answered'
    kind: 'table'
    query: 'AppMetrics | where Name == \'${metrics.vendorOutcomes}\' | summarize Answers = sum(Sum), Latest = max(TimeGenerated) by Vendor = tostring(Properties[\'${dimensions.vendor}\']), Outcome = tostring(Properties[\'${dimensions.outcome}\']) | order by Vendor asc, Outcome asc'
  }
  {
    name: 'waiting'
    title: 'Waiting for the bus (outbox)'
    kind: 'timechart'
    query: 'AppMetrics | where Name == \'${metrics.outboxDepth}\' | summarize max(Max) by bin(TimeGenerated, 5m)'
  }
  {
    name: 'deadletters'
    title: 'Given up (dead letters), by subscription and reason'
    kind: 'table'
    query: 'AppMetrics | where Name == \'${metrics.deadLetters}\' | extend Subscription = tostring(Properties[\'${dimensions.subscription}\']), Reason = tostring(Properties[\'${dimensions.reason}\']) | summarize arg_max(TimeGenerated, Messages = Max) by Subscription, Reason | where Messages > 0'
  }
  {
    name: 'drift'
    title: 'Differences that reconciliation found, by vendor'
    kind: 'barchart'
    query: 'AppMetrics | where Name == \'${metrics.driftFound}\' | summarize sum(Sum) by bin(TimeGenerated, 1d), Vendor = tostring(Properties[\'${dimensions.vendor}\'])'
  }
  {
    name: 'reconciliation'
    title: 'The last reconciliation of each vendor, by how it ended'
    kind: 'table'
    query: 'AppMetrics | where Name == \'${metrics.reconciliationFinished}\' | summarize Last = max(TimeGenerated) by Vendor = tostring(Properties[\'${dimensions.vendor}\']), Status = tostring(Properties[\'${dimensions.status}\']) | extend Ago = now() - Last | order by Vendor asc'
  }
  {
    name: 'ledgers'
    title: 'What the last night of verifying found in the ledgers and their anchors: zeros are good, no data is not'
    kind: 'table'
    query: 'AppMetrics | where Name == \'${metrics.ledgerMismatches}\' | extend Kind = tostring(Properties[\'${dimensions.kind}\']) | summarize arg_max(TimeGenerated, Mismatches = Max) by Kind'
  }
  {
    name: 'answers'
    title: 'Answers by function: how many, how many of 500 or more, 95th percentile in ms'
    kind: 'table'
    query: 'AppRequests | summarize Requests = sum(ItemCount), Errors = sumif(ItemCount, toint(ResultCode) >= 500), Milliseconds = percentilew(DurationMs, ItemCount, 95) by Function = OperationName | order by Errors desc, Requests desc'
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'optout-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'OptOut ${environmentName}: is every opt-out honoured in time?'
    category: 'workbook'
    sourceId: workspaceId
    version: 'Notebook/1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat(
        [
          {
            type: 9
            name: 'time'
            content: {
              version: 'KqlParameterItem/1.0'
              style: 'pills'
              queryType: 0
              resourceType: 'microsoft.operationalinsights/workspaces'
              parameters: [
                {
                  id: guid('optout-workbook-time')
                  version: 'KqlParameterItem/1.0'
                  name: 'time'
                  label: 'Time'
                  type: 4
                  isRequired: true
                  value: { durationMs: 86400000 }
                  typeSettings: {
                    selectableValues: [
                      { durationMs: 3600000 }
                      { durationMs: 86400000 }
                      { durationMs: 604800000 }
                      { durationMs: 2592000000 }
                    ]
                  }
                }
              ]
            }
          }
        ],
        map(charts, chart => {
          type: 3
          name: chart.name
          content: {
            version: 'KqlItem/1.0'
            query: chart.query
            title: chart.title
            size: 0
            queryType: 0
            resourceType: 'microsoft.operationalinsights/workspaces'
            crossComponentResources: [workspaceId]
            visualization: chart.kind
            timeContextFromParameter: 'time'
            noDataMessage: 'Nothing in this time.'
          }
        })
      )
    })
  }
}

output id string = workbook.id
