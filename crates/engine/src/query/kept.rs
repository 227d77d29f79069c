use model::Timestamp;
use model::answer::Answer;
use model::ids::OrgId;
use moka::sync::Cache;

use super::buckets::Buckets;

/// About how many bytes of answers are kept.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Answers by everything that decides them, so one that is found is never stale.
#[derive(Debug)]
pub(super) struct Kept(Cache<Key, std::sync::Arc<Answer>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    org: OrgId,
    /// The store's version of the organization's data.
    position: u64,
    question: String,
    from: Timestamp,
    to: Timestamp,
    /// Tells apart weeks that begin on different days.
    first_bucket: Option<Timestamp>,
    open_from: Option<usize>,
    timezone: String,
}

impl Key {
    pub(super) fn new(org: OrgId, position: u64, question: String, buckets: &Buckets) -> Self {
        Self {
            org,
            position,
            question,
            from: buckets.window.from,
            to: buckets.window.to,
            first_bucket: buckets.window.starts.first().copied(),
            open_from: buckets.open_from,
            timezone: buckets.timezone.clone(),
        }
    }
}

impl Default for Kept {
    fn default() -> Self {
        let weigher = |key: &Key, answer: &std::sync::Arc<Answer>| {
            let bytes = answer.size() + key.question.len() + 300;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weigher).max_capacity(MOST_BYTES).build())
    }
}

impl Kept {
    pub(super) fn get(&self, key: &Key) -> Option<Answer> {
        self.0.get(key).map(|answer| Answer::clone(&answer))
    }

    pub(super) fn keep(&self, key: Key, answer: &Answer) {
        self.0.insert(key, std::sync::Arc::new(answer.clone()));
    }
}
