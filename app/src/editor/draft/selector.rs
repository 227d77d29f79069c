//! Events of one name, or only some of them, as they were typed.

use model::problem::FieldError;
use model::query::{Filter, Selector};

use super::super::FilterDraft;
use super::typed::given;
use crate::address;

/// Conditions that must all hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Conditions {
    pub(crate) rows: Vec<FilterDraft>,
    /// A filter that conditions in a row cannot say; it is kept as it is.
    pub(crate) kept: Option<Filter>,
}

impl Conditions {
    pub(super) fn of(filter: Option<&Filter>) -> Self {
        let rows = address::chips(filter)
            .unwrap_or_default()
            .iter()
            .map(FilterDraft::of)
            .collect();
        let of_rows = Self { rows, kept: None };
        let mut errors = Vec::new();
        if of_rows.filter("", &mut errors).as_ref() == filter && errors.is_empty() {
            return of_rows;
        }
        Self {
            rows: Vec::new(),
            kept: filter.cloned(),
        }
    }

    /// The filter; problems are told of fields that begin with `prefix`.
    pub(super) fn filter(&self, prefix: &str, errors: &mut Vec<FieldError>) -> Option<Filter> {
        let mut comparisons = Vec::new();
        for (position, row) in self.rows.iter().enumerate() {
            match row.comparison() {
                Ok(comparison) => comparisons.push(comparison),
                Err(error) => {
                    let field = format!("{prefix}filters[{position}].{}", error.field);
                    errors.push(FieldError::new(field, error.code, error.message));
                }
            }
        }
        let of_rows = address::of_chips(comparisons);
        Filter::both(self.kept.as_ref(), of_rows.as_ref())
    }
}

/// The name of an event, and which of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SelectorDraft {
    pub(crate) event: String,
    pub(crate) conditions: Conditions,
}

impl SelectorDraft {
    pub(crate) fn named(event: &str) -> Self {
        Self {
            event: event.to_owned(),
            conditions: Conditions::default(),
        }
    }

    pub(super) fn of(event: Option<&str>, filter: Option<&Filter>) -> Self {
        Self {
            event: event.unwrap_or_default().to_owned(),
            conditions: Conditions::of(filter),
        }
    }

    pub(super) fn of_selector(selector: &Selector) -> Self {
        Self::of(selector.event.as_deref(), selector.filter.as_ref())
    }

    /// The name; none for any event.
    pub(super) fn name(&self) -> Option<String> {
        given(&self.event)
    }

    pub(super) fn selector(&self, prefix: &str, errors: &mut Vec<FieldError>) -> Selector {
        Selector {
            event: self.name(),
            filter: self.conditions.filter(prefix, errors),
        }
    }
}
