//! Master keys: given as a setting, or kept in a file of the data folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::KEY_BYTES;
use crate::error::Error;
use crate::random::Random;

/// Bytes that name a key beside what it sealed.
pub(super) const NAME_BYTES: usize = 8;

/// One key.
#[derive(Clone)]
pub(super) struct MasterKey([u8; KEY_BYTES]);

impl MasterKey {
    pub(super) const fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Tells keys apart without telling them.
    pub(super) fn name(&self) -> [u8; NAME_BYTES] {
        let digest = Sha256::digest(self.0);
        let mut name = [0; NAME_BYTES];
        name.copy_from_slice(&digest[..NAME_BYTES]);
        name
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl FromStr for MasterKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim().trim_end_matches('=');
        let text = text.replace('+', "-").replace('/', "_");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(drop)?;
        bytes.try_into().map(Self).map_err(drop)
    }
}

/// Where master keys come from. The first seals, all open.
#[derive(Clone)]
pub struct MasterKeys(Source);

#[derive(Clone)]
enum Source {
    Given(Vec<MasterKey>),
    File(PathBuf),
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Source::Given(keys) => write!(f, "MasterKeys({} given)", keys.len()),
            Source::File(path) => write!(f, "MasterKeys({})", path.display()),
        }
    }
}

impl FromStr for MasterKeys {
    type Err = String;

    /// Reads keys of 32 bytes in base64, separated by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let keys = text.split(',').map(str::parse);
        keys.collect::<Result<_, ()>>()
            .map(|keys| Self(Source::Given(keys)))
            .map_err(|()| {
                "each key is 32 bytes in base64, and a comma stands between two; `openssl rand -base64 32` makes one"
                    .to_owned()
            })
    }
}

impl MasterKeys {
    pub(super) const fn given(keys: Vec<MasterKey>) -> Self {
        Self(Source::Given(keys))
    }

    /// Kept in a file, one on each line.
    #[must_use]
    pub const fn file(path: PathBuf) -> Self {
        Self(Source::File(path))
    }

    /// The file, where they are kept in one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Source::Given(_) => None,
            Source::File(path) => Some(path),
        }
    }

    pub(super) fn read_or_make(&self, random: &Random) -> Result<Vec<MasterKey>, Error> {
        match &self.0 {
            Source::Given(keys) => Ok(keys.clone()),
            Source::File(path) if path.exists() => read(path),
            Source::File(path) => {
                let keys = vec![MasterKey(random.bytes())];
                if make(path, &keys)? {
                    tracing::warn!(
                        file = %path.display(),
                        "made a master key for secrets; keep a copy of this file apart from backups of the database"
                    );
                }
                // Another process may have been first.
                read(path)
            }
        }
    }

    /// What the file says now; `None` for keys that were given.
    pub(super) fn read_again(&self) -> Result<Option<Vec<MasterKey>>, Error> {
        self.path().map(read).transpose()
    }

    pub(super) fn add(&self, random: &Random) -> Result<Vec<MasterKey>, Error> {
        match &self.0 {
            Source::Given(keys) => Ok(keys.clone()),
            Source::File(path) => {
                let mut keys = vec![MasterKey(random.bytes())];
                keys.extend(read(path)?);
                replace(path, &keys)?;
                Ok(keys)
            }
        }
    }

    pub(super) fn keep(&self, kept: usize) -> Result<Vec<MasterKey>, Error> {
        match &self.0 {
            Source::Given(keys) => Ok(keys.clone()),
            Source::File(path) => {
                let mut keys = read(path)?;
                keys.truncate(kept);
                replace(path, &keys)?;
                Ok(keys)
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<MasterKey>, Error> {
    let what = |why: &str| Error::internal(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| what(&error.to_string()))?;
    let keys = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::parse);
    let keys: Vec<MasterKey> = keys
        .collect::<Result<_, ()>>()
        .map_err(|()| what("a line is no key of 32 bytes in base64"))?;
    if keys.is_empty() {
        return Err(what("there is no key in it"));
    }
    Ok(keys)
}

/// Writes a file that was not there, whole; false where another process was first.
fn make(path: &Path, keys: &[MasterKey]) -> Result<bool, Error> {
    let whole = written_beside(path, keys)?;
    let made = match std::fs::hard_link(&whole, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::internal(error)),
    };
    std::fs::remove_file(&whole).map_err(Error::internal)?;
    made
}

fn replace(path: &Path, keys: &[MasterKey]) -> Result<(), Error> {
    let whole = written_beside(path, keys)?;
    std::fs::rename(whole, path).map_err(Error::internal)
}

/// On disk before it takes the name.
fn written_beside(path: &Path, keys: &[MasterKey]) -> Result<PathBuf, Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::internal)?;
    }
    let beside = path.with_extension(format!("keys.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&beside).map_err(Error::internal)?;
    for key in keys {
        writeln!(file, "{}", key.text()).map_err(Error::internal)?;
    }
    file.sync_all().map_err(Error::internal)?;
    Ok(beside)
}
