metadata description = 'The route from Front Door to the app, the custom domain, and the firewall in front of both.'

param profileName string
param endpointName string
param policyId string
param appHostName string

@description('Empty: only the host name that Azure assigns.')
param customDomain string

resource profile 'Microsoft.Cdn/profiles@2025-06-01' existing = {
  name: profileName

  resource endpoint 'afdEndpoints' existing = {
    name: endpointName
  }
}

resource origins 'Microsoft.Cdn/profiles/originGroups@2025-06-01' = {
  parent: profile
  name: 'functions'
  properties: {
    loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3, additionalLatencyInMilliseconds: 50 }
    // With one origin there is nothing to fail over to, so probes would only cost money.
    sessionAffinityState: 'Disabled'
  }

  resource app 'origins' = {
    name: 'app'
    properties: {
      hostName: appHostName
      originHostHeader: appHostName
      httpPort: 80
      httpsPort: 443
      priority: 1
      weight: 1000
      enabledState: 'Enabled'
      enforceCertificateNameCheck: true
    }
  }
}

resource domain 'Microsoft.Cdn/profiles/customDomains@2025-06-01' = if (!empty(customDomain)) {
  parent: profile
  name: replace(empty(customDomain) ? 'none' : customDomain, '.', '-')
  properties: {
    hostName: customDomain
    tlsSettings: { certificateType: 'ManagedCertificate', minimumTlsVersion: 'TLS12' }
  }
}

resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2025-06-01' = {
  parent: profile::endpoint
  name: 'functions'
  properties: {
    originGroup: { id: origins.id }
    customDomains: empty(customDomain) ? [] : [{ id: domain.id }]
    linkToDefaultDomain: 'Enabled'
    // A redirect would turn a one-click POST into a GET, and RFC 8058 section 3.1 forbids it. Links are https, so nothing needs http.
    supportedProtocols: ['Https']
    httpsRedirect: 'Disabled'
    forwardingProtocol: 'HttpsOnly'
    // The app's own paths, not those of the Functions host. A test compares them with the functions.
    patternsToMatch: ['/u/*', '/unsubscribe', '/q', '/q/*', '/webhooks/*', '/api/*']
    enabledState: 'Enabled'
    // No cacheConfiguration: every page belongs to one person.
  }
  dependsOn: [origins::app]
}

resource security 'Microsoft.Cdn/profiles/securityPolicies@2025-06-01' = {
  parent: profile
  name: 'firewall'
  properties: {
    parameters: {
      type: 'WebApplicationFirewall'
      wafPolicy: { id: policyId }
      associations: [
        {
          domains: concat([{ id: profile::endpoint.id }], empty(customDomain) ? [] : [{ id: domain.id }])
          patternsToMatch: ['/*']
        }
      ]
    }
  }
}

@description('The value of the TXT record _dnsauth.{customDomain}.')
output domainValidation string = empty(customDomain) ? '' : domain!.properties.validationProperties.validationToken
