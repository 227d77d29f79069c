#!/usr/bin/env bash
# A ClickHouse of our own for tests, thrown away afterwards. FOLDER is new and empty (mktemp -d).
# usage: clickhouse.sh install | start FOLDER (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: clickhouse.sh install | start FOLDER | stop FOLDER"
version=26.9.0
python="$DATAPULSE_CACHE/tools/clickhouse-$version/bin/python"

# The engine itself comes as a Python package; the server before it is tests/servers/clickhouse.py.
install() {
    [ -e "${python%/bin/python}/.installed" ] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian.sh python3-venv
    say "Installing the engine of ClickHouse for the tests (180 MB, once)"
    rm -rf "${python%/bin/python}"
    python3 -m venv "${python%/bin/python}"
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps "chdb-core==$version"
    touch "${python%/bin/python}/.installed"
}

case "${1:-} $#" in
    "install 1") install ;;
    "start 2") start_in "$2" 30 ClickHouse "$python" tests/servers/clickhouse.py "$2" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
