#!/usr/bin/env bash
# Builds both halves for development and drives them in Chromium.  Arguments go to Playwright.
set -euo pipefail
. "$(dirname "$0")/env.sh"

say "Building the server and the browser's half"
cargo leptos build --cargo-locked

say "Browser tests in Chromium"
export DATAPULSE_PROGRAM="$CARGO_TARGET_DIR/debug/datapulse" LEPTOS_SITE_ROOT="$CARGO_TARGET_DIR/site"
cd end2end
node_modules/.bin/playwright test "$@"
