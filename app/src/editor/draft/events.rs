//! A list of events, as it was typed.

use model::problem::FieldError;
use model::query::{EventsQuery, EventsSpec, MAX_EVENTS, Query};

use super::typed::{given, property, whole};
use super::{Checked, Shared};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EventsDraft {
    pub(crate) event: String,
    /// Properties; none for whole events.
    pub(crate) columns: Vec<String>,
    pub(crate) limit: String,
    /// Not offered here; kept as it is.
    cursor: Option<String>,
}

impl EventsDraft {
    pub(super) fn new(event: &str) -> Self {
        Self {
            event: event.to_owned(),
            columns: Vec::new(),
            limit: "50".to_owned(),
            cursor: None,
        }
    }

    pub(super) fn of(spec: &EventsSpec) -> Self {
        let columns = spec.columns.iter().flatten();
        Self {
            event: spec.event.clone().unwrap_or_default(),
            columns: columns.map(ToString::to_string).collect(),
            limit: spec.limit.to_string(),
            cursor: spec.cursor.clone(),
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let columns = self.columns.iter().enumerate();
        let columns: Vec<_> = columns
            .filter_map(|(position, typed)| property(typed, &format!("columns[{position}]"), errors))
            .collect();
        let limit = whole(&self.limit, "limit", &(1..=MAX_EVENTS), errors);
        let spec = EventsSpec {
            event: given(&self.event),
            columns: Some(columns).filter(|columns| !columns.is_empty()),
            limit: limit.unwrap_or(1),
            cursor: self.cursor.clone(),
            range: shared.range.clone(),
            timezone: shared.timezone.clone(),
            filter: shared.filter.clone(),
        };
        EventsQuery::parse(spec).map(Query::Events)
    }
}
