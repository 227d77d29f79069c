#!/usr/bin/env bash
# Installs what tests need, each only when it is missing: nextest, cargo-deny, PostgreSQL, Redis, ClickHouse, Chromium, npm packages.
set -euo pipefail
. "$(dirname "$0")/env.sh"

install_crate() {
    say "Installing $1 (a few minutes, once)"
    scripts/install-crate.sh --locked "$1"
}

has cargo-nextest || install_crate cargo-nextest@0.9.143
has cargo-deny || install_crate cargo-deny@0.20.2
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/debian.sh postgresql
has redis-server || scripts/debian.sh redis-server
scripts/clickhouse.sh install
[ -x /usr/bin/chromium ] || scripts/debian.sh chromium

if [ ! -e end2end/node_modules/.installed ] || [ end2end/package-lock.json -nt end2end/node_modules/.installed ]; then
    say "Installing the npm packages of the browser tests"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --loglevel=error --no-audit --no-fund --prefix end2end
    touch end2end/node_modules/.installed
fi
