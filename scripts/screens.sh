#!/usr/bin/env bash
# Takes the pictures in docs/screens anew, from the demo and the development build that is there.
set -euo pipefail
. "$(dirname "$0")/env.sh"
export DATAPULSE_PROGRAM="$CARGO_TARGET_DIR/debug/datapulse" LEPTOS_SITE_ROOT="$CARGO_TARGET_DIR/site"
cd end2end
exec node screens.mjs
