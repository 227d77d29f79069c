use std::sync::Arc;

use model::Timestamp;
use model::answer::Answer;
use model::ids::OrgId;
use moka::future::Cache;

use super::super::buckets::{Beyond, Buckets};
use super::weight;
use crate::error::Error;

/// Answers by everything that decides them, so one that is found is never stale.
#[derive(Debug)]
pub(in crate::query) struct Answers(Cache<Key, Arc<Answer>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) struct Key {
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
    /// Tells apart answers that see more as time goes on.
    beyond: Beyond,
}

impl Key {
    pub(in crate::query) fn new(org: OrgId, position: u64, question: String, buckets: &Buckets) -> Self {
        Self {
            org,
            position,
            question,
            from: buckets.window.from,
            to: buckets.window.to,
            first_bucket: buckets.window.starts.first().copied(),
            open_from: buckets.open_from,
            timezone: buckets.timezone.clone(),
            beyond: buckets.beyond.clone(),
        }
    }
}

impl Answers {
    pub(super) fn within(bytes: u64) -> Self {
        let weigher = |key: &Key, answer: &Arc<Answer>| weight(answer.size() + key.question.len() + 300);
        Self(Cache::builder().weigher(weigher).max_capacity(bytes).build())
    }

    /// The answer that is kept, or what `ask` gives.
    ///
    /// Whoever asks the same meanwhile waits for that one answer. Should its asker go away, the next who waits asks
    /// instead; a failure is told to all who waited and not kept.
    pub(in crate::query) async fn get_or_ask(
        &self,
        key: Key,
        ask: impl Future<Output = Result<Answer, Error>>,
    ) -> Result<Answer, Error> {
        let asked = self.0.try_get_with(key, async { ask.await.map(Arc::new) });
        let answer = asked.await.map_err(Error::shared)?;
        Ok(Answer::clone(&answer))
    }
}
