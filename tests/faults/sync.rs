//! A disk that says that it could not keep what was written.

use crate::load::{Account, Load, client};
use crate::program::Program;
use crate::promise::{must_hold, see_everything, stored};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_sync_the_program_ends_and_nothing_was_promised() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = client();
    let journal = dir.path().join("log/ingest.sqlite3-wal");
    let journal = journal.to_str().expect("a plain path");
    let failing = [
        "strace",
        "--follow-forks",
        "--quiet=all",
        "--output=/dev/null",
        "--trace-path",
        journal,
        "--trace=fsync,fdatasync",
        // The first ones succeed: those of the start, and of some batches.
        "--inject=fsync,fdatasync:error=EIO:when=40+",
    ];
    let mut program = Program::start_within(dir.path(), &[], &failing);
    let account = Account::make(&client, &program.url).await;
    let load = Load::start(&client, &program.url, &account, Load::fresh(), 0);
    let memories = load.ended().await;
    assert!(
        !program.wait().success(),
        "it ends, and says that it was no good end"
    );
    assert!(memories.iter().any(|memory| !memory.acknowledged.is_empty()));

    let program = Program::start(dir.path());
    see_everything(&client, &program.url, &account, &memories).await;
    program.kill();
    must_hold(&memories, &stored(dir.path(), account.org).await);
}
