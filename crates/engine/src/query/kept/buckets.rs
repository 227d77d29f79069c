use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::super::partial::Partial;
use super::weight;

/// Most questions that are known to have too many values.
const MOST_WIDE: u64 = 10_000;
/// After this long, a question that had too many values is given another try.
const WIDE_FOR: Duration = Duration::from_hours(1);

/// A question without its range, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of a text that says everything that decides the figures of a bucket.
    pub(in crate::query) fn of(text: &str) -> Self {
        let digest = Sha256::digest(text);
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        Self(short)
    }
}

/// One bucket of a question, as far as the range includes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) struct BucketKey {
    pub(in crate::query) question: Fingerprint,
    /// Microseconds since 1970.
    pub(in crate::query) start: i64,
    /// The first microsecond that no longer counts.
    pub(in crate::query) end: i64,
}

/// What a bucket holds.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::query) struct BucketFigures {
    /// The store's position before they were read.
    pub(in crate::query) position: u64,
    /// Each breakdown value with its figures; without a breakdown one without a value.
    pub(in crate::query) values: Vec<(Option<String>, Partial)>,
}

impl BucketFigures {
    fn size(&self) -> usize {
        let value = |(text, _): &(Option<String>, Partial)| {
            size_of::<(Option<String>, Partial)>() + text.as_ref().map_or(0, String::len)
        };
        self.values.iter().map(value).sum::<usize>() + 160
    }
}

/// Figures of single buckets.
#[derive(Debug)]
pub(in crate::query) struct KeptBuckets {
    figures: Cache<BucketKey, Arc<BucketFigures>>,
    wide: Cache<Fingerprint, ()>,
}

impl KeptBuckets {
    pub(super) fn within(bytes: u64) -> Self {
        let weigher = |_: &BucketKey, figures: &Arc<BucketFigures>| weight(figures.size());
        Self {
            figures: Cache::builder().weigher(weigher).max_capacity(bytes).build(),
            wide: Cache::builder()
                .max_capacity(MOST_WIDE)
                .time_to_live(WIDE_FOR)
                .build(),
        }
    }

    pub(in crate::query) fn get(&self, key: &BucketKey) -> Option<Arc<BucketFigures>> {
        self.figures.get(key)
    }

    pub(in crate::query) fn keep(&self, key: BucketKey, figures: Arc<BucketFigures>) {
        self.figures.insert(key, figures);
    }

    /// Whether the question had more values than are worth keeping.
    pub(in crate::query) fn is_wide(&self, question: Fingerprint) -> bool {
        self.wide.contains_key(&question)
    }

    pub(in crate::query) fn is_too_wide(&self, question: Fingerprint) {
        self.wide.insert(question, ());
    }
}
