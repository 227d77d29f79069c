#!/usr/bin/env bash
# The development loop: builds both halves, serves, and starts again at every change.
set -euo pipefail
. "$(dirname "$0")/env.sh"

scripts/tools.sh
export DATAPULSE_DATA_DIR="${DATAPULSE_DATA_DIR:-$DEMO_DATA}"
exec cargo leptos watch -- serve
