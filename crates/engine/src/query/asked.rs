//! A question that is being answered: whose it is, when it looks, and how to read the store for it.

use model::ids::OrgId;

use super::buckets::Buckets;
use super::dialect::Dialect;
use super::source::Source;
use crate::error::Error;
use crate::store::{EventStore, Frame, Kinds, Statement};

/// What every kind of question is answered with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'q> {
    store: &'q EventStore,
    org: OrgId,
    pub(super) source: Source<'q>,
    pub(super) buckets: &'q Buckets,
}

impl<'q> Asked<'q> {
    pub(super) fn new(
        store: &'q EventStore,
        org: OrgId,
        kinds: &'q Kinds,
        has_links: bool,
        buckets: &'q Buckets,
    ) -> Self {
        let dialect = Dialect::DuckDb;
        Self {
            store,
            org,
            source: Source {
                dialect,
                kinds,
                has_links,
            },
            buckets,
        }
    }

    /// The rows of statements that all see the same events.
    pub(super) async fn fetch(&self, statements: Vec<Statement>) -> Result<Vec<Frame>, Error> {
        self.store.fetch_all(self.org, statements).await
    }
}
