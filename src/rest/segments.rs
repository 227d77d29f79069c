//! `/api/segments`

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use engine::Engine;
use engine::db::{Page, PageRequest};
use model::segment::{Segment, SegmentSpec};

use super::etag::{if_match, tagged};
use super::{Created, id, parameters};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/segments`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    page: Result<Query<PageRequest>, QueryRejection>,
) -> Answered<Json<Page<Segment>>> {
    Ok(Json(engine.segments().list(&caller, &parameters(page)?).await?))
}

/// `POST /api/segments`
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(spec): body::Json<SegmentSpec>,
) -> Answered<Created<Response>> {
    let segment = engine.segments().create(&caller, spec).await?;
    let address = format!("/api/segments/{}", segment.id);
    Ok(Created(address, tagged(segment.version, Json(segment))))
}

/// `GET /api/segments/{id}`
pub(crate) async fn get(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let segment = engine.segments().get(&caller, id(&path)?).await?;
    Ok(tagged(segment.version, Json(segment)))
}

/// `PUT /api/segments/{id}`
pub(crate) async fn replace(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
    body::Json(spec): body::Json<SegmentSpec>,
) -> Answered<Response> {
    let segment = engine
        .segments()
        .replace(&caller, id(&path)?, spec, if_match(&headers)?)
        .await?;
    Ok(tagged(segment.version, Json(segment)))
}

/// `DELETE /api/segments/{id}`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Answered<StatusCode> {
    engine
        .segments()
        .delete(&caller, id(&path)?, if_match(&headers)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
