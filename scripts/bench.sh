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
case " $* " in *" engine "*)
    scripts/test-tools.sh
    postgres=$(mktemp -d)
    clickhouse=$(mktemp -d)
    trap 'scripts/postgres.sh stop "$postgres"; scripts/clickhouse.sh stop "$clickhouse"' EXIT
    say "Starting a PostgreSQL and a ClickHouse to measure too"
    BENCHMARK_POSTGRES_URL=$(scripts/postgres.sh start "$postgres")
    BENCHMARK_CLICKHOUSE_URL=$(scripts/clickhouse.sh start "$clickhouse")
    export BENCHMARK_POSTGRES_URL BENCHMARK_CLICKHOUSE_URL
    ;;
esac
say "Measuring"
TREND_BENCHMARK=$(program trend) "$(program main_job)" --bench "$@"
