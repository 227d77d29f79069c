//! kill -9 at random moments. `DATAPULSE_CRASH_ROUNDS` asks for more rounds than twenty.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::load::{Account, Load, client};
use crate::program::Program;
use crate::promise::{must_hold, see_everything, stored};

const READY_WITHIN: Duration = Duration::from_secs(5);

fn rounds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test has no settings file")]
    let rounds = std::env::var("DATAPULSE_CRASH_ROUNDS");
    rounds.map_or(20, |text| {
        text.parse().expect("DATAPULSE_CRASH_ROUNDS is a number")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_minus_nine_loses_nothing_and_counts_nothing_twice() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = client();
    let mut chance = StdRng::seed_from_u64(4);
    let mut memories = Load::fresh();
    let mut program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;

    for round in 0..rounds() {
        let mut load = Load::start(&client, &program.url, &account, memories, round);
        load.acknowledged(chance.random_range(1..100)).await;
        program.kill();
        memories = load.ended().await;
        let began = Instant::now();
        program = Program::start(dir.path());
        assert!(
            began.elapsed() < READY_WITHIN,
            "ready after {:?}",
            began.elapsed()
        );
        see_everything(&client, &program.url, &account, &memories).await;
    }
    program.kill();
    must_hold(&memories, &stored(dir.path(), account.org).await);
}
