#!/usr/bin/env bash
# A ClickHouse of our own for tests, thrown away afterwards. FOLDER is new and empty (mktemp -d).
# usage: clickhouse.sh install | start FOLDER (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"

usage="usage: clickhouse.sh install | start FOLDER | stop FOLDER"
version=26.9.0
python="$DATAPULSE_CACHE/tools/clickhouse-$version/bin/python"

# The engine itself comes as a Python package; the server before it is tests/servers/clickhouse.py.
install() {
    [ -e "${python%/bin/python}/.installed" ] && return
    has python3 || die "Python 3 is missing, with its module venv. Install them and run this again."
    say "Installing the engine of ClickHouse for the tests (180 MB, once)"
    rm -rf "${python%/bin/python}"
    python3 -m venv "${python%/bin/python}"
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps "chdb-core==$version"
    touch "${python%/bin/python}/.installed"
}

start() {
    local folder=$1 _
    mkdir -p "$folder"
    "$python" tests/servers/clickhouse.py "$folder" >"$folder/log" 2>&1 </dev/null &
    echo $! >"$folder/pid"
    for _ in $(seq 300); do
        if [ -e "$folder/url" ]; then
            cat "$folder/url"
            return
        fi
        kill -0 "$(cat "$folder/pid")" 2>/dev/null || break
        sleep 0.1
    done
    cat "$folder/log" >&2
    die "ClickHouse did not start."
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
