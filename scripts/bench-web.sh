#!/usr/bin/env bash
# Measures what a browser makes of the release: sizes, first bytes, a range change, dragging, hydration.
# usage: bench-web.sh            builds the release first
#        bench-web.sh unsplit    also builds the browser's half in one piece, to compare its size
#        bench-web.sh debug      measures the development build that is there; its figures say nothing about speed
set -euo pipefail
if [ "${1:-}" = debug ]; then
    . "$(dirname "$0")/env.sh"
    export DATAPULSE_PROGRAM="$CARGO_TARGET_DIR/debug/datapulse" LEPTOS_SITE_ROOT="$CARGO_TARGET_DIR/site"
else
    . "$(dirname "$0")/release-env.sh"
    scripts/build-release.sh
    scripts/test-tools.sh
    if [ "${1:-}" = unsplit ]; then
        say "Building the browser's half in one piece"
        export UNSPLIT_SITE_ROOT="$CARGO_TARGET_DIR/site-unsplit"
        LEPTOS_SITE_ROOT="$UNSPLIT_SITE_ROOT" cargo leptos build --release --precompress --frontend-only --cargo-locked
    fi
    export DATAPULSE_PROGRAM="$RELEASE_PROGRAM"
fi
say "Measuring in Chromium"
cd end2end
exec node bench-web.mjs
