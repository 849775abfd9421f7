#!/bin/sh
# Puts our own keys (32 random bytes in base64) into the vault if they are not there yet, and lists the other secrets that are missing.
# It can be run any number of times: a secret that exists, or was deleted and can be recovered, is left alone.
# If the app is named too, it then reads them all again: when a secret was missing, Azure caches the failure for a day.
# azd runs it after provisioning; to run it by hand, set the variables: `azd env get-values` shows them.
#   AZURE_KEY_VAULT_NAME, OPTOUT_SECRET_NAMES, and AZURE_RESOURCE_GROUP, AZURE_FUNCTION_APP_NAME or neither
set -eu
: "${AZURE_KEY_VAULT_NAME:?the name of the vault}" "${OPTOUT_SECRET_NAMES:?the names of the secrets, from the outputs of the deployment}"

# A new role can take up to ten minutes to become effective (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting).
attempts=20
until there=$(az keyvault secret list --vault-name "$AZURE_KEY_VAULT_NAME" --query '[].name' --output tsv); do
  attempts=$((attempts - 1))
  if [ "$attempts" = 0 ]; then
    echo "The vault $AZURE_KEY_VAULT_NAME does not answer you. You need the role Key Vault Secrets Officer (parameter operators), and with private endpoints" >&2
    echo "your address in networkSettings.operatorAddresses, or a machine in the network." >&2
    exit 1
  fi
  echo "The vault does not answer yet; trying again in 30 s."
  sleep 30
done
deleted=$(az keyvault secret list-deleted --vault-name "$AZURE_KEY_VAULT_NAME" --query '[].name' --output tsv)

missing=
for name in $OPTOUT_SECRET_NAMES; do
  if printf '%s\n' "$there" | grep -qx -- "$name"; then continue; fi
  if printf '%s\n' "$deleted" | grep -qx -- "$name"; then
    echo "$name was deleted. Bring it back: az keyvault secret recover --vault-name $AZURE_KEY_VAULT_NAME --name $name"
    missing="$missing $name"
    continue
  fi
  case $name in
    data-hash-secret | data-key-* | link-key-*)
      # From a file, because everybody on the machine can read command lines.
      file=$(mktemp)
      openssl rand -base64 32 | tr -d '\n' >"$file"
      az keyvault secret set --vault-name "$AZURE_KEY_VAULT_NAME" --name "$name" --file "$file" --encoding utf-8 --output none
      rm -f "$file"
      echo "$name: created."
      ;;
    *) missing="$missing $name" ;;
  esac
done

if [ -n "$missing" ]; then
  echo
  echo "The app cannot start before these are in the vault:$missing"
  echo "Each: az keyvault secret set --vault-name $AZURE_KEY_VAULT_NAME --name NAME --file FILE --encoding utf-8"
  echo "Then: azd hooks run postprovision"
  exit 1
fi
echo "All secrets are in the vault."

# https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-rotation: it does not state that a deployment or a restart does this.
if [ -n "${AZURE_RESOURCE_GROUP:-}" ] && [ -n "${AZURE_FUNCTION_APP_NAME:-}" ]; then
  app=$(az functionapp show --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" --query id --output tsv | tr -d '\r')
  az rest --method post --url "$app/config/configreferences/appsettings/refresh?api-version=2022-03-01" --output none
  echo "$AZURE_FUNCTION_APP_NAME reads them again."
fi
