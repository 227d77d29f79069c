use std::sync::Arc;

use model::Timestamp;
use model::answer::Answer;
use model::ids::OrgId;
use moka::future::Cache;

use super::super::buckets::{Beyond, Buckets};
use super::{Beside, weight};
use crate::error::Error;
use crate::figures::{CacheFigures, Lookups};

/// Answers by everything that decides them, so one that is found is never stale.
#[derive(Debug)]
pub(in crate::query) struct Answers {
    here: Cache<Key, Arc<Answer>>,
    beside: Beside,
    lookups: Lookups,
}

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

    pub(super) const fn org(&self) -> OrgId {
        self.org
    }
}

impl Answers {
    pub(super) fn within(bytes: u64, beside: Beside) -> Self {
        let weigher = |key: &Key, answer: &Arc<Answer>| weight(answer.size() + key.question.len() + 300);
        Self {
            here: Cache::builder().weigher(weigher).max_capacity(bytes).build(),
            beside,
            lookups: Lookups::default(),
        }
    }

    pub(in crate::query) fn forget_all(&self) {
        self.here.invalidate_all();
    }

    pub(in crate::query) async fn figures(&self) -> CacheFigures {
        self.here.run_pending_tasks().await;
        self.lookups
            .figures(self.here.entry_count(), self.here.weighted_size())
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
        let looked_for = key.clone();
        self.lookups.asked(1);
        let found = Box::pin(async {
            if let Some(answer) = self.beside.answer(&looked_for).await {
                self.lookups.beside(1);
                return Ok(Arc::new(answer));
            }
            self.lookups.missed(1);
            let answer = ask.await?;
            self.beside.keep_answer(&looked_for, &answer);
            Ok(Arc::new(answer))
        });
        let answer = self.here.try_get_with(key, found).await.map_err(Error::shared)?;
        Ok(Answer::clone(&answer))
    }
}
