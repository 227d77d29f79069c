//! `/api/analytics/users` and `/api/analytics/groups`: what was said of them.

use axum::Json;
use axum::extract::{Path, State};
use engine::Engine;
use model::profile::Profile;

use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/analytics/users/{id}`, by any id that the user ever had.
pub(crate) async fn user(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Answered<Json<Profile>> {
    Ok(Json(engine.profiles().user(&caller, &id).await?))
}

/// `GET /api/analytics/groups/{type}/{id}`
pub(crate) async fn group(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((group_type, id)): Path<(String, String)>,
) -> Answered<Json<Profile>> {
    Ok(Json(engine.profiles().group(&caller, &group_type, &id).await?))
}
