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

/// Which changes are wanted; what is absent lets all pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFilter {
    /// Who made it, as in [`Entry::actor`]; `key` stands for all keys.
    pub actor: Option<String>,
    /// What was done, as in [`Entry::action`]; `dashboard` stands for all that is done to dashboards.
    pub action: Option<String>,
    /// The first day, `YYYY-MM-DD` in the organization's time zone.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
}
