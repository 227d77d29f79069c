#!/usr/bin/env bash
# Holds a running server against its own document: is the document valid, is every answer in it, and are the figures of
# /metrics as Prometheus wants them. Starts the server itself, in a folder of its own.
# usage: api-check.sh install | run [PROGRAM]
set -euo pipefail
. "$(dirname "$0")/env.sh"

usage="usage: api-check.sh install | run [PROGRAM]"
schemathesis=4.32.5
validator=0.9.0
venv="$DATAPULSE_CACHE/tools/api-check-$schemathesis-$validator"

install() {
    has promtool || scripts/debian.sh prometheus
    [ -e "$venv/.installed" ] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian.sh python3-venv
    say "Installing schemathesis and openapi-spec-validator for the tests (once)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        "schemathesis==$schemathesis" "openapi-spec-validator==$validator"
    touch "$venv/.installed"
}

field() { "$venv/bin/python" -c "import json,sys; print(json.load(sys.stdin)$1)"; }

run() {
    local program=${1:-$CARGO_TARGET_DIR/debug/datapulse} folder url token org key credentials
    folder=$(mktemp -d)
    say "The document is valid"
    "$program" openapi >"$folder/openapi.json"
    "$venv/bin/openapi-spec-validator" "$folder/openapi.json"
    DATAPULSE_ADDR=127.0.0.1:0 DATAPULSE_DATA_DIR="$folder/data" DATAPULSE_RATE_LIMITS=off DATAPULSE_LOG=warn \
        "$program" serve >"$folder/url" 2>"$folder/log" &
    local server=$!
    # shellcheck disable=SC2064 # the values of now
    trap "kill $server 2>/dev/null || true; rm -rf '$folder'" EXIT
    for _ in $(seq 200); do [ -s "$folder/url" ] && break; sleep 0.1; done
    url=$(head -n 1 "$folder/url")
    credentials='{"email":"ada@example.org","password":"correct horse battery","name":"Ada"}'
    curl -sS --fail -H 'content-type: application/json' -d "$credentials" "$url/api/auth/register" >"$folder/ada"
    token=$(field "['access_token']" <"$folder/ada")
    org=$(field "['organization']['id']" <"$folder/ada")
    # A personal key may do everything that its owner may, but cannot end the session or the organization under test.
    key=$(curl -sS --fail -H "authorization: Bearer $token" -H 'content-type: application/json' \
        -d '{"name":"check"}' "$url/api/auth/keys" | field "['key']")

    say "Every answer is in the document, and none is a fault of ours"
    (cd "$folder" && "$venv/bin/schemathesis" run "$url/api/openapi.json" \
        --header "Authorization: Bearer $key" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        --phases examples,coverage,fuzzing --max-examples "${API_CHECK_EXAMPLES:-15}" --seed 1 --generation-deterministic \
        --request-timeout 40 --no-color)

    say "The figures are as Prometheus wants them"
    curl -sS --fail "$url/metrics" | tee "$folder/metrics" | promtool check metrics
    grep -q "datapulse_http_requests_total{.*route=\"/api/organizations/{id}\"" "$folder/metrics" || die "no figures of requests"
    for figure in cache_lookups_total cache_bytes question_duration_seconds_bucket store_duration_seconds_bucket store_bytes log_bytes; do
        grep -q "^datapulse_$figure[{ ]" "$folder/metrics" || die "no figures of $figure"
    done
    ! grep -q "$org" "$folder/metrics" || die "an id is in a label"
    ! grep -i ' ERROR ' "$folder/log" || die "the server logged faults"
}

case "${1:-}" in
install) install ;;
run) install && run "${2:-}" ;;
*) die "$usage" ;;
esac
