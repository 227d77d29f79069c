//! By which property, as it was typed.

use model::problem::FieldError;
use model::query::{Breakdown, MAX_BREAKDOWN};

use super::typed::{property, whole};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BreakdownDraft {
    pub(crate) property: String,
    pub(crate) limit: String,
}

impl Default for BreakdownDraft {
    fn default() -> Self {
        Self {
            property: String::new(),
            limit: "10".to_owned(),
        }
    }
}

impl BreakdownDraft {
    pub(super) fn of(breakdown: Option<&Breakdown>) -> Self {
        breakdown.map_or_else(Self::default, |breakdown| Self {
            property: breakdown.property.to_string(),
            limit: breakdown.limit.to_string(),
        })
    }

    pub(super) fn breakdown(&self, errors: &mut Vec<FieldError>) -> Option<Breakdown> {
        if self.property.trim().is_empty() {
            return None;
        }
        let property = property(&self.property, "breakdown.property", errors);
        let limit = whole(&self.limit, "breakdown.limit", &(1..=MAX_BREAKDOWN), errors);
        Some(Breakdown {
            property: property?,
            limit: limit?,
        })
    }
}
