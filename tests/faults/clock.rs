//! A clock that is wrong by ten years, backwards and forwards.

use crate::load::{Account, Load, client};
use crate::program::Program;
use crate::promise::{must_hold, see_everything, stored};

const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_by_ten_years_loses_nothing() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = client();
    let program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;
    program.kill();
    let mut memories = Vec::new();
    for (jump, round) in ["+0", "-10y", "+10y", "+0"].into_iter().zip(0..) {
        let faked = [
            ("LD_PRELOAD", FAKETIME),
            ("FAKETIME", jump),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
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
