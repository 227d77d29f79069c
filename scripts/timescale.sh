#!/usr/bin/env bash
# A PostgreSQL with TimescaleDB of our own for tests, thrown away afterwards. It takes one connection at a time and knows no COPY.
# usage: timescale.sh install | start FOLDER (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: timescale.sh install | start FOLDER | stop FOLDER"
home=tests/servers/timescale

case "${1:-} $#" in
    "install 1") install_packages "$home" "PostgreSQL with TimescaleDB for the tests (40 MB, once)" ;;
    "start 2") start_in "$2" 90 TimescaleDB node "$home/server.mjs" "$2" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
