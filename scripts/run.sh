#!/usr/bin/env bash
# Fills the demo organization (what is there already stays) and serves it.
set -euo pipefail
. "$(dirname "$0")/release-env.sh"
unset LEPTOS_SITE_ROOT # the program carries its own site

export DATAPULSE_DATA_DIR="${DATAPULSE_DATA_DIR:-$DEMO_DATA}"
export DATAPULSE_ADDR="${DATAPULSE_ADDR:-127.0.0.1:3000}"

say "Filling the demo organization in $DATAPULSE_DATA_DIR"
"$RELEASE_PROGRAM" seed --demo

say "Serving on http://$DATAPULSE_ADDR, stop with Ctrl-C"
exec "$RELEASE_PROGRAM" serve
