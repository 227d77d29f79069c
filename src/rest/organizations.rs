//! `/api/organizations` and their keys

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Engine;
use engine::organizations::OrganizationPatch;
use model::account::{ApiKey, KeyKind, Membership, OrganizationSettings};
use model::ids::KeyId;
use serde::{Deserialize, Serialize};

use super::{Whole, id};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/organizations`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
) -> Answered<Json<Whole<Membership>>> {
    Ok(Json(Whole::new(engine.organizations().list(&caller).await?)))
}

/// `GET /api/organizations/{id}`
pub(crate) async fn get(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<OrganizationSettings>> {
    Ok(Json(engine.organizations().settings(&caller, id(&path)?).await?))
}

/// `PATCH /api/organizations/{id}`
pub(crate) async fn update(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(changes): body::Json<OrganizationPatch>,
) -> Answered<Json<OrganizationSettings>> {
    Ok(Json(
        engine
            .organizations()
            .update(&caller, id(&path)?, changes)
            .await?,
    ))
}

/// The body of a new key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRequest {
    name: String,
    kind: KeyKind,
}

/// A new key: the only time that the key itself is told.
#[derive(Serialize)]
pub(crate) struct NewKey {
    id: KeyId,
    kind: KeyKind,
    name: String,
    key: String,
}

/// `POST /api/organizations/{id}/keys`
pub(crate) async fn create_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(KeyRequest { name, kind }): body::Json<KeyRequest>,
) -> Answered<(StatusCode, Json<NewKey>)> {
    let (made, key) = engine
        .organizations()
        .create_key(&caller, id(&path)?, &name, kind)
        .await?;
    Ok((
        StatusCode::CREATED,
        Json(NewKey {
            id: made.id,
            kind: made.kind,
            name: made.name,
            key,
        }),
    ))
}

/// `GET /api/organizations/{id}/keys`
pub(crate) async fn keys(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<Whole<ApiKey>>> {
    Ok(Json(Whole::new(
        engine.organizations().keys(&caller, id(&path)?).await?,
    )))
}

/// `DELETE /api/organizations/{id}/keys/{key}`
pub(crate) async fn revoke_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((organization, key)): Path<(String, String)>,
) -> Answered<StatusCode> {
    engine
        .organizations()
        .revoke_key(&caller, id(&organization)?, id(&key)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
