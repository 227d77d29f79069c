#!/usr/bin/env bash
# Lets sqlmap try its tricks on everything that becomes a part of a question: names, properties, values, cursors and ids. Starts
# the server itself, in a folder of its own. Takes about half an hour; `make test` does not run it.
# usage: sqlmap.sh install | run [PROGRAM]
set -euo pipefail
. "$(dirname "$0")/env.sh"

usage="usage: sqlmap.sh install | run [PROGRAM]"
version=1.10.10
venv="$DATAPULSE_CACHE/tools/sqlmap-$version"

install() {
    [ -e "$venv/.installed" ] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian.sh python3-venv
    say "Installing sqlmap (once)"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "sqlmap==$version"
    touch "$venv/.installed"
}

field() { python3 -c "import json,sys; print(json.load(sys.stdin)$1)"; }

run() {
    local program=${1:-$CARGO_TARGET_DIR/debug/datapulse} folder url token key
    folder=$(mktemp -d)
    DATAPULSE_ADDR=127.0.0.1:0 DATAPULSE_DATA_DIR="$folder/data" DATAPULSE_RATE_LIMITS=off DATAPULSE_LOG=warn \
        "$program" serve >"$folder/url" 2>"$folder/log" &
    local server=$!
    # shellcheck disable=SC2064 # the values of now
    trap "kill $server 2>/dev/null || true; rm -rf '$folder'" EXIT
    for _ in $(seq 200); do [ -s "$folder/url" ] && break; sleep 0.1; done
    url=$(head -n 1 "$folder/url")
    local made
    made=$(curl -sS -H 'content-type: application/json' "$url/api/auth/register" \
        -d '{"email":"ada@example.org","password":"correct horse battery","name":"Ada"}')
    token=$(field '["access_token"]' <<<"$made")
    key="authorization: Bearer $token"
    curl -sS -o /dev/null -H "$key" -H 'content-type: application/json' "$url/api/analytics/events" \
        -d '[{"name":"visit","user_id":"ada","properties":{"plan":"pro","price":3}},{"name":"visit","user_id":"bob","properties":{"plan":"free"}}]'
    sleep 2

    local failed=0
    # A star marks what is tried. Each line: a name, an address, and a body if there is one.
    while IFS=$'\t' read -r name path body; do
        say "$name"
        if ! try "$folder/out" "$url$path" "$body" "$key" >"$folder/told" 2>&1; then
            tail -n 40 "$folder/told" >&2
            failed=1
        fi
        grep -E "injectable|HTTP error codes|tested parameters" "$folder/told" | tail -n 3 >&2 || true
    done < <(targets)
    grep -i panic "$folder/log" >&2 && failed=1
    [ "$failed" = 0 ] || die "sqlmap found something; see above."
    say "sqlmap found nothing"
}

targets() {
    local trend='"kind":"trend","range":{"last":"30d"}'
    printf '%s\t%s\t%s\n' \
        "The name of an event" /api/analytics/query "{$trend,\"series\":[{\"event\":\"visit*\",\"measure\":\"count\"}]}" \
        "A property that is measured" /api/analytics/query "{$trend,\"series\":[{\"event\":\"visit\",\"measure\":\"sum\",\"property\":\"price*\"}]}" \
        "A property of a breakdown" /api/analytics/query "{$trend,\"series\":[{\"event\":\"visit\",\"measure\":\"count\"}],\"breakdown\":{\"property\":\"plan*\"}}" \
        "A property of a filter" /api/analytics/query "{$trend,\"series\":[{\"measure\":\"count\"}],\"filter\":{\"property\":\"plan*\",\"op\":\"eq\",\"value\":\"pro\"}}" \
        "A value of a filter" /api/analytics/query "{$trend,\"series\":[{\"measure\":\"count\"}],\"filter\":{\"property\":\"plan\",\"op\":\"eq\",\"value\":\"pro*\"}}" \
        "A text that is looked for" /api/analytics/query "{$trend,\"series\":[{\"measure\":\"count\"}],\"filter\":{\"property\":\"plan\",\"op\":\"contains\",\"value\":\"pr*\"}}" \
        "A regular expression" /api/analytics/query "{$trend,\"series\":[{\"measure\":\"count\"}],\"filter\":{\"property\":\"plan\",\"op\":\"matches\",\"value\":\"pr*\"}}" \
        "The step of a funnel" /api/analytics/query '{"kind":"funnel","range":{"last":"30d"},"window":"7d","steps":[{"event":"visit*"},{"event":"buy"}]}' \
        "A time zone" /api/analytics/query "{$trend,\"timezone\":\"UTC*\",\"series\":[{\"measure\":\"count\"}]}" \
        "A column of the events" /api/analytics/query '{"kind":"events","range":{"last":"30d"},"columns":["plan*"]}' \
        "A property whose values are asked for" '/api/analytics/events/values?property=plan*' "" \
        "A text among values" '/api/analytics/events/values?property=plan&search=pr*' "" \
        "An event whose properties are asked for" '/api/analytics/events/properties?event=visit*' "" \
        "The id of a user" '/api/analytics/users/ada*' "" \
        "A cursor" '/api/dashboards?cursor=0197a5c0-0000-7000-8000-000000000000*' ""
}

# Zero when nothing was found.
try() {
    local out=$1 url=$2 body=$3 key=$4
    local options=(--batch --flush-session --level=2 --risk=2 --technique=BEUS --threads=4 --timeout=20 --retries=1 --disable-coloring
        --output-dir="$out" --url="$url" --headers="$key" --skip-waf --ignore-code=400,422,404)
    [ -z "$body" ] || options+=(--data="$body" --method=POST --headers="$key\ncontent-type: application/json")
    "$venv/bin/sqlmap" "${options[@]}" >"$out.told" 2>&1 </dev/null || true
    cat "$out.told"
    ! grep -q "identified the following injection point" "$out.told" && grep -q "do not appear to be injectable" "$out.told"
}

case "${1:-} $#" in
    "install 1") install ;;
    "run 1" | "run 2") install && run "${2:-}" ;;
    *) die "$usage" ;;
esac
