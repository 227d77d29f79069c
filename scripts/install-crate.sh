#!/usr/bin/env bash
# Installs a tool from crates.io into the cache.  usage: install-crate.sh ARGUMENTS-OF-CARGO-INSTALL…
# Their own release profiles would optimise these tools for an hour; they only have to run.
set -euo pipefail
. "$(dirname "$0")/env.sh"

export CARGO_TARGET_DIR="$DATAPULSE_CACHE/tools/build"
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0
cargo install --quiet --root "$DATAPULSE_CACHE/tools" "$@"
rm -rf "$CARGO_TARGET_DIR"
