#!/usr/bin/env bash
# A PostgreSQL with TimescaleDB of our own for tests, thrown away afterwards. It takes one connection at a time and knows no COPY.
# usage: timescale.sh install | start FOLDER (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: timescale.sh install | start FOLDER | stop FOLDER"
home=tests/servers/timescale

install() {
    if [ ! -e "$home/node_modules/.installed" ] || [ "$home/package-lock.json" -nt "$home/node_modules/.installed" ]; then
        say "Installing PostgreSQL with TimescaleDB for the tests (40 MB, once)"
        npm ci --loglevel=error --no-audit --no-fund --prefix "$home"
        touch "$home/node_modules/.installed"
    fi
}

case "${1:-} $#" in
    "install 1") install ;;
    "start 2") start_in "$2" 90 TimescaleDB node "$home/server.mjs" "$2" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
