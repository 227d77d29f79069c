#!/usr/bin/env bash
# Measures the release against its targets.
set -euo pipefail
. "$(dirname "$0")/release-env.sh"

scripts/build-release.sh
say "Building the benchmarks"
# With these flags the features are those of the release, and its dependencies serve here too.
built=$(cargo bench --locked --workspace --exclude frontend --bench main_job --bench trend --no-run 2>&1 | tee /dev/stderr)
program() { sed -n "s|.*Executable .*benches/$1/main.rs (\(.*\))|\1|p" <<<"$built"; }
# Thousands of live connections take as many files, on either side.
ulimit -n "$(ulimit -H -n)"
say "Measuring"
TREND_BENCHMARK=$(program trend) "$(program main_job)" --bench "$@"
