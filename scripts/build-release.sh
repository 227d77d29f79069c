#!/usr/bin/env bash
# Builds the release: first the site, compressed, then the program with the site inside.
# usage: build-release.sh [bundled]   with DuckDB inside too
set -euo pipefail
. "$(dirname "$0")/release-env.sh"

sources=(Cargo.toml Cargo.lock build.rs src app frontend crates style public migrations)

if [ "${1:-}" = bundled ]; then
    say "Building one file with the site and DuckDB inside (DuckDB alone takes about 40 minutes on two cores)"
    cargo leptos build --release --split --precompress --cargo-locked --bin-features bundled
    mkdir -p dist
    cp "$RELEASE_PROGRAM" dist/datapulse
    say "Done: dist/datapulse"
    exit
fi

scripts/tools.sh
if [ -x "$RELEASE_PROGRAM" ] && [ -z "$(find "${sources[@]}" -newer "$RELEASE_PROGRAM" -print -quit)" ]; then
    say "The release is up to date"
    exit
fi
say "Building the release (about fifteen minutes on two cores the first time)"
cargo leptos build --release --split --precompress --cargo-locked
touch "$RELEASE_PROGRAM"
