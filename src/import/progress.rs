//! Remembers how far an import of a file came, so that a broken-off one goes on from there.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Options;
use super::identity::hex16;

/// Up to where everything was delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Confirmed {
    /// Bytes from the start of the file.
    pub(super) offset: u64,
    /// Digest of those bytes: a file that changed is imported from its start.
    pub(super) digest: String,
}

/// The note about one file, one server and one key; or none at all.
pub(super) struct Progress {
    note: Option<PathBuf>,
}

impl Progress {
    /// Remembers nothing.
    pub(super) const fn none() -> Self {
        Self { note: None }
    }

    /// The note in `folder` about `file`.
    pub(super) fn of(folder: &Path, file: &Path, options: &Options) -> Self {
        let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let mut hash = Sha256::new();
        for part in [
            file.as_os_str().as_encoded_bytes(),
            options.server.as_bytes(),
            options.key.as_bytes(),
            options.format.as_str().as_bytes(),
            options.salt.as_deref().unwrap_or_default().as_bytes(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self {
            note: Some(folder.join(format!("{}.json", hex16(&hash.finalize())))),
        }
    }

    /// Where an earlier import stopped. A note that cannot be read is none.
    pub(super) fn confirmed(&self) -> Option<Confirmed> {
        let text = fs::read_to_string(self.note.as_ref()?).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Notes that everything up to `confirmed` was delivered. A note that cannot be written costs only time later on.
    pub(super) fn confirm(&mut self, confirmed: &Confirmed) {
        let Some(note) = &self.note else { return };
        let Ok(text) = serde_json::to_string(confirmed) else {
            return;
        };
        let fresh = note.with_extension("new");
        let written = note
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&fresh, text))
            .and_then(|()| fs::rename(&fresh, note));
        if written.is_err() {
            self.note = None;
        }
    }

    /// Forgets the file: the import is complete, or begins again.
    pub(super) fn forget(&mut self) {
        if let Some(note) = &self.note {
            // Most often there is none.
            let _ = fs::remove_file(note);
        }
    }
}
