//! How large a folder is, for whoever watches it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// How long a sum is told before the folder is walked again.
const KEPT: Duration = Duration::from_mins(1);

/// The bytes of all files in a folder and in those below it.
pub(crate) struct FolderSize {
    folder: PathBuf,
    told: Mutex<Option<(Instant, u64)>>,
}

impl FolderSize {
    pub(crate) fn of(folder: PathBuf) -> Self {
        Self {
            folder,
            told: Mutex::new(None),
        }
    }

    /// The sum, at most a minute old; what cannot be read counts nothing.
    pub(crate) async fn bytes(&self) -> u64 {
        let mut told = self.told.lock().await;
        if let Some((at, bytes)) = *told
            && at.elapsed() < KEPT
        {
            return bytes;
        }
        let folder = self.folder.clone();
        let walked = tokio::task::spawn_blocking(move || sum(folder)).await;
        let bytes = walked.unwrap_or_default();
        *told = Some((Instant::now(), bytes));
        bytes
    }
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
