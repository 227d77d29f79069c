//! Files that DuckDB cannot read any more: set aside under a name of their own, never deleted.
//!
//! DuckDB does not notice everything: a journal whose last byte is missing is taken for one that says nothing. The position
//! stands in the same journal, so what is missing then is missing from the position too, and comes from the ingest log.

use std::fs::File;
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

/// Removes everything that there is of the organization in the folder, also what was set aside.
pub(super) fn remove_all_of(folder: &Path, org: OrgId) -> std::io::Result<()> {
    let beginning = org.to_string();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&beginning) {
            std::fs::remove_file(entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

/// How many files of the organization lie aside: nobody knows whose events are in them.
pub(super) fn set_aside_of(folder: &Path, org: OrgId) -> usize {
    let beginning = org.to_string();
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with(&beginning) && name.contains(DAMAGED))
        .count()
}

/// Removes a file and its journals, where they are.
pub(super) fn remove_files_of(path: &Path) -> std::io::Result<()> {
    remove(path)?;
    journals_of(path).try_for_each(|journal| remove(&journal))
}

/// Puts a file that is whole, with no journal beside it, in the place of the organization's.
pub(super) fn replace(folder: &Path, org: OrgId, by: &Path) -> std::io::Result<()> {
    // A journal of the old file must never be read into the new one.
    journals(folder, org).try_for_each(|journal| remove(&journal))?;
    std::fs::rename(by, file(folder, org))?;
    File::open(folder)?.sync_all()
}

/// Whether the organization has a file.
pub(super) fn has_file(folder: &Path, org: OrgId) -> bool {
    file(folder, org).exists()
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn file(folder: &Path, org: OrgId) -> PathBuf {
    folder.join(format!("{org}.duckdb"))
}

fn journals(folder: &Path, org: OrgId) -> impl Iterator<Item = PathBuf> + use<> {
    journals_of(&file(folder, org))
}

fn journals_of(file: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let file = file.to_owned();
    JOURNALS.into_iter().map(move |journal| {
        let mut name = file.clone().into_os_string();
        name.push(format!(".{journal}"));
        PathBuf::from(name)
    })
}
