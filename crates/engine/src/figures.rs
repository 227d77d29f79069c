//! What was asked since the start, as numbers that only grow: for whoever watches the program.

use std::sync::atomic::{AtomicU64, Ordering};

use model::answer::Answer;

use crate::error::Error;

/// Counts questions as they are answered.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    answered: AtomicU64,
    kept: AtomicU64,
    refused: AtomicU64,
    timed_out: AtomicU64,
    failed: AtomicU64,
    rows: AtomicU64,
    milliseconds: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Questions that were answered.
    pub answered: u64,
    /// Those of them that were kept from an earlier time as a whole.
    pub kept: u64,
    /// Questions that could not be answered as they were put, or not at that moment.
    pub refused: u64,
    /// Questions that took too long.
    pub timed_out: u64,
    /// Questions that failed by a fault of ours.
    pub failed: u64,
    /// Events that answers are made of.
    pub rows: u64,
    /// Milliseconds from questions to answers.
    pub milliseconds: u64,
}

impl Counting {
    /// Counts one question by what became of it.
    pub(crate) fn count(&self, result: &Result<Answer, Error>) {
        let add = |counter: &AtomicU64, by| {
            counter.fetch_add(by, Ordering::Relaxed);
        };
        match result {
            Ok(answer) => {
                let meta = answer.meta();
                add(&self.answered, 1);
                add(&self.kept, u64::from(meta.cached));
                add(&self.rows, meta.rows_read);
                add(&self.milliseconds, meta.elapsed_ms);
            }
            Err(Error::TimedOut(_)) => add(&self.timed_out, 1),
            Err(Error::Internal(_)) => add(&self.failed, 1),
            Err(_) => add(&self.refused, 1),
        }
    }

    /// The counts now.
    pub(crate) fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            answered: read(&self.answered),
            kept: read(&self.kept),
            refused: read(&self.refused),
            timed_out: read(&self.timed_out),
            failed: read(&self.failed),
            rows: read(&self.rows),
            milliseconds: read(&self.milliseconds),
        }
    }
}
