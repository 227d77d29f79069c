//! The machine: its disk, its clock, its files, and the keys that lie there.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::Clock;
use model::Timestamp;
use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};

use super::finding::Finding;
use crate::config::Config;

const GB: u64 = 1 << 30;
/// Below this much room the log is close to taking nothing more.
const TOO_LITTLE: u64 = GB / 2;
const LITTLE: u64 = 5 * GB;
/// Each connection is an open file, and so is each organization that is asked.
const ENOUGH_FILES: u64 = 20_000;
const TOO_FEW_FILES: u64 = 1_024;
/// A 202 waits for one sync.
const SLOW_SYNC: Duration = Duration::from_millis(50);
const SYNCS: usize = 9;
/// Clocks that were set differ by fewer seconds.
const IN_THE_FUTURE: i64 = 300;

pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let folder = &config.data_dir;
    if !folder.exists() {
        let said = format!("{} is not there yet", folder.display());
        let todo = "The first start makes it. Meant another one? Set DATAPULSE_DATA_DIR.";
        return vec![Finding::notice("data folder", said, todo), open_files()];
    }
    vec![
        writing(folder),
        room(folder),
        clock(folder),
        open_files(),
        keys(config),
    ]
}

/// Whether files can be written and synced there, and how long that takes: the median of a few.
fn writing(folder: &Path) -> Finding {
    const WHAT: &str = "data folder";
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let tried = (0..SYNCS)
        .map(|_| synced(&path))
        .collect::<std::io::Result<Vec<_>>>();
    // It may never have been made.
    let _ = fs::remove_file(&path);
    match tried {
        Ok(mut times) => {
            times.sort_unstable();
            let median = times[SYNCS / 2];
            let said = format!(
                "{} is written and synced in {:.1} ms",
                folder.display(),
                median.as_secs_f64() * 1e3
            );
            if median > SLOW_SYNC {
                let todo = "Each accepted request waits for a sync. Use a local disk, an SSD best, and no network share.";
                return Finding::notice(WHAT, said, todo);
            }
            Finding::good(WHAT, said)
        }
        Err(error) => {
            let todo = "Give the folder to the user that runs DataPulse, on a disk that can be written to.";
            Finding::bad(WHAT, format!("{}: {error}", folder.display()), todo)
        }
    }
}

fn synced(path: &Path) -> std::io::Result<Duration> {
    let mut file = File::create(path)?;
    file.write_all(&[0; 4096])?;
    let began = Instant::now();
    file.sync_all()?;
    Ok(began.elapsed())
}

fn room(folder: &Path) -> Finding {
    const WHAT: &str = "disk";
    let room = match statvfs(folder) {
        Ok(room) => room,
        Err(error) => {
            let todo = "Look at the disk that the data folder is on.";
            return Finding::bad(WHAT, format!("{}: {error}", folder.display()), todo);
        }
    };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let whole = room.f_blocks.saturating_mul(room.f_frsize).max(1);
    #[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
    let said = format!(
        "{:.1} GB free ({} %)",
        free as f64 / GB as f64,
        free.saturating_mul(100) / whole
    );
    let todo = "Make room, or move the data folder to a larger disk: when it is full, events are refused with 503 until \
        there is room again.";
    if free < TOO_LITTLE || room.f_favail == 0 && room.f_files > 0 {
        Finding::bad(WHAT, said, todo)
    } else if free < LITTLE {
        Finding::notice(WHAT, said, todo)
    } else {
        Finding::good(WHAT, said)
    }
}

/// A clock that stands before what was written last was set back, or wrong when that was written.
fn clock(folder: &Path) -> Finding {
    const WHAT: &str = "clock";
    let now = Clock::System.now();
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let written = files.filter_map(|file| Timestamp::try_from(file.metadata().ok()?.modified().ok()?).ok());
    let ahead = written
        .max()
        .map_or(0, |newest| newest.duration_since(now).as_secs());
    if ahead <= IN_THE_FUTURE {
        return Finding::good(WHAT, now.to_string());
    }
    let said = format!("{now}, and files of the data folder are {ahead} s ahead of it");
    let todo = "Set the clock (timedatectl, chrony): sessions, codes and the times of events depend on it.";
    Finding::bad(WHAT, said, todo)
}

fn open_files() -> Finding {
    const WHAT: &str = "open files";
    let most = getrlimit(Resource::Nofile).current;
    let said = most.map_or_else(|| "no limit".to_owned(), |most| format!("up to {most}"));
    let todo = "Raise it: LimitNOFILE=65536 in the systemd unit, `ulimit -n 65536` in a shell, --ulimit nofile=65536 for \
        a container.";
    match most {
        Some(most) if most < TOO_FEW_FILES => Finding::bad(WHAT, said, todo),
        Some(most) if most < ENOUGH_FILES => Finding::notice(WHAT, said, todo),
        _ => Finding::good(WHAT, said),
    }
}

/// Where master keys lie, and who may read them. Whether they open what is sealed is seen beside the database.
fn keys(config: &Config) -> Finding {
    const WHAT: &str = "master keys";
    let Some(path) = config.master_keys.path() else {
        return Finding::good(WHAT, "given by DATAPULSE_MASTER_KEYS");
    };
    let Ok(metadata) = fs::metadata(path) else {
        let todo = "The first start makes it. Is there a backup of it? Bring it back before that.";
        return Finding::notice(WHAT, format!("{} is not there yet", path.display()), todo);
    };
    let mode = metadata.permissions().mode() & 0o777;
    let said = format!("in {} (mode {mode:o})", path.display());
    if mode & 0o077 != 0 {
        return Finding::bad(
            WHAT,
            said,
            format!("Others can read it: chmod 600 {}", path.display()),
        );
    }
    if config.database_url.starts_with("postgres") {
        let todo =
            "Several processes on one database need the same keys: give all of them DATAPULSE_MASTER_KEYS.";
        return Finding::notice(WHAT, said, todo);
    }
    Finding::good(WHAT, said)
}
