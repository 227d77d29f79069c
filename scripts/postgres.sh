#!/usr/bin/env bash
# A PostgreSQL of our own for tests, thrown away afterwards. FOLDER is new and empty (mktemp -d).
# usage: postgres.sh start FOLDER   prints its URL      postgres.sh stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"

[ $# -eq 2 ] || die "usage: postgres.sh start|stop FOLDER"
action=$1
folder=$2
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

# PostgreSQL refuses to run as root.
unprivileged() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    else
        runuser -u nobody -- "$@"
    fi
}
control() { (cd / && unprivileged "$programs/pg_ctl" -D "$folder/data" "$@"); }

start() {
    mkdir -p "$folder"
    [ "$(id -u)" -ne 0 ] || chown nobody "$folder"
    (cd / && unprivileged "$programs/initdb" -D "$folder/data" -U datapulse --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null)
    local port attempt
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        local options="-p $port -h 127.0.0.1 -k $folder -c fsync=off -c full_page_writes=off -c max_connections=200"
        if control -s -w -t 60 -o "$options" -l "$folder/log" start </dev/null >/dev/null 2>&1; then
            echo "postgres://datapulse@127.0.0.1:$port/postgres"
            return
        fi
    done
    cat "$folder/log" >&2
    die "PostgreSQL did not start."
}

stop() {
    control -s -m immediate stop || true
    rm -rf "$folder"
}

case "$action" in
    start) start ;;
    stop) stop ;;
    *) die "usage: postgres.sh start|stop FOLDER" ;;
esac
