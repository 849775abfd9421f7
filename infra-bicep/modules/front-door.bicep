metadata description = 'Front Door and its firewall: the profile, before the app exists. The way to the app is front-door-route.bicep.'

import { azdTags } from 'types.bicep'
param tags azdTags
param profileName string
param endpointName string
param policyName string
param tier 'Standard' | 'Premium'

@description('Shown to whoever is refused, so that nobody stands before a closed endpoint.')
param privacyAddress string

var sku = '${tier}_AzureFrontDoor'

// The firewall may see the path alone or the whole address; both are meant, from their beginning.
var site = '^(https?://[^/?#]+)?'
var refused = '<!doctype html><title>Unsubscribe</title><p>This was taken for an attack. To unsubscribe, write to <a href="mailto:${privacyAddress}">${privacyAddress}</a>.<p>Dit werd voor een aanval gehouden. Schrijf ons om u uit te schrijven.<p>Ceci a été pris pour une attaque. Pour vous désabonner, écrivez-nous.<p>Dies wurde für einen Angriff gehalten. Um sich abzumelden, schreiben Sie uns.'

resource policy 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2025-03-01' = {
  name: policyName
  location: 'global'
  tags: tags
  sku: { name: sku }
  properties: {
    policySettings: {
      enabledState: 'Enabled'
      mode: 'Prevention'
      requestBodyCheck: 'Enabled'
      customBlockResponseStatusCode: 403
      customBlockResponseBody: base64(refused)
      // Should somebody turn the log on to look for a fault. https://learn.microsoft.com/azure/web-application-firewall/afds/waf-sensitive-data-protection-frontdoor
      logScrubbing: {
        state: 'Enabled'
        scrubbingRules: [
          { matchVariable: 'RequestUri', selectorMatchOperator: 'EqualsAny', state: 'Enabled' }
          { matchVariable: 'RequestIPAddress', selectorMatchOperator: 'EqualsAny', state: 'Enabled' }
        ]
      }
    }
    // In order of priority; Allow and Block end the evaluation, the managed rules included.
    // https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-custom-rules
    customRules: {
      rules: [
        // A one-click POST comes from a mail provider's machine, often thousands from one address, with neither cookie, script nor browser
        // (RFC 8058 section 3.1 forbids to ask for any). What looks like a robot here is a person who objects: no limit, no challenge, no rule.
        // What vendors call is signed; the app verifies the raw body, in which a person's mail may hold anything.
        {
          name: 'LinksAndWebhooksPass'
          priority: 10
          ruleType: 'MatchRule'
          action: 'Allow'
          matchConditions: [{ matchVariable: 'RequestUri', operator: 'RegEx', matchValue: ['${site}/(u|webhooks)/'] }]
        }
        // Far above what an office behind one address types, and above the app's own limits (OptOut:Limits), which answer with help. Only against floods.
        {
          name: 'FormsSlowFloods'
          priority: 20
          ruleType: 'RateLimitRule'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: 1000
          action: 'Block'
          matchConditions: [
            { matchVariable: 'RequestUri', operator: 'RegEx', matchValue: ['${site}/(unsubscribe|q)([/?]|$)'] }
          ]
        }
        // What people type there is a name or an address: O'Brien, or a street called Select. Rules over bodies would refuse those very people.
        {
          name: 'FormsPass'
          priority: 30
          ruleType: 'MatchRule'
          action: 'Allow'
          matchConditions: [
            { matchVariable: 'RequestUri', operator: 'RegEx', matchValue: ['${site}/(unsubscribe|q)([/?]|$)'] }
          ]
        }
        // What is left must be the controller's own systems. The Functions host's /admin and /runtime are nobody's on the internet.
        {
          name: 'OnlyTheApi'
          priority: 40
          ruleType: 'MatchRule'
          action: 'Block'
          matchConditions: [
            { matchVariable: 'RequestUri', operator: 'RegEx', negateCondition: true, matchValue: ['${site}/api/'] }
          ]
        }
      ]
    }
    // On /api alone, and on Premium only. No bot rules anywhere: those who call are machines.
    // Request bodies are left out: they are JSON with names, addresses and identifiers, behind a function key. Excluded are all JSON values.
    // https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-exclusion
    managedRules: tier == 'Premium'
      ? {
          managedRuleSets: [
            {
              ruleSetType: 'Microsoft_DefaultRuleSet'
              ruleSetVersion: '2.1'
              ruleSetAction: 'Block'
              exclusions: [
                { matchVariable: 'RequestBodyJsonArgNames', selectorMatchOperator: 'EqualsAny', selector: '*' }
              ]
            }
          ]
        }
      : null
  }
}

// No log of it is kept, neither of access nor of the firewall: both write each visitor's address and whole URL, and the firewall's writes whoever matched
// a rule, those who pass included. The metric WebApplicationFirewallRequestCount says how many were refused, by rule.
// https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-monitor
resource profile 'Microsoft.Cdn/profiles@2025-06-01' = {
  name: profileName
  location: 'global'
  tags: tags
  sku: { name: sku }
  // A page that answers a person waits for both copies of a choice; 30 s is far beyond what it may take.
  properties: { originResponseTimeoutSeconds: 30 }

  resource endpoint 'afdEndpoints' = {
    name: endpointName
    location: 'global'
    tags: tags
    properties: { enabledState: 'Enabled' }
  }
}

output hostName string = profile::endpoint.properties.hostName
output frontDoorId string = profile.properties.frontDoorId
output policyId string = policy.id
