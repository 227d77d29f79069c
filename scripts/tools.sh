#!/usr/bin/env bash
# Installs what building needs, each tool only when it is missing.  usage: tools.sh [without-duckdb]
set -euo pipefail
. "$(dirname "$0")/env.sh"

ensure_compiler() {
    has cc && has c++ && has curl || scripts/debian.sh build-essential curl ca-certificates
    has cargo || die "Rust is missing. Install it from https://rustup.rs and run this again."
    has npm || die "Node 20 with npm is missing. Install it and run this again."
}

ensure_wasm_target() {
    [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
    say "Adding the wasm32 target to Rust"
    rustup target add wasm32-unknown-unknown
}

ensure_cargo_leptos() {
    local version=0.3.8
    has cargo-leptos && [[ "$(cargo-leptos --version)" == *" $version" ]] && return
    say "Installing cargo-leptos $version (about ten minutes on two cores, once)"
    scripts/install-crate.sh --locked "cargo-leptos@$version"
}

# The tool and the crate must be of one version. Its own lock file names a version that registries lack.
ensure_wasm_bindgen() {
    local version
    version=$(locked_version wasm-bindgen)
    has wasm-bindgen && [ "$(wasm-bindgen --version)" = "wasm-bindgen $version" ] && return
    say "Installing wasm-bindgen $version, which Cargo.lock names (about two minutes, once)"
    scripts/install-crate.sh --bin wasm-bindgen "wasm-bindgen-cli@$version"
}

ensure_wasm_opt() {
    has wasm-opt && return
    say "Installing wasm-opt from the npm package binaryen"
    npm install --loglevel=error --no-audit --no-fund --prefix "$DATAPULSE_CACHE/tools" binaryen@132.0.0
}

mkdir -p "$DATAPULSE_CACHE/tools"
ensure_compiler
ensure_wasm_target
ensure_cargo_leptos
ensure_wasm_bindgen
ensure_wasm_opt
[ "${1:-}" = without-duckdb ] || scripts/duckdb.sh
