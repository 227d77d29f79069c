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
trap 'scripts/postgres.sh stop "$postgres"' EXIT
say "Starting a PostgreSQL for the tests"
DATAPULSE_TEST_POSTGRES_URL=$(scripts/postgres.sh start "$postgres")
export DATAPULSE_TEST_POSTGRES_URL

say "Unit, property, snapshot, integration and crash tests"
cargo nextest run --locked --workspace --exclude frontend --profile "$profile"

say "Examples in the documentation"
cargo test --locked --workspace --exclude frontend --doc --quiet

scripts/browser-tests.sh
say "All tests passed"
