metadata description = 'The alerts for operators. Each is one question to which the answer should be no.'

import { azdTags, alarms } from 'types.bicep'
import { metrics, dimensions } from 'signals.bicep'

param location string
param tags azdTags
param prefix string
param workspaceId string
param busId string
param topicName string
param alarmSettings alarms

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'OptOut'
    enabled: true
    emailReceivers: [
      for (address, i) in alarmSettings.addresses: {
        name: 'operator-${i}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

// The bus's own count is correct even when the app sends nothing. It is for the whole topic; the next alert is by subscription.
resource deadLettersOnBus 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${prefix}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages were given up: some vendor may still send to people who stopped. See infra-bicep/README.md, "When an alert comes".'
    severity: 1
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead-letters'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [{ name: 'EntityName', operator: 'Include', values: [topicName] }]
          operator: 'GreaterThan'
          threshold: alarmSettings.deadLetters
          timeAggregation: 'Maximum'
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

var questions = [
  {
    name: 'dead-letters-by-subscription'
    description: 'A subscription holds more than ${alarmSettings.deadLetters} dead letters.'
    severity: 1
    every: 'PT1H'
    window: 'PT2H'
    query: 'AppMetrics | where Name == \'${metrics.deadLetters}\' | extend Subscription = tostring(Properties[\'${dimensions.subscription}\']), Reason = tostring(Properties[\'${dimensions.reason}\']) | summarize arg_max(TimeGenerated, Max) by Subscription, Reason | summarize Messages = sum(Max) by Subscription | where Messages > ${alarmSettings.deadLetters}'
    dimension: 'Subscription'
  }
  {
    name: 'drift'
    description: 'Reconciliation found more than ${alarmSettings.driftPerDay} differences between our consent and this vendor\'s lists within a day.'
    severity: 2
    every: 'PT1H'
    window: 'P1D'
    query: 'AppMetrics | where Name == \'${metrics.driftFound}\' | summarize Differences = sum(Sum) by Vendor = tostring(Properties[\'${dimensions.vendor}\']) | where Differences > ${alarmSettings.driftPerDay}'
    dimension: 'Vendor'
  }
  {
    // For each minute of a histogram, the exporter keeps the sum, count, minimum and maximum, but no percentiles. A percentile of the
    // maxima, weighted by their counts, is never below the true one: the alert may come early, but not late.
    name: 'time-to-stop'
    description: 'More than 5 in 100 opt-outs of this channel took longer than ${alarmSettings.secondsToStop} s to reach a vendor.'
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
    query: 'AppMetrics | where Name == \'${metrics.stopDuration}\' and ItemCount > 0 | summarize Seconds = percentilew(Max, ItemCount, 95) by Channel = tostring(Properties[\'${dimensions.channel}\']) | where Seconds > ${alarmSettings.secondsToStop}'
    dimension: 'Channel'
  }
  {
    name: 'server-errors'
    description: 'More than ${alarmSettings.serverErrors} answers with a status of 500 or more in 15 minutes: requests from people or mail clients failed.'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    query: 'AppRequests | where toint(ResultCode) >= 500 | summarize Errors = sum(ItemCount) by Function = OperationName | where Errors > ${alarmSettings.serverErrors}'
    dimension: 'Function'
  }
  {
    name: 'outbox'
    description: 'The bus does not take changes: they wait in the outbox, safe, but no vendor has them yet.'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: 'AppMetrics | where Name == \'${metrics.outboxDepth}\' | summarize Waiting = max(Max) by bin(TimeGenerated, 15m) | summarize Waiting = min(Waiting) | where Waiting > ${alarmSettings.outboxDepth}'
    dimension: ''
  }
  {
    // The outbox is swept each minute, and that is measured. An app that does not start answers nobody, and so reports no errors to count.
    name: 'silent'
    description: 'No telemetry for half an hour: the app does not run, or its telemetry does not arrive.'
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
    query: 'AppMetrics | where Name == \'${metrics.outboxDepth}\' | summarize Sweeps = count() | where Sweeps == 0'
    dimension: ''
  }
  {
    // Metrics do not pass through the rule, so neither 'silent' nor any other alert would notice.
    name: 'logs-lost'
    description: 'The rule that takes paths out of the logs fails: what it fails on is not kept, server errors among it.'
    severity: 2
    every: 'PT1H'
    window: 'PT2H'
    query: 'DCRLogErrors | summarize Errors = count() by Stream = InputStreamId | where Errors > 0'
    dimension: 'Stream'
  }
  {
    // An alert rule can look back one or two days, but not 26 hours, so the query filters the hours.
    name: 'no-reconciliation'
    description: 'No reconciliation with this vendor came to its end within ${alarmSettings.hoursWithoutReconciliation} hours: drift there goes unseen.'
    severity: 1
    every: 'PT1H'
    window: 'P2D'
    query: 'let runs = AppMetrics | where Name == \'${metrics.reconciliationFinished}\' | extend Vendor = tostring(Properties[\'${dimensions.vendor}\']), Status = tostring(Properties[\'${dimensions.status}\']); union (runs | summarize Last = maxif(TimeGenerated, Status == \'Complete\') by Vendor | where isnull(Last) or Last < ago(${alarmSettings.hoursWithoutReconciliation}h) | project Vendor), (runs | summarize Rows = count() | where Rows == 0 | project Vendor = \'none at all\')'
    dimension: 'Vendor'
  }
  {
    // Verified at 04:00 UTC. The latest night counts, so a fix ends the alert. As above, the rule looks back two days and the query filters
    // the hours.
    name: 'ledger-mismatches'
    description: 'A ledger or an anchor was altered, or was not verified within ${alarmSettings.hoursWithoutReconciliation} hours: the proof of opt-outs is in doubt.'
    severity: 1
    every: 'PT1H'
    window: 'P2D'
    query: 'let told = AppMetrics | where Name == \'${metrics.ledgerMismatches}\' | extend Kind = tostring(Properties[\'${dimensions.kind}\']); union (told | summarize arg_max(TimeGenerated, Max) by Kind | where Max > 0 | project Kind), (told | summarize Last = max(TimeGenerated) | where isnull(Last) or Last < ago(${alarmSettings.hoursWithoutReconciliation}h) | project Kind = \'not verified\')'
    dimension: 'Kind'
  }
  {
    // Backed up at 04:30 UTC.
    name: 'no-backup'
    description: 'No complete backup of the tables was written within ${alarmSettings.hoursWithoutReconciliation} hours, or it had lost rows.'
    severity: 1
    every: 'PT1H'
    window: 'P2D'
    query: 'AppMetrics | where Name == \'${metrics.backupFinished}\' | extend Status = tostring(Properties[\'${dimensions.status}\']) | summarize Last = maxif(TimeGenerated, Status == \'Complete\') | where isnull(Last) or Last < ago(${alarmSettings.hoursWithoutReconciliation}h)'
    dimension: ''
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for question in questions: {
    name: '${prefix}-${question.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'OptOut: ${question.name}'
      description: '${question.description} See infra-bicep/README.md, "When an alert comes".'
      severity: question.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: question.every
      windowSize: question.window
      // The tables do not exist before the first telemetry, which a first deployment must not wait for.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: question.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: empty(question.dimension)
              ? []
              : [{ name: question.dimension, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]
