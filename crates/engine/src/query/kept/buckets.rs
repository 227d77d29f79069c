use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::ids::OrgId;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::partial::Partial;
use super::{Beside, weight};
use crate::figures::{CacheFigures, Lookups};

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

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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

impl BucketKey {
    /// Whether no instant lies in it.
    const fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

/// What a bucket holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    beside: Beside,
    lookups: Lookups,
}

impl KeptBuckets {
    pub(super) fn within(bytes: u64, beside: Beside) -> Self {
        let weigher = |_: &BucketKey, figures: &Arc<BucketFigures>| weight(figures.size());
        Self {
            figures: Cache::builder().weigher(weigher).max_capacity(bytes).build(),
            wide: Cache::builder()
                .max_capacity(MOST_WIDE)
                .time_to_live(WIDE_FOR)
                .build(),
            beside,
            lookups: Lookups::default(),
        }
    }

    /// The figures of these buckets, as far as they are kept here or beside and `is_current`.
    pub(in crate::query) async fn current(
        &self,
        org: OrgId,
        keys: &[BucketKey],
        is_current: impl Fn(&BucketKey, &BucketFigures) -> bool,
    ) -> Vec<Option<Arc<BucketFigures>>> {
        let here = |key: &BucketKey| self.figures.get(key).filter(|figures| is_current(key, figures));
        let mut found: Vec<Option<Arc<BucketFigures>>> = keys.iter().map(here).collect();
        let is_missing = |at: &usize| found[*at].is_none() && !keys[*at].is_empty();
        let missing: Vec<usize> = (0..keys.len()).filter(is_missing).collect();
        self.lookups
            .asked(keys.iter().filter(|key| !key.is_empty()).count());
        let wanted: Vec<BucketKey> = missing.iter().map(|at| keys[*at]).collect();
        let beside = self.beside.figures(org, &wanted).await;
        for ((at, key), figures) in missing.into_iter().zip(&wanted).zip(beside) {
            if let Some(figures) = figures.filter(|figures| is_current(key, figures)) {
                let figures = Arc::new(figures);
                self.figures.insert(*key, Arc::clone(&figures));
                found[at] = Some(figures);
                self.lookups.beside(1);
            }
        }
        let nowhere = (0..keys.len()).filter(|at| found[*at].is_none() && !keys[*at].is_empty());
        self.lookups.missed(nowhere.count());
        found
    }

    pub(in crate::query) fn figures(&self) -> CacheFigures {
        self.figures.run_pending_tasks();
        self.lookups
            .figures(self.figures.entry_count(), self.figures.weighted_size())
    }

    pub(in crate::query) fn keep(&self, org: OrgId, figures: Vec<(BucketKey, Arc<BucketFigures>)>) {
        self.beside.keep_figures(org, &figures);
        for (key, figures) in figures {
            self.figures.insert(key, figures);
        }
    }

    pub(in crate::query) fn forget_all(&self) {
        self.figures.invalidate_all();
    }

    /// Whether the question had more values than are worth keeping.
    pub(in crate::query) fn is_wide(&self, question: Fingerprint) -> bool {
        self.wide.contains_key(&question)
    }

    pub(in crate::query) fn is_too_wide(&self, question: Fingerprint) {
        self.wide.insert(question, ());
    }
}
