#!/usr/bin/env bash
# Every test there is.
set -euo pipefail
. "$(dirname "$0")/env.sh"

scripts/tools.sh
scripts/test-tools.sh
scripts/check.sh

profile=default
[ -z "${CI:-}" ] || profile=ci

postgres=$(mktemp -d)
clickhouse=$(mktemp -d)
trap 'scripts/postgres.sh stop "$postgres"; scripts/clickhouse.sh stop "$clickhouse"' EXIT
say "Starting a PostgreSQL and a ClickHouse for the tests"
DATAPULSE_TEST_POSTGRES_URL=$(scripts/postgres.sh start "$postgres")
DATAPULSE_TEST_CLICKHOUSE_URL=$(scripts/clickhouse.sh start "$clickhouse")
export DATAPULSE_TEST_POSTGRES_URL DATAPULSE_TEST_CLICKHOUSE_URL

say "Unit, property, snapshot, integration and crash tests"
cargo nextest run --locked --workspace --exclude frontend --profile "$profile"

say "The API against its own document"
scripts/api-check.sh run

say "What strangers send, made up (cargo fuzz)"
scripts/fuzz.sh 10

say "Examples in the documentation"
cargo test --locked --workspace --exclude frontend --doc --quiet

scripts/browser-tests.sh
say "All tests passed"
