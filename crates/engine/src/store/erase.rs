//! Taking events away for good: of one person, of a time, or all of them.

use model::Timestamp;
use model::ids::OrgId;

use super::{Backend, EventStore};
use crate::error::Error;

/// Which events of an organization are to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// What one person did: events whose `user_id` is one of these, and those without a user whose `anonymous_id` is. The
    /// ids are those that [`EventStore::forget`] is given; who belongs to whom is not its business.
    Person(Vec<String>),
    /// What happened before this moment.
    Before(Timestamp),
    /// Everything that there is of the organization.
    Everything,
}

impl EventStore {
    /// Erases events, and of the links between visitors and users those that only they told. Answers how many events were
    /// erased; doing it again erases nothing more.
    ///
    /// What was kept of earlier answers is of an older version from then on: see `Version`. Events that are appended
    /// meanwhile are erased or not; whoever wants them erased waits until they are stored.
    ///
    /// # Errors
    /// As [`EventStore::append`]; what was erased until then may be a part.
    pub async fn forget(&self, org: OrgId, erasure: &Erasure) -> Result<u64, Error> {
        match &self.backend {
            Backend::DuckDb(store) => store.erase(org, erasure).await,
            Backend::Postgres(store) => store.erase(org, erasure).await,
            Backend::ClickHouse(store) => store.erase(org, erasure).await,
        }
    }
}
