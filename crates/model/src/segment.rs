//! Saved segments: filters with a name, that questions call by their id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::SegmentId;
use crate::problem::FieldError;
use crate::query::Filter;

/// Most segments of an organization.
pub const MAX_SEGMENTS: usize = 500;

/// A filter with a name; where it changes, the answers that use it change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// Opaque id: what `{"segment": …}` in a filter names.
    pub id: SegmentId,
    /// Its name; the organization has no other segment of this name.
    pub name: String,
    /// A line below the name.
    pub description: String,
    /// Which events belong to it.
    pub filter: Filter,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes; the `ETag` is made of it.
    #[serde(skip_serializing, default)]
    pub version: i64,
}

/// What a caller says of a segment to create or replace it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// 1 to 200 characters.
    pub name: String,
    /// At most 2,000 characters.
    #[serde(default)]
    pub description: String,
    /// Comparisons and cohorts; no other segment.
    pub filter: Filter,
}

impl SegmentSpec {
    /// Checks and tidies what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        match crate::account::display_name("name", &self.name) {
            Ok(name) => self.name = name,
            Err(error) => errors.push(error),
        }
        if self.description.chars().count() > 2_000 {
            let message = "Use at most 2,000 characters.";
            errors.push(FieldError::new("description", "too_long", message));
        }
        let is_segment = |leaf: &&Filter| matches!(leaf, Filter::Segment(_));
        if self.filter.leaves().iter().any(is_segment) {
            let message = "A segment cannot hold another segment. Copy its filter instead.";
            errors.push(FieldError::new("filter", "nested_segment", message));
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}
