#!/usr/bin/env bash
# Measures the release against its targets.
set -euo pipefail
. "$(dirname "$0")/release-env.sh"

scripts/build-release.sh
say "Measuring"
cargo bench --locked --bench main_job -- "$@"
