//! Figures of sessions, as they were typed.

use model::problem::FieldError;
use model::query::{MAX_BREAKDOWN, Query, SessionMeasure, SessionsQuery, SessionsSpec};

use super::typed::{given, property, whole};
use super::{Checked, Shared};
use crate::language::t;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionsDraft {
    pub(crate) measures: Vec<SessionMeasure>,
    /// Empty for `$path`.
    pub(crate) property: String,
    /// Empty for the usual number.
    pub(crate) limit: String,
}

impl Default for SessionsDraft {
    fn default() -> Self {
        Self {
            measures: vec![SessionMeasure::Sessions],
            property: String::new(),
            limit: String::new(),
        }
    }
}

impl SessionsDraft {
    pub(super) fn of(spec: &SessionsSpec) -> Self {
        Self {
            measures: spec.measures.clone(),
            property: spec
                .property
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            limit: spec.limit.map(|limit| limit.to_string()).unwrap_or_default(),
        }
    }

    /// Whether it tells where sessions begin or end.
    pub(crate) fn has_ends(&self) -> bool {
        self.measures.iter().any(|measure| measure.is_an_end())
    }

    /// Asks for a measure, or no longer.
    pub(super) fn toggle(&mut self, measure: SessionMeasure) {
        let before = self.measures.len();
        self.measures.retain(|known| *known != measure);
        if self.measures.len() == before {
            self.measures.push(measure);
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        if self.measures.is_empty() {
            let message = t("Choose at least one figure.");
            errors.push(FieldError::new("measures", "required", message));
        }
        let (mut ends_by, mut limit, mut breakdown) = (None, None, None);
        if self.has_ends() {
            ends_by = given(&self.property).and_then(|typed| property(&typed, "property", errors));
            let allowed = 1..=MAX_BREAKDOWN;
            limit = given(&self.limit).and_then(|typed| whole(&typed, "limit", &allowed, errors));
        } else {
            breakdown = shared.breakdown.breakdown(errors);
        }
        let spec = SessionsSpec {
            measures: self.measures.clone(),
            property: ends_by,
            limit,
            range: shared.range.clone(),
            interval: shared.interval,
            timezone: shared.timezone.clone(),
            filter: shared.filter.clone(),
            breakdown,
        };
        SessionsQuery::parse(spec).map(Query::Sessions)
    }
}
