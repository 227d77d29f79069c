#!/usr/bin/env bash
# A Redis of our own for tests, thrown away afterwards. FOLDER is new and empty (mktemp -d).
# usage: redis.sh start FOLDER [PORT]   prints its URL; FOLDER/pid names its process      redis.sh stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: redis.sh start FOLDER [PORT] | stop FOLDER"

start() {
    local folder=$1 port=${2:-} _
    mkdir -p "$folder"
    for _ in 1 2 3 4 5; do
        local try=${port:-$((20000 + RANDOM % 12000))}
        redis-server --bind 127.0.0.1 --port "$try" --save "" --appendonly no --dir "$folder" \
            >"$folder/log" 2>&1 </dev/null &
        echo $! >"$folder/pid"
        if answers "$try" "$(cat "$folder/pid")"; then
            echo "redis://127.0.0.1:$try/0"
            return
        fi
    done
    cat "$folder/log" >&2
    die "Redis did not start."
}

answers() {
    local port=$1 pid=$2 _
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || return 1
        grep -q "Ready to accept connections" "$folder/log" && redis-cli -p "$port" ping >/dev/null 2>&1 && return 0
        sleep 0.05
    done
    return 1
}

case "${1:-} $#" in
    "start 2" | "start 3") start "$2" "${3:-}" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
