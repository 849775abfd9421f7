#!/bin/sh
# After a deployment: are all functions there, does the app answer, and does an opt-out reach the vendors?
# azd runs it and gives the variables; by hand, set them. Needs the Azure CLI, logged in, and curl.
#   AZURE_RESOURCE_GROUP, AZURE_FUNCTION_APP_NAME, AZURE_FUNCTIONS_URL
#   OPTOUT_CANARY_EMAIL    a mailbox of yours that takes plus addresses, as in canary@example.com. Without it no opt-out is tried.
#   OPTOUT_SMOKE_PATIENCE  seconds each step may take; 300
set -eu
: "${AZURE_RESOURCE_GROUP:?}" "${AZURE_FUNCTION_APP_NAME:?}" "${AZURE_FUNCTIONS_URL:?}"
patience=${OPTOUT_SMOKE_PATIENCE:-300}
url=${AZURE_FUNCTIONS_URL%/}
sources=$(cd "$(dirname "$0")/../../functions/OptOut.Functions" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf '%s\n' "$*"; }
fail() {
  say "FAILED  $1"
  if [ -s "$scratch/answer" ]; then sed 's/^/        /' "$scratch/answer" && echo; fi
  exit 1
}

# Tries until it works or patience ends.
within_patience() {
  end=$(($(date +%s) + patience))
  until "$@"; do
    if [ "$(date +%s)" -ge "$end" ]; then return 1; fi
    sleep 2
  done
}

# The status; the body is in answer. What is personal goes in headers and bodies, which no log keeps.
ask() { curl --silent --max-time 30 --output "$scratch/answer" --write-out '%{http_code}' "$@" || true; }

inventory() {
  az functionapp function list --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" --query '[].name' --output tsv |
    tr -d '\r' | sed 's#.*/##' | sort >"$scratch/deployed" && cmp -s "$scratch/declared" "$scratch/deployed"
}
sed -n 's/.*\[Function("\([^"]*\)")\].*/\1/p' "$sources"/*.cs | sort >"$scratch/declared"
if ! within_patience inventory; then
  diff "$scratch/declared" "$scratch/deployed" | sed -n 's/^</missing:   /p; s/^>/unexpected:/p' >"$scratch/answer"
  fail "the functions that run are not those of this source"
fi
say "ok      all $(wc -l <"$scratch/declared" | tr -d ' ') functions are there"

healthy() { [ "$(ask "$url/api/health")" = 200 ] && grep -q '"status":"ok"' "$scratch/answer"; }
within_patience healthy || fail "GET /api/health does not say ok: the tables or the bus do not answer the app"
say "ok      the tables and the bus answer"

if [ -z "${OPTOUT_CANARY_EMAIL:-}" ]; then
  say "SKIPPED the opt-out of a canary: azd env set OPTOUT_CANARY_EMAIL canary@example.com"
  exit 0
fi

# A new person each time, so that who opted out never needs to be undone.
run=$(date -u +%Y%m%d%H%M%S)
canary="${OPTOUT_CANARY_EMAIL%@*}+$run@${OPTOUT_CANARY_EMAIL##*@}"
umask 077
az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" --query functionKeys.default --output tsv |
  tr -d '\r\n' | sed 's/^/x-functions-key: /' >"$scratch/key"
printf 'OptOut-Identifier: %s' "$canary" >"$scratch/identifier"

status=$(ask --request PUT --header @"$scratch/key" --data "{\"identifiers\":{\"email\":[\"$canary\"]},\"language\":\"en\"}" "$url/api/subjects/smoke-$run")
case $status in 2*) ;; *) fail "PUT /api/subjects answered $status" ;; esac

allowed() {
  [ "$(ask --header @"$scratch/key" --header @"$scratch/identifier" "$url/api/check?channel=email")" = 200 ] && grep -q "\"allowed\":$1" "$scratch/answer"
}
within_patience allowed true || fail "GET /api/check does not allow a mail to a new person"

status=$(ask --request POST --header @"$scratch/key" --data "{\"subject\":\"smoke-$run\",\"channel\":\"email\"}" "$url/api/links")
token=$(sed -n 's#.*"url":"[^"]*/u/\([A-Za-z0-9_-]*\)".*#\1#p' "$scratch/answer")
if [ "$status" != 200 ] || [ -z "$token" ]; then fail "POST /api/links answered $status"; fi

# As a mail client does: RFC 8058 section 3.1.
status=$(ask --request POST --data 'List-Unsubscribe=One-Click' "$url/u/$token")
[ "$status" = 200 ] || fail "the one-click POST answered $status"
within_patience allowed false || fail "GET /api/check still allows mail after the opt-out"
say "ok      a one-click opt-out stopped the canary"

# The vendors that send mail are the only ones with something to hold: each of them must have confirmed it, and there must be one.
proved() {
  [ "$(ask --header @"$scratch/key" "$url/api/subjects/smoke-$run/proof")" = 200 ] &&
    grep -q '"whole": true' "$scratch/answer" && grep -q '"status": "confirmed"' "$scratch/answer" &&
    ! grep -Eq '"status": "(waiting|rejected)"' "$scratch/answer"
}
within_patience proved || fail "not every vendor confirmed the opt-out: see vendors, with the reason, in the proof below"
sed -n 's/.*"vendor": "\([^"]*\)".*/\1/p; s/.*"status": "\([^"]*\)".*/\1/p' "$scratch/answer" | paste -d ' ' - - | sed -n 's/^\(.*\) confirmed$/ok      \1 confirmed it/p'
