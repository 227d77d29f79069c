//! What changed in the control plane a moment ago. Every change writes one row of the audit in its own transaction, so
//! the audit is also the news: of this process, of the command line, and of every other server on the same database.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use jiff::SignedDuration;
use model::Timestamp;
use model::ids::OrgId;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::db::{Db, sql};
use crate::error::Error;

/// How often the audit is looked at while anybody listens.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// A transaction may take so long from the id of its row to its commit.
const LATE: SignedDuration = SignedDuration::from_secs(10);
const BEHIND: usize = 1024;
const MOST_AT_ONCE: i64 = 5_000;

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// In which organization; a session's end is told in one of its user's.
    pub org: OrgId,
    /// What was done, for example `session.ended`.
    pub action: String,
    /// To what, for example `session:…`.
    pub target: String,
}

/// The news of changes, looked for only while somebody listens.
pub(super) struct Changes {
    db: Db,
    clock: Clock,
    listeners: broadcast::Sender<Changed>,
    looking: Mutex<Option<AbortHandle>>,
}

impl Changes {
    pub(super) fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            listeners: broadcast::channel(BEHIND).0,
            looking: Mutex::new(None),
        }
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Changed> {
        let receiver = self.listeners.subscribe();
        let mut looking = self
            .looking
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if looking.as_ref().is_none_or(AbortHandle::is_finished) {
            let feed = Feed {
                db: self.db.clone(),
                clock: self.clock.clone(),
                listeners: self.listeners.clone(),
                told: HashSet::new(),
            };
            *looking = Some(tokio::spawn(feed.run()).abort_handle());
        }
        receiver
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        let looking = self.looking.get_mut();
        if let Some(task) = looking.unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

struct Feed {
    db: Db,
    clock: Clock,
    listeners: broadcast::Sender<Changed>,
    /// What was told already, as far back as rows are read again.
    told: HashSet<Uuid>,
}

impl Feed {
    async fn run(mut self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.look().await {
                Ok(changes) => {
                    for change in changes {
                        // Whoever listened may have gone in the meantime.
                        let _ = self.listeners.send(change);
                    }
                }
                Err(error) => tracing::warn!(%error, "changes could not be looked for"),
            }
        }
    }

    /// What was not told yet. The first look also tells what happened shortly before: that does no harm.
    async fn look(&mut self) -> Result<Vec<Changed>, Error> {
        if self.listeners.receiver_count() == 0 {
            return Ok(Vec::new());
        }
        let since = first_id_at(self.clock.now() - LATE);
        let rows = sql!(
            self.db,
            all as (Uuid, Uuid, String, String),
            "SELECT id, org_id, action, target FROM audit
             WHERE id > $1 AND action <> 'session.opened' ORDER BY id LIMIT $2",
            since,
            MOST_AT_ONCE,
        )?;
        self.told.retain(|id| *id > since);
        let news = rows.into_iter().filter(|(id, ..)| self.told.insert(*id));
        Ok(news
            .map(|(_, org, action, target)| Changed {
                org: OrgId::new(org),
                action,
                target,
            })
            .collect())
    }
}

/// Below every id that was made at `time` or later.
fn first_id_at(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
