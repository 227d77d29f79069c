#!/usr/bin/env bash
# Installs Debian packages, as root or through sudo.  usage: debian.sh PACKAGE…
set -euo pipefail
. "$(dirname "$0")/env.sh"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    has sudo || die "please install these Debian packages first: $*"
    as_root=(sudo)
fi
has apt-get || die "this is not Debian: please install the equivalent of these packages first: $*"

say "Installing from Debian: $*"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
