#!/usr/bin/env bash
# A collector of traces for tests, thrown away afterwards. FOLDER is new and empty (mktemp -d); spans are in FOLDER/spans.ndjson.
# usage: otlp.sh install | start FOLDER (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: otlp.sh install | start FOLDER | stop FOLDER"
version=1.45.2
python="$DATAPULSE_CACHE/tools/otlp-$version/bin/python"

install() {
    [ -e "${python%/bin/python}/.installed" ] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian.sh python3-venv
    say "Installing a collector of traces for the tests (once)"
    rm -rf "${python%/bin/python}"
    python3 -m venv "${python%/bin/python}"
    "$python" -m pip install --quiet --disable-pip-version-check "opentelemetry-proto==$version"
    touch "${python%/bin/python}/.installed"
}

case "${1:-} $#" in
    "install 1") install ;;
    "start 2") start_in "$2" 30 "The collector of traces" "$python" tests/servers/otlp.py "$2" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
