#!/usr/bin/env bash
# Measures the release against its targets.
set -euo pipefail
. "$(dirname "$0")/release-env.sh"

scripts/build-release.sh
say "Measuring"
# With these flags the features are those of the release, and its dependencies serve here too.
cargo bench --locked --workspace --exclude frontend --bench main_job -- "$@"
