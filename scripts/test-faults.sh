#!/usr/bin/env bash
# The fault matrix at length.  DATAPULSE_CRASH_ROUNDS=20 for a shorter one.
set -euo pipefail
. "$(dirname "$0")/env.sh"

scripts/tools.sh
scripts/test-tools.sh
export DATAPULSE_CRASH_ROUNDS="${DATAPULSE_CRASH_ROUNDS:-200}"
say "Breaking things on purpose ($DATAPULSE_CRASH_ROUNDS kills)"
cargo nextest run --locked --workspace --exclude frontend --profile faults -E 'binary(faults)'
