#!/bin/sh
# Writes what each parameter file would deploy into its snapshot. Review the difference with `git diff` before you commit it. Uses the pinned Bicep CLI.
set -eu
cd "$(dirname "$0")"
unset AZURE_LOCATION AZURE_PRINCIPAL_ID OPTOUT_LOGS_CLEANED
dotnet restore ../.ci/bicep/Bicep.csproj >/dev/null
cli=$(dotnet msbuild ../.ci/bicep/Bicep.csproj -getProperty:BicepCli)
chmod +x "$cli"
nobody=00000000-0000-0000-0000-000000000000
for file in main.dev.bicepparam main.prod.bicepparam; do
  "$cli" snapshot "$file" --mode overwrite --subscription-id "$nobody" --tenant-id "$nobody"
done
