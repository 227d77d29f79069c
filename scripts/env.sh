# Sourced by every script: where things are kept, and which tools are used.
# Tools are looked for on PATH, then in a folder of built tools beside the clone, then installed into the cache.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%(%H:%M:%S)T  %s\n' -1 "$*" >&2; }
die() { printf 'Sorry: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
# The version of a package in Cargo.lock.
locked_version() { awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock; }

export DATAPULSE_CACHE="${DATAPULSE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/datapulse}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$DATAPULSE_CACHE/target}"
DEMO_DATA="$PWD/data"
# leptos compiles this in. Left to cargo-leptos alone, it and plain cargo would compile the program in turns.
export LEPTOS_OUTPUT_NAME=datapulse

_built_tools=../shared/toolcache/env.sh
if [ -r "$_built_tools" ] && { ! has cargo-leptos || ! has wasm-bindgen || [ -z "${DUCKDB_LIB_DIR:-}" ]; }; then
    . "$_built_tools" >&2
fi
unset _built_tools

# Where scripts/duckdb.sh keeps what it compiles.
COMPILED_DUCKDB="$DATAPULSE_CACHE/duckdb-$(locked_version libduckdb-sys)"
if [ -z "${DUCKDB_LIB_DIR:-}" ] && [ -e "$COMPILED_DUCKDB/libduckdb.so" ]; then
    export DUCKDB_LIB_DIR="$COMPILED_DUCKDB"
fi

export PATH="$DATAPULSE_CACHE/tools/bin:$DATAPULSE_CACHE/tools/node_modules/.bin:$PATH"
