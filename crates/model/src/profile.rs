//! What is known of a user or a group beside their events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id, or the group's.
    pub id: String,
    /// Of a group, what kind of group it is, for example `company`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_type: Option<String>,
    /// Other ids of the same user: of devices before they said who they are, and aliases.
    pub other_ids: Vec<String>,
    /// What `$set` and `$set_once` left.
    pub properties: Map<String, Value>,
    /// When the profile was first heard of.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
