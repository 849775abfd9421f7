#!/bin/sh
# After a deployment: are all functions there, does the app answer, and does an opt-out reach the vendors?
# azd runs it and sets the variables; to run it by hand, set them yourself. Needs the Azure CLI, logged in, and curl.
#   AZURE_RESOURCE_GROUP, AZURE_FUNCTION_APP_NAME, AZURE_FUNCTIONS_URL
#   OPTOUT_CANARY_EMAIL    a mailbox of yours that accepts plus addresses, as in canary@example.com. Without it, no opt-out is tested.
#   OPTOUT_SMOKE_PATIENCE  the seconds that each step may take; default 300
set -eu
: "${AZURE_RESOURCE_GROUP:?}" "${AZURE_FUNCTION_APP_NAME:?}" "${AZURE_FUNCTIONS_URL:?}"
timeout=${OPTOUT_SMOKE_PATIENCE:-300}
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

# Retries until it succeeds or the time is up.
within_timeout() {
  end=$(($(date +%s) + timeout))
  until "$@"; do
    if [ "$(date +%s)" -ge "$end" ]; then return 1; fi
    sleep 2
  done
}

# Prints the status; the body is in the file answer. Personal data goes in headers and bodies, which no log keeps.
request() { curl --silent --max-time 30 --output "$scratch/answer" --write-out '%{http_code}' "$@" || true; }

inventory() {
  az functionapp function list --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" --query '[].name' --output tsv |
    tr -d '\r' | sed 's#.*/##' | sort >"$scratch/deployed" && cmp -s "$scratch/declared" "$scratch/deployed"
}
sed -n 's/.*\[Function("\([^"]*\)")\].*/\1/p' "$sources"/*.cs | sort >"$scratch/declared"
if ! within_timeout inventory; then
  diff "$scratch/declared" "$scratch/deployed" | sed -n 's/^</missing:   /p; s/^>/unexpected:/p' >"$scratch/answer"
  fail "the deployed functions are not those of this source"
fi
say "ok      all $(wc -l <"$scratch/declared" | tr -d ' ') functions are there"

healthy() { [ "$(request "$url/api/health")" = 200 ] && grep -q '"status":"ok"' "$scratch/answer"; }
within_timeout healthy || fail "GET /api/health is not ok: the app cannot reach the tables or the bus"
say "ok      the tables and the bus answer"

if [ -z "${OPTOUT_CANARY_EMAIL:-}" ]; then
  say "SKIPPED the opt-out of a canary: azd env set OPTOUT_CANARY_EMAIL canary@example.com"
  exit 0
fi

# A new person each time, so that no opt-out ever has to be undone.
run=$(date -u +%Y%m%d%H%M%S)
canary="${OPTOUT_CANARY_EMAIL%@*}+$run@${OPTOUT_CANARY_EMAIL##*@}"
umask 077
az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME" --query functionKeys.default --output tsv |
  tr -d '\r\n' | sed 's/^/x-functions-key: /' >"$scratch/key"
printf 'OptOut-Identifier: %s' "$canary" >"$scratch/identifier"

status=$(request --request PUT --header @"$scratch/key" --data "{\"identifiers\":{\"email\":[\"$canary\"]},\"language\":\"en\"}" "$url/api/subjects/smoke-$run")
case $status in 2*) ;; *) fail "PUT /api/subjects answered $status" ;; esac

allowed() {
  [ "$(request --header @"$scratch/key" --header @"$scratch/identifier" "$url/api/check?channel=email")" = 200 ] && grep -q "\"allowed\":$1" "$scratch/answer"
}
within_timeout allowed true || fail "GET /api/check does not allow a mail to a new person"

status=$(request --request POST --header @"$scratch/key" --data "{\"subject\":\"smoke-$run\",\"channel\":\"email\"}" "$url/api/links")
token=$(sed -n 's#.*"url":"[^"]*/u/\([A-Za-z0-9_-]*\)".*#\1#p' "$scratch/answer")
if [ "$status" != 200 ] || [ -z "$token" ]; then fail "POST /api/links answered $status"; fi

# As a mail client does it: RFC 8058 section 3.1.
status=$(request --request POST --data 'List-Unsubscribe=One-Click' "$url/u/$token")
[ "$status" = 200 ] || fail "the one-click POST answered $status"
within_timeout allowed false || fail "GET /api/check still allows mail after the opt-out"
say "ok      a one-click opt-out stopped the canary"

# Only the vendors that send mail have something to stop: each of them must have confirmed it, and there must be at least one.
proved() {
  [ "$(request --header @"$scratch/key" "$url/api/subjects/smoke-$run/proof")" = 200 ] &&
    grep -q '"whole": true' "$scratch/answer" && grep -q '"status": "confirmed"' "$scratch/answer" &&
    ! grep -Eq '"status": "(waiting|rejected)"' "$scratch/answer"
}
within_timeout proved || fail "not every vendor confirmed the opt-out: see vendors, with the reason, in the proof below"
sed -n 's/.*"vendor": "\([^"]*\)".*/\1/p; s/.*"status": "\([^"]*\)".*/\1/p' "$scratch/answer" | paste -d ' ' - - | sed -n 's/^\(.*\) confirmed$/ok      \1 confirmed it/p'
