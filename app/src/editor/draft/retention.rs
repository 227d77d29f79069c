//! Who came back, as it was typed.

use model::problem::FieldError;
use model::query::{CohortBy, Interval, MAX_PERIODS, Query, RetentionMode, RetentionQuery, RetentionSpec};

use super::selector::SelectorDraft;
use super::typed::whole;
use super::{Checked, Shared};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetentionDraft {
    pub(crate) start: SelectorDraft,
    pub(crate) comeback: SelectorDraft,
    pub(crate) interval: Interval,
    pub(crate) periods: String,
    pub(crate) mode: RetentionMode,
    pub(crate) cohort: CohortBy,
}

impl RetentionDraft {
    pub(super) fn new(event: &str) -> Self {
        Self {
            start: SelectorDraft::named(event),
            comeback: SelectorDraft::named(event),
            interval: Interval::Day,
            periods: "8".to_owned(),
            mode: RetentionMode::default(),
            cohort: CohortBy::default(),
        }
    }

    pub(super) fn of(spec: &RetentionSpec) -> Self {
        Self {
            start: SelectorDraft::of_selector(&spec.start),
            comeback: SelectorDraft::of_selector(&spec.comeback),
            interval: spec.interval,
            periods: spec.periods.to_string(),
            mode: spec.mode,
            cohort: spec.cohort,
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let start = self.start.selector("start.", errors);
        let comeback = self.comeback.selector("return.", errors);
        let periods = whole(&self.periods, "periods", &(1..=MAX_PERIODS), errors);
        let spec = RetentionSpec {
            start,
            comeback,
            interval: self.interval,
            periods: periods.unwrap_or(1),
            mode: self.mode,
            cohort: self.cohort,
            breakdown: shared.breakdown.breakdown(errors),
            range: shared.range.clone(),
            timezone: shared.timezone.clone(),
            filter: shared.filter.clone(),
        };
        RetentionQuery::parse(spec).map(Query::Retention)
    }
}
