metadata description = 'Removes paths and addresses from logs before they are stored. The Functions host is a process of its own and logs the URL of each request: /u/ and a person\'s token, /q/ and a code, /api/subjects/ and a customer number.'

import { azdTags } from 'types.bicep'

param location string
param tags azdTags
param name string
param workspaceName string

// A transformation supports only part of KQL, without replace_regex and bag_remove_keys, and must be one line.
// https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-kql
// The expressions contain no backslash and no quote, so that they are the same in Bicep, JSON and KQL. A test runs them over the path of
// every function.

// The first segments of our paths. Anything that follows them, including a query, may belong to a person.
var endpoints = 'u|q|unsubscribe|webhooks|api/[a-z-]+'

// Text that contains such a path with real values; `u/{token}` is the name of a route and may stay. The host matches routes
// case-insensitively.
var filledIn = '(?i)(^|[^a-z0-9_{-]|%2f)(${endpoints})(/|%2f|[?])[^{]'

// The part of a request's name that is ours: `POST /u`, `Invoke`. A path that is not an endpoint, for example an address typed after the
// slash, is not kept.
var ours = '^((?:[A-Z]+ )?/?(?:${endpoints})|(?:function )?[A-Z][A-Za-z.]*)(?:[/? ]|$)'

// The location of a person. Azure masks the address, but looks up its city first:
// https://learn.microsoft.com/azure/azure-monitor/app/ip-collection
var addresses = 'ClientIP, ClientCity, ClientStateOrProvince'

var operation = 'OperationName = extract(@\'${ours}\', 1, OperationName)'
var properties = 'Properties = iif(tostring(Properties) matches regex @\'${filledIn}\', parse_json(\'{}\'), Properties)'

// The text before the first slash is not part of a path.
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

// A row that the rule fails on is lost, so somebody must be alerted.
// https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: rule
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'LogErrors', enabled: true }]
  }
}

output id string = rule.id
