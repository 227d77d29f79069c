//! What an organization's events are called and what they carry: what pickers offer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A name that events have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventName {
    /// The name.
    pub name: String,
    /// Events of that name, exactly.
    pub count: u64,
    /// When the earliest of them happened.
    pub first_seen: Timestamp,
    /// When the latest of them happened.
    pub last_seen: Timestamp,
}

/// A property that events have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventProperty {
    /// Its path: `a.b` is inside of `a`.
    pub property: String,
    /// Which types of values it ever had, in any event.
    pub types: Vec<PropertyType>,
    /// Events that have it, among those that were looked at.
    pub count: u64,
    /// Whether only the newest events were looked at.
    pub sampled: bool,
}

/// A type of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum PropertyType {
    /// Text.
    Text,
    /// Numbers.
    Number,
    /// `true` and `false`.
    Boolean,
    /// Objects and lists.
    Object,
}

/// The most frequent values of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PropertyValues {
    /// The most frequent first.
    pub items: Vec<PropertyValue>,
    /// Whether only the newest events were looked at.
    pub sampled: bool,
}

/// A value of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PropertyValue {
    /// The value, written as a breakdown writes it.
    pub value: String,
    /// Events that have it, among those that were looked at.
    pub count: u64,
}
