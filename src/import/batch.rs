//! Batches: what is sent in one request, and what of their lines never will be.

use super::progress::Confirmed;
use super::report::Rejection;

/// Most events in a batch; the server takes 2,500.
const MAX_EVENTS: usize = 2_000;
/// A batch of so many bytes is sent; the server takes 5 MiB, and one more line has at most 1 MiB.
const ENOUGH_BYTES: usize = 3 * 1024 * 1024;
/// A batch of so many lines is sent, even if most of them are broken.
const ENOUGH_LINES: u64 = 4_000;

/// One event on its way.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Number of its line.
    pub(super) line: u64,
    /// The event as JSON text.
    pub(super) json: String,
}

/// Lines of the file that belong together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Its place among the batches, from 0.
    pub(super) place: u64,
    /// Lines read for it, broken ones included.
    pub(super) read: u64,
    /// How far the file is delivered when it is.
    pub(super) end: Confirmed,
    /// What is to be sent.
    pub(super) drafts: Vec<Draft>,
    /// What could not be read.
    pub(super) rejected: Vec<Rejection>,
    bytes: usize,
}

impl Batch {
    /// Whether it is to be sent now.
    pub(super) fn is_full(&self) -> bool {
        self.drafts.len() >= MAX_EVENTS || self.bytes >= ENOUGH_BYTES || self.read >= ENOUGH_LINES
    }

    /// An empty batch for the lines behind this one's.
    pub(super) fn following(&self) -> Self {
        Self {
            place: self.place + 1,
            ..Self::default()
        }
    }

    /// Takes an event in.
    pub(super) fn push(&mut self, draft: Draft) {
        self.bytes += draft.json.len() + 1;
        self.drafts.push(draft);
    }
}

/// The request body: a JSON array of the events.
pub(super) fn body(drafts: &[Draft]) -> String {
    let events: Vec<&str> = drafts.iter().map(|draft| draft.json.as_str()).collect();
    format!("[{}]", events.join(","))
}
