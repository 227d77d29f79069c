//! A clock that is wrong by ten years, backwards and forwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::load::{Account, Load, client};
use crate::program::Program;
use crate::promise::{must_hold, see_everything, stored};

/// In seconds.
const TEN_YEARS: i64 = 10 * 365 * 24 * 60 * 60;

/// Compiles what makes the clock wrong. libfaketime takes memory before it can tell the time, and the program's allocator asks
/// for the time before it can give memory: together they stand still.
fn wrong_clock(dir: &Path) -> PathBuf {
    let library = dir.join("clock.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/clock.c"))
        .status();
    assert!(compiled.expect("a C compiler is installed").success());
    library
}

/// What year it is where the clock is wrong by so many seconds.
fn year(library: &Path, offset: i64) -> i64 {
    let told = Command::new("date")
        .arg("+%Y")
        .env("LD_PRELOAD", library)
        .env("CLOCK_OFFSET", offset.to_string())
        .output()
        .expect("date runs");
    String::from_utf8_lossy(&told.stdout)
        .trim()
        .parse()
        .expect("a year")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_by_ten_years_loses_nothing() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = client();
    let program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;
    program.kill();
    let tools = tempfile::tempdir().expect("a scratch folder");
    let library = wrong_clock(tools.path());
    assert!((19..=21).contains(&(year(&library, TEN_YEARS) - year(&library, -TEN_YEARS))));
    let library = library.display().to_string();
    let mut memories = Vec::new();
    for (offset, round) in [0, -TEN_YEARS, TEN_YEARS, 0].into_iter().zip(0..) {
        let offset = offset.to_string();
        let faked = [
            ("LD_PRELOAD", library.as_str()),
            ("CLOCK_OFFSET", offset.as_str()),
        ];
        let program = Program::start_within(dir.path(), &faked, &[]);
        // New ids each time: after ten years one that was seen before may count again.
        let mut load = Load::start(&client, &program.url, &account, Load::fresh(), round);
        load.acknowledged(20).await;
        program.kill();
        memories.extend(load.ended().await);
        let program = Program::start_within(dir.path(), &faked, &[]);
        see_everything(&client, &program.url, &account, &memories).await;
    }
    must_hold(&memories, &stored(dir.path(), account.org).await);
}
