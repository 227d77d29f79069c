//! Who was active when, as it was typed: a lifecycle or stickiness.

use model::query::{ActivityQuery, ActivitySpec, Query};

use super::typed::given;
use super::{Checked, Shared};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ActivityDraft {
    pub(crate) event: String,
}

impl ActivityDraft {
    pub(super) fn new(event: &str) -> Self {
        Self {
            event: event.to_owned(),
        }
    }

    pub(super) fn of(spec: &ActivitySpec) -> Self {
        Self {
            event: spec.event.clone().unwrap_or_default(),
        }
    }

    pub(super) fn query(&self, shared: &Shared, kind: fn(ActivityQuery) -> Query) -> Checked {
        let spec = ActivitySpec {
            event: given(&self.event),
            filter: shared.filter.clone(),
            range: shared.range.clone(),
            interval: shared.interval,
            timezone: shared.timezone.clone(),
        };
        ActivityQuery::parse(spec).map(kind)
    }
}
