//! Tells the compiler where the built site is and the program where DuckDB's library is.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script everything through the environment"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder into which the pinned `libduckdb-sys` downloads its library, below the target directory.
const DUCKDB_DOWNLOAD: &str = "duckdb-download/{target}/v2.0.0";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target_dir = target_dir();
    name_site_dir(&target_dir);
    println!("cargo::rerun-if-env-changed=DUCKDB_STATIC");
    if env::var_os("DUCKDB_STATIC").is_some_and(|value| value != "0") {
        link_duckdb_in();
    } else {
        find_duckdb_at_run_time(&target_dir);
    }
}

/// The target directory, four levels above `<target>/<profile>/build/<package>/out`.
fn target_dir() -> PathBuf {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    out_dir
        .ancestors()
        .nth(4)
        .expect("OUT_DIR is deep inside the target directory")
        .to_path_buf()
}

/// `DATAPULSE_SITE_DIR`: read from disk by a development build, embedded by a release build.
fn name_site_dir(target_dir: &Path) {
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let site_dir = if release {
        release_site_dir(target_dir)
    } else {
        target_dir.join("site")
    };
    fs::create_dir_all(&site_dir).expect("the target directory is writable");
    println!("cargo::rustc-env=DATAPULSE_SITE_DIR={}", site_dir.display());
    if !release {
        return;
    }
    println!("cargo::rerun-if-changed={}", site_dir.display());
    if !site_dir.join("pkg/datapulse.wasm").exists() {
        println!("cargo::warning=This release carries no site. Build it with `make release`.");
    }
}

/// A release keeps its site apart, so that a development build never ends up inside it.
fn release_site_dir(target_dir: &Path) -> PathBuf {
    println!("cargo::rerun-if-env-changed=LEPTOS_SITE_ROOT");
    env::var_os("LEPTOS_SITE_ROOT").map_or_else(|| target_dir.join("site"), PathBuf::from)
}

/// The program looks beside itself first, then where this build found the library.
fn find_duckdb_at_run_time(target_dir: &Path) {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let found_in = env::var_os("DUCKDB_LIB_DIR").map_or_else(
        || target_dir.join(DUCKDB_DOWNLOAD.replace("{target}", &target)),
        PathBuf::from,
    );
    println!("cargo::rustc-link-arg-bins=-Wl,-rpath,$ORIGIN");
    println!("cargo::rustc-link-arg-bins=-Wl,-rpath,{}", found_in.display());
}

/// What DuckDB's archive needs beside itself: the object that registers its extensions, which nothing else names, and a
/// C++ runtime, so that the program runs on a system without one.
fn link_duckdb_in() {
    println!("cargo::rustc-link-arg-bins=-Wl,--undefined=duckdb_rs_static_extension_autoregister");
    println!("cargo::rustc-link-arg-bins=-l:libstdc++.a");
}
