//! Files of the event store whose bytes are not what they were.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::load::{Account, Load, Memory, PATIENCE, client};
use crate::program::Program;
use crate::promise::{must_hold, readiness, see_everything, stored};

/// A program that stored events and was killed before they left the store's journal.
struct Scene {
    dir: tempfile::TempDir,
    account: Account,
    memories: Vec<Memory>,
}

impl Scene {
    async fn set() -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let client = client();
        let program = Program::start(dir.path());
        let account = Account::make(&client, &program.url).await;
        let mut load = Load::start(&client, &program.url, &account, Load::fresh(), 0);
        load.acknowledged(60).await;
        program.kill();
        let memories = load.ended().await;
        let program = Program::start(dir.path());
        see_everything(&client, &program.url, &account, &memories).await;
        program.kill();
        Self {
            dir,
            account,
            memories,
        }
    }

    /// The same again, to be damaged.
    fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().expect("a scratch folder");
        let from = format!("{}/.", self.dir.path().display());
        let copied = Command::new("cp").arg("-a").arg(from).arg(copy.path()).status();
        assert!(copied.expect("cp runs").success());
        copy
    }

    fn file(&self, dir: &Path, ending: &str) -> PathBuf {
        dir.join(format!("events/{}.duckdb{ending}", self.account.org))
    }
}

fn flip(path: &Path, at: u64) {
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("it is there");
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).expect("it is long enough");
    file.write_all_at(&[byte[0] ^ 0x55], at)
        .expect("it can be written");
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).expect("it is there").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_of_the_store_costs_nothing() {
    let scene = Scene::set().await;
    let size = length(&scene.file(scene.dir.path(), ".wal"));
    let flipped = [10, 100, size / 3, size / 2, size - 10].map(Some);
    // DuckDB notices a flipped byte, and takes a journal that lacks its last byte for one that says nothing.
    for at in flipped.into_iter().chain([None]) {
        let dir = scene.copy();
        let journal = scene.file(dir.path(), ".wal");
        match at {
            Some(at) => flip(&journal, at),
            None => std::fs::File::options()
                .write(true)
                .open(&journal)
                .and_then(|file| file.set_len(size - 1))
                .expect("it can be cut"),
        }
        let client = client();
        let program = Program::start(dir.path());
        see_everything(&client, &program.url, &scene.account, &scene.memories).await;
        let report = readiness(&client, &program.url).await.to_string();
        assert!(report.contains("\"ready\":true"), "{report}");
        assert_eq!(
            report.contains("set aside"),
            at.is_some(),
            "{at:?} of {size}: {report}"
        );
        program.kill();
        must_hold(&scene.memories, &stored(dir.path(), scene.account.org).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_of_the_store_is_set_aside_and_events_go_on() {
    let scene = Scene::set().await;
    let dir = scene.copy();
    flip(&scene.file(dir.path(), ""), 10);
    let client = client();
    let program = Program::start(dir.path());
    let mut load = Load::start(&client, &program.url, &scene.account, Load::fresh(), 1);
    load.acknowledged(20).await;
    // The file is opened when the first events are stored.
    let noted = tokio::time::timeout(PATIENCE, async {
        while !readiness(&client, &program.url)
            .await
            .to_string()
            .contains("set aside")
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    noted.await.expect("readiness has a note");
    program.kill();
    let fresh = load.ended().await;
    let program = Program::start(dir.path());
    // What the file did not hold yet was in its journal, and is in the log.
    let everything: Vec<Memory> = scene.memories.into_iter().chain(fresh).collect();
    see_everything(&client, &program.url, &scene.account, &everything).await;
}
