metadata description = 'The only identity of the app. User-assigned, so that its roles exist before the app does and survive it.'

import { azdTags } from 'types.bicep'
param location string
param tags azdTags
param name string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
