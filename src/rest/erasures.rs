//! `/api/organizations/{id}/forget` and `…/erasures`: events that are erased for good.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use engine::Engine;
use engine::db::{Page, PageRequest};
use model::erasure::{Erasure, ForgetRequest};

use super::{id, parameters};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `POST /api/organizations/{id}/forget`: 202, because it is done a moment later.
pub(crate) async fn forget(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(request): body::Json<ForgetRequest>,
) -> Answered<(StatusCode, Json<Erasure>)> {
    let asked = engine.erasures().forget(&caller, id(&path)?, &request).await?;
    Ok((StatusCode::ACCEPTED, Json(asked)))
}

/// `GET /api/organizations/{id}/erasures`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    page: Result<Query<PageRequest>, QueryRejection>,
) -> Answered<Json<Page<Erasure>>> {
    let page = parameters(page)?;
    Ok(Json(engine.erasures().list(&caller, id(&path)?, &page).await?))
}

/// `GET /api/organizations/{id}/erasures/{erasure}`
pub(crate) async fn get(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((organization, erasure)): Path<(String, String)>,
) -> Answered<Json<Erasure>> {
    let found = engine
        .erasures()
        .get(&caller, id(&organization)?, id(&erasure)?)
        .await?;
    Ok(Json(found))
}
