#!/usr/bin/env bash
# Makes sure that the build finds DuckDB: a library that is there, else the crate's own download, else compiled once.
# usage: duckdb.sh [static]   the archive that `make release` links in, which is only to be had by compiling
set -euo pipefail
. "$(dirname "$0")/env.sh"

version=$(locked_version libduckdb-sys)

# The file in which the crate pins the address of its library.
crate_pin() {
    cargo fetch --quiet --locked
    cat "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"libduckdb-sys-$version/.duckdb-release"
}

library_url() {
    local base
    base=$(crate_pin | sed -n 's/^DUCKDB_RELEASE_URL=//p' | head -n 1)
    case "$(uname -m)" in
        x86_64) echo "$base/duckdb-shared-libs-linux-amd64.tar.gz" ;;
        aarch64) echo "$base/duckdb-shared-libs-linux-arm64.tar.gz" ;;
        *) echo none ;;
    esac
}

can_be_downloaded() { curl -fsIL --connect-timeout 5 --max-time 20 "$(library_url)" >/dev/null 2>&1; }

# One compilation gives both: the library that development builds load and the archive that a release links in.
compile() {
    local build="$DATAPULSE_CACHE/duckdb-build" kept="$COMPILED_DUCKDB.part" out
    rm -rf "$kept"
    mkdir -p "$build/src" "$kept"
    : >"$build/src/lib.rs"
    cat >"$build/Cargo.toml" <<TOML
[workspace]

[package]
name = "duckdb-library"
version = "0.0.0"
edition = "2024"

[dependencies]
libduckdb-sys = { version = "=$version", features = ["bundled", "json", "parquet"] }
TOML
    CARGO_TARGET_DIR="$build/target" cargo build --quiet --release --manifest-path "$build/Cargo.toml"
    find "$build/target/duckdb-sources" -path '*/src/include/duckdb.h' -exec cp {} "$kept/" \;
    out=$(dirname "$(ls -t "$build"/target/release/build/libduckdb-sys-*/out/libduckdb.a | head -n 1)")
    c++ -shared -o "$kept/libduckdb.so" -Wl,--whole-archive "$out"/*.a -Wl,--no-whole-archive -pthread -ldl
    printf 'create %s\naddlib %s\naddlib %s\nsave\nend\n' "$kept/libduckdb_static.a" \
        "$out/libduckdb.a" "$out/libduckdb_static_extension_autoregister.a" | ar -M
    ranlib "$kept/libduckdb_static.a"
    rm -rf "$COMPILED_DUCKDB"
    mv "$kept" "$COMPILED_DUCKDB"
    rm -rf "$build"
    say "DuckDB: compiled and kept in $COMPILED_DUCKDB"
}

if [ "${1:-}" = static ]; then
    [ -e "$COMPILED_DUCKDB/libduckdb_static.a" ] && exit
    say "DuckDB: compiled once, to be linked into the program. This takes about 40 minutes on two cores."
    compile
    exit
fi

if [ -n "${DUCKDB_LIB_DIR:-}" ]; then
    [ -e "$DUCKDB_LIB_DIR/libduckdb.so" ] || die "DUCKDB_LIB_DIR is $DUCKDB_LIB_DIR, and no libduckdb.so is there."
    exit
fi
if compgen -G "$CARGO_TARGET_DIR/duckdb-download/*/*/libduckdb.so" >/dev/null; then
    exit
fi
if can_be_downloaded; then
    say "DuckDB: the build downloads its pinned library"
    exit
fi
say "DuckDB: its library cannot be downloaded from here, so it is compiled once. This takes about 40 minutes on two cores."
compile
