//! The forms of the page of segments.

use axum::extract::{Form, State};
use axum::response::Response;
use engine::Engine;
use model::ids::SegmentId;
use serde::Deserialize;

use super::settings::came_to;
use crate::identity::Asking;
use crate::problem::Answered;

const SEGMENTS: &str = "/segments";

/// A segment and its next name.
#[derive(Deserialize)]
pub(crate) struct Rename {
    segment: SegmentId,
    name: String,
}

/// `POST /segments/rename`
pub(crate) async fn rename(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Rename { segment, name }): Form<Rename>,
) -> Answered<Response> {
    let renamed = engine.segments().rename(&caller, segment, name).await;
    came_to(SEGMENTS, "renamed", renamed)
}

/// A segment.
#[derive(Deserialize)]
pub(crate) struct OneSegment {
    segment: SegmentId,
}

/// `POST /segments/delete`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneSegment { segment }): Form<OneSegment>,
) -> Answered<Response> {
    let deleted = engine.segments().delete(&caller, segment, None).await;
    came_to(SEGMENTS, "deleted", deleted)
}
