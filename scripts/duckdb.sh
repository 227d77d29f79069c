#!/usr/bin/env bash
# Makes sure that the build finds DuckDB: a library that is there, else the crate's own download, else compiled once.
set -euo pipefail
. "$(dirname "$0")/env.sh"

version=$(locked_version libduckdb-sys)

if [ -n "${DUCKDB_LIB_DIR:-}" ]; then
    [ -e "$DUCKDB_LIB_DIR/libduckdb.so" ] || die "DUCKDB_LIB_DIR is $DUCKDB_LIB_DIR, and no libduckdb.so is there."
    exit
fi
if compgen -G "$CARGO_TARGET_DIR/duckdb-download/*/*/libduckdb.so" >/dev/null; then
    exit
fi

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

if curl -fsIL --connect-timeout 5 --max-time 20 "$(library_url)" >/dev/null 2>&1; then
    say "DuckDB: the build downloads its pinned library"
    exit
fi

say "DuckDB: its library cannot be downloaded from here, so it is compiled once. This takes about 40 minutes on two cores."
build="$DATAPULSE_CACHE/duckdb-build"
mkdir -p "$build/src"
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

library="$DATAPULSE_CACHE/duckdb-$version"
rm -rf "$library.part"
mkdir -p "$library.part"
find "$build/target/duckdb-sources" -path '*/src/include/duckdb.h' -exec cp {} "$library.part/" \;
c++ -shared -o "$library.part/libduckdb.so" \
    -Wl,--whole-archive "$build"/target/release/build/libduckdb-sys-*/out/*.a -Wl,--no-whole-archive -pthread -ldl
mv "$library.part" "$library"
rm -rf "$build"
say "DuckDB: compiled and kept in $library"
