//! Whose turn it is: each organization has a few questions under way at once and a short queue, so that one that asks a
//! lot waits for itself and nobody else waits for it.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::ids::OrgId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::per_org::PerOrg;
use crate::error::Error;

/// Most questions of one organization that wait for their turn.
const MOST_WAITING: usize = 100;
/// When somebody who found the queue full should come again.
const COME_AGAIN: Duration = Duration::from_secs(2);

/// The queues of all organizations.
#[derive(Debug)]
pub(super) struct Turns {
    at_once: usize,
    /// How long somebody waits, which is as long as a question may take.
    patience: Duration,
    queues: PerOrg<Queue>,
}

#[derive(Debug)]
struct Queue {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// One question's turn; it ends with the value.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _queue: Arc<Queue>,
}

impl Turns {
    /// Half of what the store answers at once: a core's worth each, of our own. A server has cores of its own for the statements of
    /// one question.
    pub(super) fn new(patience: Duration) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            at_once: cores,
            patience,
            queues: PerOrg::default(),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Error::TooMany`] where too many wait already, or for too long.
    pub(super) async fn take(&self, org: OrgId) -> Result<Turn, Error> {
        let queue = self.queue(org);
        if let Ok(place) = Arc::clone(&queue.places).try_acquire_owned() {
            return Ok(turn(place, queue));
        }
        let waiting = Waiting(&queue.waiting);
        if waiting.0.fetch_add(1, Ordering::SeqCst) >= MOST_WAITING {
            return Err(too_many());
        }
        let place = tokio::time::timeout(self.patience, Arc::clone(&queue.places).acquire_owned());
        match place.await {
            Ok(Ok(place)) => {
                drop(waiting);
                Ok(turn(place, queue))
            }
            Ok(Err(_)) | Err(_) => Err(too_many()),
        }
    }

    fn queue(&self, org: OrgId) -> Arc<Queue> {
        self.queues.of(org, || Queue {
            places: Arc::new(Semaphore::new(self.at_once)),
            waiting: AtomicUsize::new(0),
        })
    }
}

fn turn(place: OwnedSemaphorePermit, queue: Arc<Queue>) -> Turn {
    Turn {
        _place: place,
        _queue: queue,
    }
}

const fn too_many() -> Error {
    Error::TooMany {
        retry_after: COME_AGAIN,
    }
}

/// One who waits; no longer when it is dropped.
struct Waiting<'q>(&'q AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
