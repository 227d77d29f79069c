//! What became of a question on its way: the statements that it needed, and how much of it was kept.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::Statement;

/// Written while a question is answered.
#[derive(Debug, Default)]
pub(super) struct Trail(Mutex<Steps>);

#[derive(Debug, Default)]
struct Steps {
    statements: Vec<Statement>,
    buckets: usize,
    asked: usize,
}

impl Trail {
    /// Notes the statements that are about to run.
    pub(super) fn runs(&self, statements: &[Statement]) {
        self.steps().statements.extend_from_slice(statements);
    }

    /// Notes buckets, and how many of them are asked of the store.
    pub(super) fn looks_at(&self, buckets: usize, asked: usize) {
        let mut steps = self.steps();
        steps.buckets += buckets;
        steps.asked += asked;
    }

    /// The statements that ran, in order.
    pub(super) fn into_statements(self) -> Vec<Statement> {
        let steps = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        steps.statements
    }

    /// Whether the store was not asked at all.
    pub(super) fn is_empty(&self) -> bool {
        self.steps().statements.is_empty()
    }

    /// The share of the buckets that was kept from earlier: 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "numbers of buckets are small")]
    pub(super) fn kept_share(&self) -> f64 {
        let steps = self.steps();
        match (steps.statements.is_empty(), steps.buckets) {
            (true, _) => 1.0,
            (false, 0) => 0.0,
            (false, buckets) => (buckets - steps.asked.min(buckets)) as f64 / buckets as f64,
        }
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
