//! What a sender of events hears back.

use serde::{Deserialize, Serialize};

use crate::problem::ItemProblem;

/// The report on one request of events; what it counts as accepted is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// Events that are kept.
    pub accepted: usize,
    /// Events whose id was seen before and that were not kept again.
    pub duplicates: usize,
    /// Events that were refused; `errors` says why.
    pub rejected: usize,
    /// Events that the organization does not want, such as those of bots: neither kept nor worth sending again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: usize,
    /// `quota` where the plan's events are used up: nothing of the request was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_because: Option<String>,
    /// Why each refused event was refused.
    pub errors: Vec<ItemProblem>,
    /// Remarks on events that were accepted with a change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ItemProblem>,
    /// Of a dry run: what the first of the accepted events would become.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<serde_json::Value>,
}

impl Receipt {
    /// Of a request that was dropped because the plan's events are used up.
    #[must_use]
    pub fn over_quota(events: usize) -> Self {
        Self {
            dropped: events,
            dropped_because: Some("quota".to_owned()),
            ..Self::default()
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}
