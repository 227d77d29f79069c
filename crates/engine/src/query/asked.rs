//! A question that is being answered: whose it is, when it looks, and how to read the store for it.

use std::sync::Arc;

use model::ids::OrgId;
use model::rates::Rates;

use super::buckets::Buckets;
use super::kept::{BucketFigures, BucketKey, KeptBuckets};
use super::source::Source;
use super::trail::Trail;
use crate::error::Error;
use crate::store::{EventStore, Frame, Kinds, SelectedColumn, Statement, TakesRows, Touched};

/// What every kind of question is answered with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'q> {
    pub(super) looking: Looking<'q>,
    pub(super) source: Source<'q>,
}

/// Who looks where, whatever the kinds of the values turn out to be.
#[derive(Clone, Copy)]
pub(super) struct Looking<'q> {
    pub(super) store: &'q EventStore,
    pub(super) org: OrgId,
    /// What was stored before the question was asked.
    pub(super) position: u64,
    /// How often events were erased before.
    pub(super) erasures: u64,
    pub(super) buckets: &'q Buckets,
    pub(super) kept: &'q KeptBuckets,
    /// Nothing where everything is to be asked anew.
    pub(super) touched: Option<&'q Touched>,
    pub(super) trail: &'q Trail,
    pub(super) rates: &'q Rates,
    /// Most events whose users a funnel keeps or sorts at once; at least 1.
    pub(super) portion: u32,
}

impl<'q> std::ops::Deref for Asked<'q> {
    type Target = Looking<'q>;

    fn deref(&self) -> &Looking<'q> {
        &self.looking
    }
}

impl<'q> Asked<'q> {
    pub(super) fn new(
        looking: Looking<'q>,
        kinds: &'q Kinds,
        has_links: bool,
        user_properties: &'q [Vec<String>],
    ) -> Self {
        let dialect = looking.store.dialect();
        Self {
            looking,
            source: Source {
                dialect,
                kinds,
                has_links,
                user_properties,
            },
        }
    }
}

impl Looking<'_> {
    /// The rows of statements that all see the same events.
    pub(super) async fn fetch(&self, statements: Vec<Statement>) -> Result<Vec<Frame>, Error> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        self.trail.runs(&statements);
        self.store.fetch_all_at(self.org, self.position, statements).await
    }

    /// Gives every row of a statement to `rows`, which works it off at once or later.
    pub(super) async fn work_off<R: TakesRows>(&self, statement: Statement, rows: R) -> Result<R, Error> {
        self.trail.runs(std::slice::from_ref(&statement));
        self.store
            .work_off_at(self.org, self.position, statement, rows)
            .await
    }

    /// What a person's own statement selects.
    pub(super) async fn columns_of(&self, text: &str) -> Result<Vec<SelectedColumn>, Error> {
        self.store.columns_of(self.org, self.position, text).await
    }

    /// As [`Looking::fetch`], of a person's own statement.
    pub(super) async fn select(&self, statement: Statement) -> Result<Frame, Error> {
        self.trail.runs(std::slice::from_ref(&statement));
        self.store.select(self.org, self.position, statement).await
    }

    /// Figures from earlier questions, but of buckets that events came into since.
    pub(super) async fn kept_figures(&self, keys: &[BucketKey]) -> Vec<Option<Arc<BucketFigures>>> {
        let Some(touched) = self.touched else {
            return vec![None; keys.len()];
        };
        let is_current = |key: &BucketKey, figures: &BucketFigures| {
            touched.is_current(key.start, key.end, figures.position)
        };
        // On the heap: it is a small part of a long future.
        Box::pin(self.kept.current(self.org, keys, is_current)).await
    }
}
