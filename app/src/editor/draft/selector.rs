//! Events of one name, or only some of them, as they were typed.

use model::problem::FieldError;
use model::query::{Filter, Selector};

use super::super::FilterDraft;
use super::people::PeopleDraft;
use super::typed::given;

/// Conditions that must all hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Conditions {
    pub(crate) rows: Vec<FilterDraft>,
    /// Who did the events; of a whole question alone.
    pub(crate) people: Vec<PeopleDraft>,
    /// A filter that conditions in a row cannot say; it is kept as it is.
    pub(crate) kept: Option<Filter>,
}

impl Conditions {
    /// Those of one event.
    pub(super) fn of(filter: Option<&Filter>) -> Self {
        let of_whole = Self::of_whole(filter);
        if of_whole.people.is_empty() {
            return of_whole;
        }
        Self::keeping(filter)
    }

    /// Those of a whole question.
    pub(super) fn of_whole(filter: Option<&Filter>) -> Self {
        let of_rows = Self::in_rows(filter);
        let mut errors = Vec::new();
        let is_the_same = |rows: &Self| rows.filter("", &mut errors).as_ref() == filter && errors.is_empty();
        of_rows
            .filter(is_the_same)
            .unwrap_or_else(|| Self::keeping(filter))
    }

    fn keeping(filter: Option<&Filter>) -> Self {
        Self {
            kept: filter.cloned(),
            ..Self::default()
        }
    }

    fn in_rows(filter: Option<&Filter>) -> Option<Self> {
        let parts = match filter {
            None => &[],
            Some(Filter::And(parts)) => parts.as_slice(),
            Some(other) => std::slice::from_ref(other),
        };
        let mut conditions = Self::default();
        for part in parts {
            match part {
                Filter::Compare(comparison) => conditions.rows.push(FilterDraft::of(comparison)),
                other => conditions.people.push(PeopleDraft::of(other)?),
            }
        }
        Some(conditions)
    }

    /// The filter; problems are told of fields that begin with `prefix`.
    pub(super) fn filter(&self, prefix: &str, errors: &mut Vec<FieldError>) -> Option<Filter> {
        let mut parts = Vec::new();
        let mut take = |list: &str, position: usize, part: Result<Filter, FieldError>| match part {
            Ok(part) => parts.push(part),
            Err(error) => {
                let field = format!("{prefix}{list}[{position}].{}", error.field);
                errors.push(FieldError::new(field, error.code, error.message));
            }
        };
        for (position, row) in self.rows.iter().enumerate() {
            take("filters", position, row.comparison().map(Filter::Compare));
        }
        for (position, row) in self.people.iter().enumerate() {
            take("people", position, row.filter());
        }
        let of_rows = match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Filter::And(parts)),
        };
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
