//! Secrets at rest. Each has a data key of its own, which a master key wraps: the first master key wraps what is new, all of
//! them open what is there. What is sealed is bound to its place, so that it opens nowhere else.

mod everything;
mod keys;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use uuid::Uuid;

use crate::error::Error;
use crate::random::Random;
pub(crate) use everything::Secrets;
pub use everything::{Sealed, look, rewrap};
pub use keys::MasterKeys;
use keys::{MasterKey, NAME_BYTES};

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const WRAPPED_BYTES: usize = KEY_BYTES + TAG_BYTES;
const HEAD_BYTES: usize = 1 + NAME_BYTES + NONCE_BYTES + WRAPPED_BYTES;

/// Where a secret lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Whose it is: an organization or a user.
    pub(crate) owner: Uuid,
    pub(crate) table: &'static str,
    pub(crate) row: Uuid,
    pub(crate) column: &'static str,
}

impl Place {
    fn text(self) -> String {
        let Self {
            owner,
            table,
            row,
            column,
        } = self;
        format!("{owner}|{table}|{row}|{column}")
    }
}

/// Seals secrets and opens them. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    random: Random,
    from: MasterKeys,
    keys: RwLock<Vec<MasterKey>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// With these keys; those in a file are made there when there is no file yet.
    ///
    /// # Errors
    /// [`Error::Internal`] for a file that cannot be read or written, or holds something else.
    pub fn open(from: MasterKeys, random: Random) -> Result<Self, Error> {
        let keys = from.read_or_make(&random)?;
        Ok(Self(Arc::new(Inner {
            random,
            from,
            keys: RwLock::new(keys),
        })))
    }

    /// Without any key: nothing can be sealed.
    pub(crate) fn without_keys(random: Random) -> Self {
        Self(Arc::new(Inner {
            random,
            from: MasterKeys::given(Vec::new()),
            keys: RwLock::default(),
        }))
    }

    /// Makes a new master key in front of those in the file; keys that were given as a setting are changed there.
    ///
    /// # Errors
    /// [`Error::Internal`] for a file that cannot be written.
    pub fn add_key(&self) -> Result<(), Error> {
        let keys = self.0.from.add(&self.0.random)?;
        self.replace(keys);
        Ok(())
    }

    /// Forgets the keys in the file behind the first `kept`: nothing is sealed with them any more.
    ///
    /// # Errors
    /// [`Error::Internal`] for a file that cannot be written.
    pub fn keep_keys(&self, kept: usize) -> Result<(), Error> {
        let keys = self.0.from.keep(kept)?;
        self.replace(keys);
        Ok(())
    }

    pub(crate) fn seal(&self, place: Place, secret: &[u8]) -> Result<Vec<u8>, Error> {
        // Another process may have made a key.
        self.look_again()?;
        let data_key: [u8; KEY_BYTES] = self.0.random.bytes();
        let nonce: [u8; NONCE_BYTES] = self.0.random.bytes();
        let place = place.text();
        let mut sealed = self.wrapped(&place, &data_key)?;
        sealed.extend(nonce);
        sealed.extend(encrypted(&data_key, nonce, secret, &place)?);
        Ok(sealed)
    }

    pub(crate) fn unseal(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let place = place.text();
        let (head, rest) = sealed.split_at_checked(HEAD_BYTES).ok_or_else(damaged)?;
        let data_key = self.data_key(&place, head)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(damaged)?;
        decrypted(&data_key, *nonce, text, &place)
    }

    /// The same secret with its data key wrapped by the first master key; `None` where it is.
    pub(crate) fn rewrapped(&self, place: Place, sealed: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let place = place.text();
        let (head, rest) = sealed.split_at_checked(HEAD_BYTES).ok_or_else(damaged)?;
        let first = self.with_keys(|keys| keys.first().map(MasterKey::name));
        if head.get(1..=NAME_BYTES) == first.as_ref().map(<[u8; NAME_BYTES]>::as_slice) {
            return Ok(None);
        }
        let data_key = self.data_key(&place, head)?;
        let mut again = self.wrapped(&place, &data_key)?;
        again.extend(rest);
        Ok(Some(again))
    }

    /// The head of something sealed: which master key wraps the data key, and the data key, wrapped.
    fn wrapped(&self, place: &str, data_key: &[u8; KEY_BYTES]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_BYTES] = self.0.random.bytes();
        let first = self.with_keys(|keys| keys.first().cloned()).ok_or_else(no_key)?;
        let mut head = vec![VERSION];
        head.extend(first.name());
        head.extend(nonce);
        head.extend(encrypted(first.bytes(), nonce, data_key, place)?);
        Ok(head)
    }

    fn data_key(&self, place: &str, head: &[u8]) -> Result<[u8; KEY_BYTES], Error> {
        let (version, rest) = head.split_first().ok_or_else(damaged)?;
        let (name, rest) = rest.split_first_chunk::<NAME_BYTES>().ok_or_else(damaged)?;
        let (nonce, wrapped) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(damaged)?;
        if *version != VERSION {
            return Err(damaged());
        }
        let key = self.key(*name)?;
        let data_key = decrypted(key.bytes(), *nonce, wrapped, place)?;
        data_key.try_into().map_err(|_| damaged())
    }

    fn key(&self, name: [u8; NAME_BYTES]) -> Result<MasterKey, Error> {
        let find = |keys: &[MasterKey]| keys.iter().find(|key| key.name() == name).cloned();
        if let Some(key) = self.with_keys(find) {
            return Ok(key);
        }
        self.look_again()?;
        self.with_keys(find).ok_or_else(no_key)
    }

    fn look_again(&self) -> Result<(), Error> {
        if let Some(keys) = self.0.from.read_again()? {
            self.replace(keys);
        }
        Ok(())
    }

    fn replace(&self, keys: Vec<MasterKey>) {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn with_keys<T>(&self, look: impl FnOnce(&[MasterKey]) -> T) -> T {
        look(&self.0.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn encrypted(
    key: &[u8; KEY_BYTES],
    nonce: [u8; NONCE_BYTES],
    text: &[u8],
    place: &str,
) -> Result<Vec<u8>, Error> {
    let payload = Payload {
        msg: text,
        aad: place.as_bytes(),
    };
    XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::internal("a secret could not be sealed"))
}

fn decrypted(
    key: &[u8; KEY_BYTES],
    nonce: [u8; NONCE_BYTES],
    text: &[u8],
    place: &str,
) -> Result<Vec<u8>, Error> {
    let payload = Payload {
        msg: text,
        aad: place.as_bytes(),
    };
    XChaCha20Poly1305::new(&Key::from(*key))
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| damaged())
}

fn damaged() -> Error {
    Error::internal("a sealed secret does not open: it was changed, or lies in another place than its own")
}

fn no_key() -> Error {
    Error::internal(
        "no master key opens a sealed secret; add the one that is missing to DATAPULSE_MASTER_KEYS, or bring \
         back the file master.keys of the data folder",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Uuid = Uuid::from_u128(1);

    fn place() -> Place {
        Place {
            owner: OWNER,
            table: "things",
            row: Uuid::from_u128(2),
            column: "secret",
        }
    }

    fn vault(keys: &str) -> Vault {
        let keys = keys.parse().expect("keys");
        Vault::open(keys, Random::seeded(1)).expect("it opens")
    }

    fn key(byte: u8) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([byte; 32])
    }

    #[test]
    fn a_secret_opens_in_its_place_alone_and_not_after_a_flipped_bit() {
        let vault = vault(&key(1));
        let sealed = vault.seal(place(), b"a secret").expect("it is sealed");
        assert_eq!(vault.unseal(place(), &sealed).expect("it opens"), b"a secret");
        assert_ne!(sealed, vault.seal(place(), b"a secret").expect("it is sealed"));
        for elsewhere in [
            Place {
                owner: Uuid::from_u128(3),
                ..place()
            },
            Place {
                table: "others",
                ..place()
            },
            Place {
                row: Uuid::from_u128(3),
                ..place()
            },
            Place {
                column: "other",
                ..place()
            },
        ] {
            assert!(vault.unseal(elsewhere, &sealed).is_err(), "{elsewhere:?}");
        }
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(vault.unseal(place(), &flipped).is_err(), "byte {at}");
            assert!(vault.unseal(place(), &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let old = vault(&key(1));
        let both = vault(&format!("{},{}", key(2), key(1)));
        let new = vault(&key(2));
        let sealed = old.seal(place(), b"x").expect("it is sealed");
        assert!(new.unseal(place(), &sealed).is_err());
        assert_eq!(both.unseal(place(), &sealed).expect("it opens"), b"x");
        let again = both
            .rewrapped(place(), &sealed)
            .expect("it opens")
            .expect("it changes");
        assert_eq!(new.unseal(place(), &again).expect("it opens"), b"x");
        assert!(both.rewrapped(place(), &again).expect("it opens").is_none());
        assert!(old.unseal(place(), &again).is_err());
    }

    #[test]
    fn a_file_is_made_for_its_owner_alone_and_other_processes_see_what_is_added() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("master.keys");
        let open = || Vault::open(MasterKeys::file(path.clone()), Random::from_os()).expect("it opens");
        let (one, other) = (open(), open());
        let mode = std::fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let sealed = one.seal(place(), b"x").expect("it is sealed");
        assert_eq!(other.unseal(place(), &sealed).expect("the same key"), b"x");
        one.add_key().expect("it is written");
        let newer = one
            .rewrapped(place(), &sealed)
            .expect("it opens")
            .expect("it changes");
        assert_eq!(other.unseal(place(), &newer).expect("it looks again"), b"x");
        let by_other = other.seal(place(), b"y").expect("it is sealed");
        assert!(
            one.rewrapped(place(), &by_other).expect("it opens").is_none(),
            "with the new key"
        );
        one.keep_keys(1).expect("it is written");
        assert!(open().unseal(place(), &sealed).is_err(), "the old key is gone");
        assert_eq!(open().unseal(place(), &newer).expect("it opens"), b"x");
    }
}
