#!/usr/bin/env bash
# A PostgreSQL with TimescaleDB of our own for tests, thrown away afterwards. It takes one connection at a time and knows no COPY.
# usage: timescale.sh install | start FOLDER (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"

usage="usage: timescale.sh install | start FOLDER | stop FOLDER"
home=tests/servers/timescale

install() {
    if [ ! -e "$home/node_modules/.installed" ] || [ "$home/package-lock.json" -nt "$home/node_modules/.installed" ]; then
        say "Installing PostgreSQL with TimescaleDB for the tests (40 MB, once)"
        npm ci --loglevel=error --no-audit --no-fund --prefix "$home"
        touch "$home/node_modules/.installed"
    fi
}

start() {
    local folder=$1 _
    mkdir -p "$folder"
    node "$home/server.mjs" "$folder" >"$folder/log" 2>&1 </dev/null &
    echo $! >"$folder/pid"
    for _ in $(seq 900); do
        if [ -e "$folder/url" ]; then
            cat "$folder/url"
            return
        fi
        kill -0 "$(cat "$folder/pid")" 2>/dev/null || break
        sleep 0.1
    done
    cat "$folder/log" >&2
    die "TimescaleDB did not start."
}

stop() {
    kill -KILL "$(cat "$1/pid")" 2>/dev/null || true
    rm -rf "$1"
}

case "${1:-} $#" in
    "install 1") install ;;
    "start 2") start "$2" ;;
    "stop 2") stop "$2" ;;
    *) die "$usage" ;;
esac
