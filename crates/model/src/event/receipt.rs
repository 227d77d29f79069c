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
    /// Why each refused event was refused.
    pub errors: Vec<ItemProblem>,
    /// Remarks on events that were accepted with a change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ItemProblem>,
    /// Of a dry run: what the first of the accepted events would become.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<serde_json::Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}
