//! Saved segments: filters with a name.

use leptos::prelude::*;
use model::Timestamp;
use model::ids::SegmentId;
use model::query::Filter;
use model::segment::SegmentSpec;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// What a segment is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentName {
    /// Its id.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
}

/// A segment as the page of segments lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentLine {
    /// Its id.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// Which events belong to it.
    pub filter: Filter,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The names of all segments, by name.
#[server(prefix = "/api/fn", endpoint = "segment_names", input = Json, output = Json)]
pub async fn segment_names() -> Result<Vec<SegmentName>, AppError> {
    let lines = list_segments().await?;
    let name = |line: SegmentLine| SegmentName {
        id: line.id,
        name: line.name,
    };
    Ok(lines.into_iter().map(name).collect())
}

/// All segments, by name.
#[server(prefix = "/api/fn", endpoint = "list_segments", input = Json, output = Json)]
pub async fn list_segments() -> Result<Vec<SegmentLine>, AppError> {
    let caller = crate::server::caller()?;
    let segments = crate::server::engine()?.segments().all(&caller).await?;
    let line = |segment: model::segment::Segment| SegmentLine {
        id: segment.id,
        name: segment.name,
        filter: segment.filter,
        updated_at: segment.updated_at,
    };
    Ok(segments.into_iter().map(line).collect())
}

/// Keeps a filter under a name.
#[server(prefix = "/api/fn", endpoint = "create_segment", input = Json, output = Json)]
pub async fn create_segment(spec: SegmentSpec) -> Result<SegmentName, AppError> {
    let caller = crate::server::caller()?;
    let made = crate::server::engine()?.segments().create(&caller, spec).await?;
    Ok(SegmentName {
        id: made.id,
        name: made.name,
    })
}
