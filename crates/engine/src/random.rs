//! Chance, as something that is passed in: ids, tokens and salts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A source of unpredictable bytes: seeded by the operating system, or by a test.
#[derive(Clone)]
pub struct Random(Arc<Mutex<Source>>);

struct Source {
    rng: StdRng,
    /// The millisecond of the last id, and how many were made in it before that one.
    last: (u64, u16),
}

impl Source {
    fn new(rng: StdRng) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { rng, last: (0, 0) }))
    }

    /// Counts the ids of one millisecond; there is room for 4,096 in an id.
    fn place_within(&mut self, millis: u64) -> u16 {
        const MOST: u16 = 0x0fff;
        let place = if self.last.0 == millis {
            (self.last.1 + 1).min(MOST)
        } else {
            0
        };
        self.last = (millis, place);
        place
    }
}

impl Random {
    /// Seeded by the operating system; a `ChaCha` generator, as cryptography needs.
    #[must_use]
    pub fn from_os() -> Self {
        Self(Source::new(rand::make_rng()))
    }

    /// The same sequence for the same seed: for tests and demo data only.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::new(StdRng::seed_from_u64(seed)))
    }

    /// `N` unpredictable bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source().rng.fill_bytes(&mut bytes);
        bytes
    }

    /// A UUID of version 7: ids that are made later sort later, also within a millisecond.
    #[must_use]
    pub fn id(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let mut tail = [0; 10];
        let mut source = self.source();
        source.rng.fill_bytes(&mut tail);
        tail[..2].copy_from_slice(&source.place_within(millis).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 256 unpredictable bits as text that fits into a URL: 43 characters.
    #[must_use]
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

/// What is kept of a token: its SHA-256, so that the database holds nothing that opens a door.
#[must_use]
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A digest of several texts as text that fits into a URL and a cookie; where one ends and the next begins counts.
#[must_use]
pub(crate) fn text_digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(text.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_they_were_made() {
        let random = Random::seeded(1);
        let at = |millis| Timestamp::from_millisecond(millis).expect("an instant");
        let ids: Vec<Uuid> = (0..4_000).map(|n| random.id(at(1_000 + n / 2_000))).collect();
        assert!(
            ids.is_sorted_by(|a, b| a < b),
            "each is greater than the one before"
        );
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
