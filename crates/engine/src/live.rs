//! What happens now: events as they are stored, answers that change with them, and credentials that stop to work.
//!
//! Nothing here is the truth: whoever misses some of it asks again. So every queue is bounded, and whoever does not keep
//! up is told how much they missed.

mod changes;
mod hub;
mod matching;
mod watch;

pub use changes::Changed;
pub use hub::{LiveEvent, News, Refused};
pub use matching::Matcher;
pub use watch::{Shown, Watch};

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::db::Db;
use changes::Changes;
pub(crate) use hub::{Hub, beginning, refusals, written};
pub(crate) use watch::Watches;

/// Everything live; clones are one.
#[derive(Clone)]
pub struct Live {
    pub(crate) hub: Arc<Hub>,
    changes: Arc<Changes>,
    pub(crate) watches: Arc<Watches>,
}

impl Live {
    /// Announces what `hub` is told; hears of changes from `db`.
    pub(crate) fn new(hub: Arc<Hub>, db: Db, clock: Clock) -> Self {
        Self {
            hub,
            changes: Arc::new(Changes::new(db, clock)),
            watches: Arc::default(),
        }
    }

    /// Every change of accounts, keys, shares and dashboards from now on, of all organizations and from all processes
    /// that share the database, within a second.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.changes.listen()
    }
}
