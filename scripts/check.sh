#!/usr/bin/env bash
# Everything that can be said about the code without running it.
set -euo pipefail
. "$(dirname "$0")/env.sh"

say "Formatting"
cargo fmt --all --check

say "Clippy: the server's crates"
cargo clippy --locked --workspace --exclude frontend --all-targets -- -D warnings

say "Clippy: the browser's half, for wasm32"
cargo clippy --locked --package frontend --target wasm32-unknown-unknown --target-dir "$CARGO_TARGET_DIR/front" -- -D warnings

say "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --exclude frontend --no-deps --document-private-items --quiet

scripts/arrows.sh

say "Dependencies: who may use what, licences, sources"
cargo deny --log-level warn --all-features check --hide-inclusion-graph bans licenses sources
