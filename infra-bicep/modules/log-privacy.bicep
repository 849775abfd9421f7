metadata description = 'Takes paths and addresses out of what comes in, before it is kept. The Functions host is a process of its own and writes the URL of each request: /u/ and a person\'s token, /q/ and a code, /api/subjects/ and a customer number.'

import { azdTags } from 'types.bicep'

param location string
param tags azdTags
param name string
param workspaceName string

// Only what transformations know may be used, and a query is one line: neither replace_regex nor bag_remove_keys is among it.
// https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-kql
// Expressions without a backslash and without a quote, so that Bicep, JSON and KQL write them alike. A test runs them over the path of every function.

// The first words of our paths. What follows them, a query too, may belong to a person.
var endpoints = 'u|q|unsubscribe|webhooks|api/[a-z-]+'

// Some text holds such a path, filled in: `u/{token}` is the name of a route and may stay. The host's matching of routes does not mind the case.
var filledIn = '(?i)(^|[^a-z0-9_{-]|%2f)(${endpoints})(/|%2f|[?])[^{]'

// A request's name, as far as it is ours: `POST /u`, `Invoke`. A path that is no endpoint, as when somebody types an address after the slash, is not kept at all.
var ours = '^((?:[A-Z]+ )?/?(?:${endpoints})|(?:function )?[A-Z][A-Za-z.]*)(?:[/? ]|$)'

// Where a person is. Azure masks the address, but looks up its city first: https://learn.microsoft.com/azure/azure-monitor/app/ip-collection
var addresses = 'ClientIP, ClientCity, ClientStateOrProvince'

var operation = 'OperationName = extract(@\'${ours}\', 1, OperationName)'
var properties = 'Properties = iif(tostring(Properties) matches regex @\'${filledIn}\', parse_json(\'{}\'), Properties)'

// What stands before the first slash of such a text is no path.
var texts = {
  AppTraces: ['Message']
  AppDependencies: ['Name', 'Target']
  AppExceptions: ['Message', 'OuterMessage', 'InnermostMessage', 'ProblemId']
}
var cleaned = mapValues(
  texts,
  columns =>
    join(
      map(
        columns,
        column =>
          '${column} = iif(${column} matches regex @\'${filledIn}\', strcat(extract(@\'^([^/]*)\', 1, ${column}), \'...\'), ${column})'
      ),
      ', '
    )
)

var transformations = {
  AppRequests: 'source | project-away Url, Properties, ${addresses} | extend Name = extract(@\'${ours}\', 1, Name), ${operation}'
  AppTraces: 'source | project-away ${addresses} | extend ${cleaned.AppTraces}, ${properties}, ${operation}'
  AppDependencies: 'source | project-away Data, ${addresses} | extend ${cleaned.AppDependencies}, ${properties}, ${operation}'
  AppExceptions: 'source | project-away ${addresses} | extend ${cleaned.AppExceptions}, Details = iif(tostring(Details) matches regex @\'${filledIn}\', parse_json(\'[]\'), Details), ${properties}, ${operation}'
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

// https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-create#create-workspace-transformation-dcr
resource rule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: name
  location: location
  tags: tags
  kind: 'WorkspaceTransforms'
  properties: {
    dataSources: {}
    destinations: { logAnalytics: [{ name: 'workspace', workspaceResourceId: workspace.id }] }
    dataFlows: [
      for flow in items(transformations): {
        streams: ['Microsoft-Table-${flow.key}']
        destinations: ['workspace']
        transformKql: flow.value
      }
    ]
  }
}

// A row that the rule fails on is lost: somebody has to know. https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: rule
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'LogErrors', enabled: true }]
  }
}

output id string = rule.id
