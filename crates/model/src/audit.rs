//! What is remembered of a change.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Opaque id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: Uuid,
    /// Who made it: `user:…`, `key:…` or `operator`.
    pub actor: String,
    /// What was done, for example `dashboard.created`.
    pub action: String,
    /// To what, for example `dashboard:…`.
    pub target: String,
    /// What is worth knowing beside it; an object.
    pub detail: Value,
    /// When.
    pub at: Timestamp,
}
