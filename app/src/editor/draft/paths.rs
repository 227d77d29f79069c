//! The ways people go, as they were typed.

use model::problem::FieldError;
use model::query::{
    MAX_PATH_NODES, PATH_STEPS, PathEnd, PathsBy, PathsPer, PathsQuery, PathsSide, PathsSpec, Query,
};

use super::selector::SelectorDraft;
use super::typed::{property, whole};
use super::{Checked, Shared};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathsDraft {
    pub(crate) side: Side,
    /// The event on that side.
    pub(crate) end: SelectorDraft,
    pub(crate) steps: String,
    pub(crate) per: PathsPer,
    pub(crate) by: PathsBy,
    pub(crate) property: String,
    pub(crate) limit: String,
}

/// From which side journeys are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// From their own beginning.
    Whole,
    /// From an event on.
    From,
    /// Up to an event.
    To,
}

impl PathsDraft {
    pub(super) fn new(event: &str) -> Self {
        Self {
            side: if event.is_empty() { Side::Whole } else { Side::From },
            end: SelectorDraft::named(event),
            steps: "5".to_owned(),
            per: PathsPer::default(),
            by: PathsBy::default(),
            property: "$path".to_owned(),
            limit: "20".to_owned(),
        }
    }

    pub(super) fn of(query: &PathsQuery) -> Self {
        let spec = query.spec();
        let (side, end) = match query.side() {
            PathsSide::Whole => (Side::Whole, None),
            PathsSide::From(end) => (Side::From, Some(end)),
            PathsSide::To(end) => (Side::To, Some(end)),
        };
        let end = end.map(|end| SelectorDraft::of(Some(&end.event), end.filter.as_ref()));
        Self {
            side,
            end: end.unwrap_or_default(),
            steps: spec.steps.to_string(),
            per: spec.per,
            by: spec.by,
            property: spec
                .property
                .as_ref()
                .map_or_else(|| "$path".to_owned(), ToString::to_string),
            limit: spec.limit.to_string(),
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let (from, to) = match self.side {
            Side::Whole => (None, None),
            Side::From => (Some(self.end("from.", errors)), None),
            Side::To => (None, Some(self.end("to.", errors))),
        };
        let property = (self.by == PathsBy::Property)
            .then(|| property(&self.property, "property", errors))
            .flatten();
        let steps = whole(&self.steps, "steps", &PATH_STEPS, errors);
        let limit = whole(&self.limit, "limit", &(1..=MAX_PATH_NODES), errors);
        let spec = PathsSpec {
            from,
            to,
            steps: steps.unwrap_or(*PATH_STEPS.start()),
            per: self.per,
            by: self.by,
            property,
            limit: limit.unwrap_or(1),
            range: shared.range.clone(),
            timezone: shared.timezone.clone(),
            filter: shared.filter.clone(),
        };
        PathsQuery::parse(spec).map(Query::Paths)
    }

    fn end(&self, prefix: &str, errors: &mut Vec<FieldError>) -> PathEnd {
        PathEnd {
            event: self.end.name().unwrap_or_default(),
            filter: self.end.conditions.filter(prefix, errors),
        }
    }
}
