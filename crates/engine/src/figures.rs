//! What was asked since the start, as numbers that only grow: for whoever watches the program.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::answer::Answer;

use crate::error::Error;

/// Upper edges of what durations are sorted into, in seconds; the last place is for what took longer.
pub const EDGES: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// How long something took, each time since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Durations {
    /// How often it took at most as long as each of [`EDGES`], and longer than the edge before; then what took longer.
    pub counts: [u64; EDGES.len() + 1],
    /// Seconds altogether.
    pub seconds: f64,
}

impl Durations {
    fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let place = EDGES.iter().position(|edge| seconds <= *edge);
        self.counts[place.unwrap_or(EDGES.len())] += 1;
        self.seconds += seconds;
    }
}

/// Durations by what took them: words of the program, so there are few.
#[derive(Debug, Default)]
pub(crate) struct Timed(Mutex<BTreeMap<&'static str, Durations>>);

impl Timed {
    pub(crate) fn add(&self, what: &'static str, took: Duration) {
        let mut timed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        timed.entry(what).or_default().add(took);
    }

    pub(crate) fn now(&self) -> BTreeMap<&'static str, Durations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One of the places where answers, or parts of them, are kept in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheFigures {
    /// How often what was looked for was there.
    pub hits: u64,
    /// How often it was in the Redis beside.
    pub beside: u64,
    /// How often it was nowhere.
    pub misses: u64,
    /// How much is kept now.
    pub entries: u64,
    /// About how many bytes that takes.
    pub bytes: u64,
}

/// Counts what is looked for.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    asked: AtomicU64,
    beside: AtomicU64,
    missed: AtomicU64,
}

impl Lookups {
    pub(crate) fn asked(&self, count: usize) {
        self.asked.fetch_add(number(count), Ordering::Relaxed);
    }

    pub(crate) fn beside(&self, count: usize) {
        self.beside.fetch_add(number(count), Ordering::Relaxed);
    }

    pub(crate) fn missed(&self, count: usize) {
        self.missed.fetch_add(number(count), Ordering::Relaxed);
    }

    /// Together with what is kept now.
    pub(crate) fn figures(&self, entries: u64, bytes: u64) -> CacheFigures {
        // What is under way was asked, and is neither yet.
        let (beside, misses) = (
            self.beside.load(Ordering::Relaxed),
            self.missed.load(Ordering::Relaxed),
        );
        let asked = self.asked.load(Ordering::Relaxed);
        CacheFigures {
            hits: asked.saturating_sub(beside).saturating_sub(misses),
            beside,
            misses,
            entries,
            bytes,
        }
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

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
    by_kind: Timed,
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
    /// Counts one question by what became of it, and how long questions of its kind take.
    pub(crate) fn count(&self, kind: &'static str, took: Duration, result: &Result<Answer, Error>) {
        self.by_kind.add(kind, took);
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

    /// How long questions took, by their kind; those that came to nothing too.
    pub(crate) fn durations(&self) -> BTreeMap<&'static str, Durations> {
        self.by_kind.now()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sorted_by_their_edges() {
        let timed = Timed::default();
        for millis in [1, 2, 250, 31_000] {
            timed.add("trend", Duration::from_millis(millis));
        }
        let now = timed.now();
        assert_eq!(now["trend"].counts, [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert!((now["trend"].seconds - 31.253).abs() < 1e-9);
    }

    #[test]
    fn whoever_waits_for_the_same_answer_found_it() {
        let lookups = Lookups::default();
        lookups.asked(3);
        lookups.missed(1);
        let figures = lookups.figures(1, 400);
        assert_eq!((figures.hits, figures.misses, figures.entries), (2, 1, 1));
    }
}
