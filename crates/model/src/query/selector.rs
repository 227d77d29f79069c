use serde::{Deserialize, Serialize};

use super::Filter;

/// Which events are meant: those of one name, or any, that a filter lets through.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Which of them, beside the question's own filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

impl Selector {
    /// The name that people read.
    #[must_use]
    pub fn words(&self) -> &str {
        self.event
            .as_deref()
            .unwrap_or_else(|| crate::language::t("any event"))
    }
}
