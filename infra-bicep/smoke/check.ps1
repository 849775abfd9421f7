# As check.sh, for Windows: are all functions there, does the app answer, and does an opt-out reach the vendors?
#Requires -Version 7.2
$ErrorActionPreference = 'Stop'
foreach ($needed in 'AZURE_RESOURCE_GROUP', 'AZURE_FUNCTION_APP_NAME', 'AZURE_FUNCTIONS_URL') {
    if (-not [Environment]::GetEnvironmentVariable($needed)) { throw "Set $needed to the value from the deployment." }
}
$timeout = [int]($env:OPTOUT_SMOKE_PATIENCE ?? 300)
$url = $env:AZURE_FUNCTIONS_URL.TrimEnd('/')
$app = '--resource-group', $env:AZURE_RESOURCE_GROUP, '--name', $env:AZURE_FUNCTION_APP_NAME

function Fail($what) {
    Write-Host "FAILED  $what"
    exit 1
}

# Retries until it succeeds or the time is up.
function Test-WithinTimeout([scriptblock] $try) {
    $end = (Get-Date).AddSeconds($timeout)
    while (-not (& $try)) {
        if ((Get-Date) -ge $end) { return $false }
        Start-Sleep -Seconds 2
    }
    $true
}

# Personal data goes in headers and bodies, which no log keeps.
function Request($path, $method = 'GET', $headers = @{}, $body = $null, $type = 'application/json') {
    try { Invoke-WebRequest -Uri "$url$path" -Method $method -Headers $headers -Body $body -ContentType $type -TimeoutSec 30 -SkipHttpErrorCheck }
    catch { [pscustomobject]@{ StatusCode = 0; Content = $_.Exception.Message } }
}

$sources = Join-Path $PSScriptRoot '../../functions/OptOut.Functions/*.cs'
$declared = @(Select-String -Path $sources -Pattern '\[Function\("([^"]*)"\)\]' -AllMatches | ForEach-Object { $_.Matches } | ForEach-Object { $_.Groups[1].Value } | Sort-Object)
$script:difference = $null
$there = Test-WithinTimeout {
    $deployed = @(az functionapp function list @app --query '[].name' --output tsv | ForEach-Object { ($_ -split '/')[-1] })
    $script:difference = Compare-Object $declared $deployed -CaseSensitive
    -not $script:difference
}
if (-not $there) { Fail "the deployed functions are not those of this source: $($script:difference | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" })" }
Write-Host "ok      all $($declared.Count) functions are there"

$healthy = { $answer = Request '/api/health'; $answer.StatusCode -eq 200 -and ($answer.Content | ConvertFrom-Json).status -ceq 'ok' }
if (-not (Test-WithinTimeout $healthy)) { Fail 'GET /api/health is not ok: the app cannot reach the tables or the bus' }
Write-Host 'ok      the tables and the bus answer'

if (-not $env:OPTOUT_CANARY_EMAIL) {
    Write-Host 'SKIPPED the opt-out of a canary: azd env set OPTOUT_CANARY_EMAIL canary@example.com'
    exit 0
}

# A new person each time, so that no opt-out ever has to be undone.
$run = (Get-Date).ToUniversalTime().ToString('yyyyMMddHHmmss')
$at = $env:OPTOUT_CANARY_EMAIL.LastIndexOf('@')
$canary = $env:OPTOUT_CANARY_EMAIL.Insert($at, "+$run")
$key = @{ 'x-functions-key' = az functionapp keys list @app --query functionKeys.default --output tsv }
$identified = $key + @{ 'OptOut-Identifier' = $canary }

$answer = Request "/api/subjects/smoke-$run" PUT $key (@{ identifiers = @{ email = @($canary) }; language = 'en' } | ConvertTo-Json -Depth 4)
if ($answer.StatusCode -notin 200..299) { Fail "PUT /api/subjects answered $($answer.StatusCode)" }

function Test-Allowed($expected) {
    Test-WithinTimeout {
        $answer = Request '/api/check?channel=email' GET $identified
        $answer.StatusCode -eq 200 -and ($answer.Content | ConvertFrom-Json).allowed -eq $expected
    }
}
if (-not (Test-Allowed $true)) { Fail 'GET /api/check does not allow a mail to a new person' }

$answer = Request '/api/links' POST $key (@{ subject = "smoke-$run"; channel = 'email' } | ConvertTo-Json)
if ($answer.StatusCode -ne 200) { Fail "POST /api/links answered $($answer.StatusCode)" }
$token = (($answer.Content | ConvertFrom-Json).url -split '/u/')[-1]

# As a mail client does it: RFC 8058 section 3.1.
$answer = Request "/u/$token" POST @{} 'List-Unsubscribe=One-Click' 'application/x-www-form-urlencoded'
if ($answer.StatusCode -ne 200) { Fail "the one-click POST answered $($answer.StatusCode)" }
if (-not (Test-Allowed $false)) { Fail 'GET /api/check still allows mail after the opt-out' }
Write-Host 'ok      a one-click opt-out stopped the canary'

# Only the vendors that send mail have something to stop: each of them must have confirmed it, and there must be at least one.
$script:proof = $null
$proved = {
    $answer = Request "/api/subjects/smoke-$run/proof" GET $key
    if ($answer.StatusCode -ne 200) { return $false }
    $script:proof = $answer.Content | ConvertFrom-Json
    $script:proof.ledger.whole -and 'confirmed' -cin $script:proof.vendors.status -and -not ($script:proof.vendors.status | Where-Object { $_ -cin 'waiting', 'rejected' })
}
if (-not (Test-WithinTimeout $proved)) { Fail "not every vendor confirmed the opt-out: $($script:proof.vendors | ConvertTo-Json -Compress)" }
$script:proof.vendors | Where-Object status -CEQ 'confirmed' | ForEach-Object { Write-Host "ok      $($_.vendor) confirmed it" }
