//! Files that DuckDB cannot read any more: set aside under a name of their own, never deleted.
//!
//! DuckDB does not notice everything: a journal whose last byte is missing is taken for one that says nothing. The position
//! stands in the same journal, so what is missing then is missing from the position too, and comes from the ingest log.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::Timestamp;
use model::ids::OrgId;

use super::fault::Fault;

/// What DuckDB adds to the name of a file for its journal: in use, while a checkpoint runs, and while one is recovered.
const JOURNALS: [&str; 3] = ["wal", "wal.checkpoint", "wal.recovery"];
/// Stands in the name of a file that was set aside.
const DAMAGED: &str = ".damaged-";

/// Whether the organization's file has a journal beside it.
pub(super) fn has_journal(folder: &Path, org: OrgId) -> bool {
    journals(folder, org).any(|journal| journal.exists())
}

/// Sets the journal aside, and the file too where `fault` says that it is damaged. Answers whether there was anything to set aside.
pub(super) fn set_aside_what_is_damaged(
    folder: &Path,
    org: OrgId,
    fault: &Fault,
    now: Timestamp,
) -> Result<bool, Fault> {
    let mut damaged: Vec<PathBuf> = Vec::new();
    if fault.found_a_damaged_journal() || fault.found_a_damaged_file() {
        damaged.extend(journals(folder, org));
    }
    if fault.found_a_damaged_file() {
        damaged.push(file(folder, org));
    }
    let mut moved = false;
    for path in damaged {
        let mut name = path.clone().into_os_string();
        name.push(format!("{DAMAGED}{}", now.as_microsecond()));
        match std::fs::rename(&path, &name) {
            Ok(()) => {
                tracing::error!(%org, file = %path.display(), %fault, "a file of the event store is damaged; it is set aside");
                moved = true;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(moved)
}

/// How many files lie aside in the folder.
pub(super) fn set_aside(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter(|entry| entry.file_name().to_string_lossy().contains(DAMAGED))
        .count()
}

fn file(folder: &Path, org: OrgId) -> PathBuf {
    folder.join(format!("{org}.duckdb"))
}

fn journals(folder: &Path, org: OrgId) -> impl Iterator<Item = PathBuf> {
    let file = file(folder, org);
    JOURNALS.into_iter().map(move |journal| {
        let mut name = file.clone().into_os_string();
        name.push(format!(".{journal}"));
        PathBuf::from(name)
    })
}
