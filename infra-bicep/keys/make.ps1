# Like make.sh: puts our own keys into the vault if they are not there yet, lists the other secrets that are missing, and makes the app read them again.
$ErrorActionPreference = 'Stop'
$vault = $env:AZURE_KEY_VAULT_NAME
if (-not $vault -or -not $env:OPTOUT_SECRET_NAMES) { throw 'Set AZURE_KEY_VAULT_NAME and OPTOUT_SECRET_NAMES to the values from the deployment.' }

# A new role can take up to ten minutes to become effective (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting).
for ($attempts = 20; ; $attempts--) {
    $there = @(az keyvault secret list --vault-name $vault --query '[].name' --output tsv)
    if ($LASTEXITCODE -eq 0) { break }
    if ($attempts -eq 1) {
        throw "The vault $vault does not answer you. You need the role Key Vault Secrets Officer (parameter operators), and with private endpoints your address in networkSettings.operatorAddresses, or a machine in the network."
    }
    Write-Host 'The vault does not answer yet; trying again in 30 s.'
    Start-Sleep -Seconds 30
}
$deleted = @(az keyvault secret list-deleted --vault-name $vault --query '[].name' --output tsv)

$missing = @()
foreach ($name in $env:OPTOUT_SECRET_NAMES -split ' ') {
    if ($there -ccontains $name) { continue }
    if ($deleted -ccontains $name) {
        Write-Host "$name was deleted. Bring it back: az keyvault secret recover --vault-name $vault --name $name"
        $missing += $name
    }
    elseif ($name -cmatch '^(data-hash-secret|data-key-\d+|link-key-\d+)$') {
        # From a file, because everybody on the machine can read command lines.
        $file = New-TemporaryFile
        try {
            $bytes = [byte[]]::new(32)
            [Security.Cryptography.RandomNumberGenerator]::Fill($bytes)
            [IO.File]::WriteAllText($file, [Convert]::ToBase64String($bytes))
            az keyvault secret set --vault-name $vault --name $name --file $file --encoding utf-8 --output none
            if ($LASTEXITCODE -ne 0) { throw "$name could not be written." }
        }
        finally { Remove-Item $file }
        Write-Host "${name}: created."
    }
    else { $missing += $name }
}

if ($missing) {
    Write-Host ''
    Write-Host "The app cannot start before these are in the vault: $missing"
    Write-Host "Each: az keyvault secret set --vault-name $vault --name NAME --file FILE --encoding utf-8"
    Write-Host 'Then: azd hooks run postprovision'
    exit 1
}
Write-Host 'All secrets are in the vault.'

# https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-rotation: it does not state that a deployment or a restart does this.
if ($env:AZURE_RESOURCE_GROUP -and $env:AZURE_FUNCTION_APP_NAME) {
    $app = az functionapp show --resource-group $env:AZURE_RESOURCE_GROUP --name $env:AZURE_FUNCTION_APP_NAME --query id --output tsv
    az rest --method post --url "$app/config/configreferences/appsettings/refresh?api-version=2022-03-01" --output none
    if ($LASTEXITCODE -ne 0) { throw "$($env:AZURE_FUNCTION_APP_NAME) could not be made to read the secrets again." }
    Write-Host "$($env:AZURE_FUNCTION_APP_NAME) reads them again."
}
