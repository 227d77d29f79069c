//! A disk that is full, and has room again.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::load::{Account, Load, PATIENCE, client, send};
use crate::program::Program;
use crate::promise::{must_hold, see_everything, stored};

/// A file system of 64 MiB.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).expect("a scratch folder");
        as_root(
            &["mount", "-t", "tmpfs", "-o", "size=64m,mode=0777", "none"],
            &folder,
        );
        Self(folder)
    }

    /// Writes until nothing fits any more.
    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("there is room for a name");
        let (large, small) = (vec![0; 1 << 16], [0]);
        while ballast.write_all(&large).is_ok() {}
        while ballast.write_all(&small).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.ballast()).expect("it was written");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        as_root(&["umount", "--lazy"], &self.0);
    }
}

/// Mounting is for root.
fn as_root(command: &[&str], folder: &Path) {
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let words = if is_root {
        command
    } else {
        &[&["sudo", "-n"], command].concat()
    };
    let status = Command::new(words[0]).args(&words[1..]).arg(folder).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "this test mounts a small file system: run it as root, or let sudo do it without a password"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_log_is_told_and_heals_alone() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let disk = SmallDisk::at(dir.path().join("log"));
    let client = client();
    let program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;
    let mut load = Load::start(&client, &program.url, &account, Load::fresh(), 0);
    load.acknowledged(50).await;
    disk.fill();
    // Every sender hears 503 in the end, from a program that lives.
    let memories = load.ended().await;
    let alive = client.get(format!("{}/healthz", program.url)).send().await;
    assert_eq!(alive.expect("it answers").status(), 200);

    disk.make_room();
    let healed = tokio::time::timeout(PATIENCE, async {
        while !send(
            &client,
            &program.url,
            &account.write_key,
            &memories_first(&memories),
        )
        .await
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    healed.await.expect("it takes events again, alone");
    let mut load = Load::start(&client, &program.url, &account, memories, 1);
    load.acknowledged(20).await;
    program.kill();
    let memories = load.ended().await;
    must_hold(&memories, &stored(dir.path(), account.org).await);
    drop(disk);
}

/// An id that was acknowledged: sending it again changes nothing.
fn memories_first(memories: &[crate::load::Memory]) -> Vec<String> {
    let acknowledged = memories.iter().flat_map(|memory| &memory.acknowledged);
    acknowledged.take(1).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_store_holds_up_no_202_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let disk = SmallDisk::at(dir.path().join("events"));
    let client = client();
    let program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;
    let mut load = Load::start(&client, &program.url, &account, Load::fresh(), 0);
    load.acknowledged(50).await;
    disk.fill();
    load.acknowledged(200).await;
    disk.make_room();
    load.acknowledged(20).await;
    program.kill();
    let memories = load.ended().await;
    let program = Program::start(dir.path());
    see_everything(&client, &program.url, &account, &memories).await;
    program.kill();
    must_hold(&memories, &stored(dir.path(), account.org).await);
    drop(disk);
}
