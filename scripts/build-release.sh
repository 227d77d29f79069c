#!/usr/bin/env bash
# Builds the release: first the site, compressed, then the program with the site inside.
# usage: build-release.sh [static]   with DuckDB inside too, after duckdb.sh static
set -euo pipefail
. "$(dirname "$0")/release-env.sh"

sources=(Cargo.toml Cargo.lock build.rs src app frontend crates style public migrations)
build() { cargo leptos build --release --split --precompress --cargo-locked; }

if [ "${1:-}" = static ]; then
    export DUCKDB_LIB_DIR="$COMPILED_DUCKDB" DUCKDB_STATIC=1
    say "Building one file with the site and DuckDB inside"
    build
    mkdir -p dist
    cp "$RELEASE_PROGRAM" dist/datapulse
    # Without it the next release that loads the library is built anew.
    rm "$RELEASE_PROGRAM"
    say "Done: dist/datapulse"
    exit
fi

scripts/tools.sh
if [ -x "$RELEASE_PROGRAM" ] && [ -z "$(find "${sources[@]}" -newer "$RELEASE_PROGRAM" -print -quit)" ]; then
    say "The release is up to date"
    exit
fi
say "Building the release (about fifteen minutes on two cores the first time)"
build
touch "$RELEASE_PROGRAM"
