#!/usr/bin/env bash
# Installs what tests need, each only when it is missing: nextest, cargo-deny, PostgreSQL, Chromium, npm packages.
set -euo pipefail
. "$(dirname "$0")/env.sh"

install_crate() {
    say "Installing $1 (a few minutes, once)"
    CARGO_TARGET_DIR="$DATAPULSE_CACHE/tools/build" \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install --quiet --locked --root "$DATAPULSE_CACHE/tools" "$1"
    rm -rf "$DATAPULSE_CACHE/tools/build"
}

has cargo-nextest || install_crate cargo-nextest
has cargo-deny || install_crate cargo-deny
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/debian.sh postgresql
[ -x /usr/bin/chromium ] || scripts/debian.sh chromium

if [ ! -e end2end/node_modules/.installed ] || [ end2end/package-lock.json -nt end2end/node_modules/.installed ]; then
    say "Installing the npm packages of the browser tests"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund --prefix end2end
    touch end2end/node_modules/.installed
fi
