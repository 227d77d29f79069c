//! What the sides of the log tell one another.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backlog::{Backlog, Next};
use super::counted::Counted;
use super::log::{Header, Span};
use super::seen::Seen;

/// The state that senders, the committer and the drainer share.
pub(super) struct Shared {
    pub(super) seen: Seen,
    pub(super) counted: Arc<Counted>,
    backlog: Mutex<Backlog>,
    /// Something arrived, or somebody is in a hurry.
    pub(super) arrivals: Notify,
    /// Something was stored.
    stored: watch::Sender<()>,
    hurried: AtomicUsize,
    /// How many records were logged since the start.
    pub(super) records: AtomicU64,
    pub(super) quarantined: AtomicU64,
    pub(super) writable: AtomicBool,
    /// A sync of the log failed: nobody knows what is on disk.
    pub(super) lost: CancellationToken,
}

impl Shared {
    pub(super) fn new(seen: Seen, counted: Counted, backlog: Backlog) -> Self {
        Self {
            seen,
            counted: Arc::new(counted),
            backlog: Mutex::new(backlog),
            arrivals: Notify::new(),
            stored: watch::channel(()).0,
            hurried: AtomicUsize::new(0),
            records: AtomicU64::new(0),
            quarantined: AtomicU64::new(0),
            writable: AtomicBool::new(true),
            lost: CancellationToken::new(),
        }
    }

    pub(super) fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These records are in the log now.
    pub(super) fn logged(&self, headers: &[Header]) {
        let now = Instant::now();
        let mut backlog = self.backlog();
        for header in headers {
            backlog.push(*header, now);
        }
        drop(backlog);
        self.counted.count(headers);
        self.records.fetch_add(headers.len() as u64, Ordering::SeqCst);
        self.arrivals.notify_one();
    }

    pub(super) fn next(&self) -> Next {
        self.backlog()
            .next(Instant::now(), self.hurried.load(Ordering::SeqCst) > 0)
    }

    /// These records are in the store now.
    pub(super) fn stored(&self, span: Span) {
        self.backlog().done(span, Instant::now());
        self.stored.send_replace(());
    }

    pub(super) fn failed(&self, span: Span) {
        self.backlog().failed(span, Instant::now());
    }

    /// Waits until the store has everything up to `position`, without waiting for company on the way.
    pub(super) async fn stored_up_to(&self, position: u64) {
        let _hurry = Hurry::new(self);
        let mut stored = self.stored.subscribe();
        loop {
            stored.mark_unchanged();
            if self
                .backlog()
                .first_position()
                .is_none_or(|first| first > position)
            {
                return;
            }
            if stored.changed().await.is_err() {
                return;
            }
        }
    }
}

struct Hurry<'s>(&'s Shared);

impl<'s> Hurry<'s> {
    fn new(shared: &'s Shared) -> Self {
        shared.hurried.fetch_add(1, Ordering::SeqCst);
        shared.arrivals.notify_one();
        Self(shared)
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.0.hurried.fetch_sub(1, Ordering::SeqCst);
    }
}
