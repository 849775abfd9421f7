metadata description = 'Front Door and its firewall: the profile, which is created before the app. The route to the app is in front-door-route.bicep.'

import { azdTags } from 'types.bicep'
param tags azdTags
param profileName string
param endpointName string
param policyName string
param tier 'Standard' | 'Premium'

@description('Shown to anyone who is refused, so that they know where else to turn.')
param privacyAddress string

var sku = '${tier}_AzureFrontDoor'

// The firewall may see only the path or the whole URL; the pattern matches both from their beginning.
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
      // In case somebody turns the log on to look for a fault.
      // https://learn.microsoft.com/azure/web-application-firewall/afds/waf-sensitive-data-protection-frontdoor
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
        // A one-click POST comes from a mail provider's machine, often thousands from one address, without cookies, scripts or a browser
        // (RFC 8058 section 3.1 forbids requiring any). What looks like a bot here is a person who objects: no limit, no challenge, no
        // rule. Webhooks are signed. The app verifies the raw body, in which a person's mail may contain anything.
        {
          name: 'LinksAndWebhooksPass'
          priority: 10
          ruleType: 'MatchRule'
          action: 'Allow'
          matchConditions: [{ matchVariable: 'RequestUri', operator: 'RegEx', matchValue: ['${site}/(u|webhooks)/'] }]
        }
        // Far above what an office behind one address sends, and above the app's own limits (OptOut:Limits), which answer with help. Only
        // against floods.
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
        // People type names and addresses there: O'Brien, or a street called Select. Rules that inspect bodies would refuse exactly those
        // people.
        {
          name: 'FormsPass'
          priority: 30
          ruleType: 'MatchRule'
          action: 'Allow'
          matchConditions: [
            { matchVariable: 'RequestUri', operator: 'RegEx', matchValue: ['${site}/(unsubscribe|q)([/?]|$)'] }
          ]
        }
        // Everything else must come from the controller's own systems. The Functions host's /admin and /runtime are closed to the internet.
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
    // Only on /api, and only on Premium. No bot rules anywhere, because the callers are machines. Request bodies are exempt: they are JSON
    // with names, addresses and identifiers, behind a function key. All JSON values are excluded.
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

// Neither the access log nor the firewall log is kept: both contain each visitor's address and whole URL, and the firewall log has everyone
// who matched a rule, including those who were let through. The metric WebApplicationFirewallRequestCount shows how many were refused, by
// rule.
// https://learn.microsoft.com/azure/web-application-firewall/afds/waf-front-door-monitor
resource profile 'Microsoft.Cdn/profiles@2025-06-01' = {
  name: profileName
  location: 'global'
  tags: tags
  sku: { name: sku }
  // A page waits until both copies of a choice are written; 30 s is far more than that may take.
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
