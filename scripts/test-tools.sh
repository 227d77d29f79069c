#!/usr/bin/env bash
# Installs what tests need, each only when it is missing: nextest, cargo-deny, cargo-fuzz, PostgreSQL, Redis, ClickHouse, Chromium, packages
# of npm and PyPI, and what breaks things on purpose: strace, nginx.
set -euo pipefail
. "$(dirname "$0")/env.sh"

install_crate() {
    say "Installing $1 (a few minutes, once)"
    scripts/install-crate.sh --locked "$1"
}

has cargo-nextest || install_crate cargo-nextest@0.9.143
has cargo-deny || install_crate cargo-deny@0.20.2
has cargo-fuzz || install_crate cargo-fuzz@0.13.2
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || scripts/debian.sh postgresql
has openssl || scripts/debian.sh openssl
has redis-server || scripts/debian.sh redis-server
scripts/clickhouse.sh install
scripts/smtp.sh install
scripts/otlp.sh install
[ -x /usr/bin/strace ] || scripts/debian.sh strace
[ -x /usr/sbin/nginx ] || scripts/debian.sh nginx-light
scripts/timescale.sh install
scripts/oidc.sh install
scripts/api-check.sh install
[ -x /usr/bin/pdftotext ] || scripts/debian.sh poppler-utils
[ -x /usr/bin/chromium ] || scripts/debian.sh chromium

if [ ! -e end2end/node_modules/.installed ] || [ end2end/package-lock.json -nt end2end/node_modules/.installed ]; then
    say "Installing the npm packages of the browser tests"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --loglevel=error --no-audit --no-fund --prefix end2end
    touch end2end/node_modules/.installed
fi

# The SDKs of others are tested as their users install them.
python_packages="posthog==7.91.1"
if [ "$(cat end2end/python/.installed 2>/dev/null)" != "$python_packages" ]; then
    say "Installing the PyPI packages of the tests"
    rm -rf end2end/python
    python3 -c 'import ensurepip' 2>/dev/null || scripts/debian.sh python3-venv
    python3 -m venv end2end/python
    # shellcheck disable=SC2086
    end2end/python/bin/pip install --quiet --disable-pip-version-check $python_packages
    echo "$python_packages" >end2end/python/.installed
fi
