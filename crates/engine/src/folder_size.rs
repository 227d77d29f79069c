//! How large a folder is, for whoever watches it.

use std::path::{Path, PathBuf};

/// The bytes of all files in a folder and in those below it; what cannot be read counts nothing.
pub(crate) async fn bytes_below(folder: &Path) -> u64 {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || sum(folder))
        .await
        .unwrap_or_default()
}

fn sum(folder: PathBuf) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(known) if known.is_dir() => sum(entry.path()),
        Ok(known) => known.len(),
        Err(_) => 0,
    };
    entries.map(bytes).sum()
}
