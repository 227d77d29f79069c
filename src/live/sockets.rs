//! All sockets: how many there may be, and how they end together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::ending::Ending;

/// Most sockets at a time.
const MOST: usize = 10_000;
/// How long sockets may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

/// The open sockets of this process.
#[derive(Clone, Debug)]
pub(crate) struct Sockets {
    room: Arc<Semaphore>,
    open: TaskTracker,
    ending: Ending,
}

/// One socket's place; it is free again with the value.
pub(crate) struct Place {
    /// Tells when the process is about to end.
    pub(crate) ending: Ending,
    _room: OwnedSemaphorePermit,
    _open: TaskTrackerToken,
}

impl Sockets {
    /// None yet; all of them end with `ending`.
    pub(crate) fn new(ending: Ending) -> Self {
        Self {
            room: Arc::new(Semaphore::new(MOST)),
            open: TaskTracker::new(),
            ending,
        }
    }

    /// A place for one more; none where all are taken, or the process is about to end.
    pub(crate) fn enter(&self) -> Option<Place> {
        if self.ending.is_leaving() {
            return None;
        }
        Some(Place {
            ending: self.ending.clone(),
            _room: Arc::clone(&self.room).try_acquire_owned().ok()?,
            _open: self.open.token(),
        })
    }

    /// Waits until they have said goodbye, which they do when the process is about to end.
    pub(crate) async fn ended(&self) {
        self.open.close();
        if tokio::time::timeout(GOODBYE, self.open.wait()).await.is_err() {
            tracing::warn!(open = self.open.len(), "some sockets did not end in time");
        }
    }
}
