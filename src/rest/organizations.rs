//! `/api/organizations` and their keys

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use engine::Engine;
use engine::db::{Page, PageRequest};
use model::account::{
    ApiKey, KeyKind, KeyPatch, KeyRequest, Membership, NewOrganization, Organization, OrganizationPatch,
    OrganizationSettings,
};
use model::audit::{Entry, EntryFilter};
use model::ids::KeyId;
use model::origins::Origins;
use model::scope::Scopes;
use model::usage::Usage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Created, InPages, Whole, id, parameters};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/organizations`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    InPages(page): InPages,
) -> Answered<Json<Whole<Membership>>> {
    let own = engine.organizations().list(&caller).await?;
    Ok(Json(Whole::part(own, page, |one| {
        one.organization.id.to_string()
    })?))
}

/// `POST /api/organizations`
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(new): body::Json<NewOrganization>,
) -> Answered<Created<Json<Organization>>> {
    let made = engine.organizations().create(&caller, new).await?;
    let address = format!("/api/organizations/{}", made.id);
    Ok(Created(address, Json(made)))
}

/// `DELETE /api/organizations/{id}`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<StatusCode> {
    engine.organizations().delete(&caller, id(&path)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The query parameters of the record of changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recorded {
    limit: Option<u32>,
    cursor: Option<String>,
    actor: Option<String>,
    action: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

/// `GET /api/organizations/{id}/audit`
pub(crate) async fn audit(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    asked: Result<Query<Recorded>, QueryRejection>,
) -> Answered<Json<Page<Entry>>> {
    let Recorded {
        limit,
        cursor,
        actor,
        action,
        from,
        to,
    } = parameters(asked)?;
    let filter = EntryFilter {
        actor,
        action,
        from,
        to,
    };
    let page = PageRequest { limit, cursor };
    let organizations = engine.organizations();
    Ok(Json(
        organizations.audit(&caller, id(&path)?, &filter, &page).await?,
    ))
}

/// `GET /api/organizations/{id}`
pub(crate) async fn get(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<OrganizationSettings>> {
    Ok(Json(engine.organizations().settings(&caller, id(&path)?).await?))
}

/// `GET /api/organizations/{id}/usage`
pub(crate) async fn usage(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<Usage>> {
    Ok(Json(engine.usages().of(&caller, id(&path)?).await?))
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

/// A new key: the only time that the key itself is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKey {
    id: KeyId,
    kind: KeyKind,
    name: String,
    scopes: Scopes,
    #[schema(value_type = Vec<String>)]
    origins: Origins,
    key: String,
}

impl NewKey {
    /// The key beside what is listed of it.
    pub(crate) fn new(made: ApiKey, key: String) -> Self {
        Self {
            id: made.id,
            kind: made.kind,
            name: made.name,
            scopes: made.scopes,
            origins: made.origins,
            key,
        }
    }
}

/// `POST /api/organizations/{id}/keys`
pub(crate) async fn create_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(request): body::Json<KeyRequest>,
) -> Answered<Created<Json<NewKey>>> {
    let (made, key) = engine
        .organizations()
        .create_key(&caller, id(&path)?, request)
        .await?;
    let address = format!("/api/organizations/{path}/keys/{}", made.id);
    Ok(Created(address, Json(NewKey::new(made, key))))
}

/// `GET /api/organizations/{id}/keys`
pub(crate) async fn keys(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<ApiKey>>> {
    let keys = engine.organizations().keys(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(keys, page, |key| key.id.to_string())?))
}

/// `PATCH /api/organizations/{id}/keys/{key}`
pub(crate) async fn update_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((organization, key)): Path<(String, String)>,
    body::Json(patch): body::Json<KeyPatch>,
) -> Answered<Json<ApiKey>> {
    let changed = engine
        .organizations()
        .update_key(&caller, id(&organization)?, id(&key)?, patch)
        .await?;
    Ok(Json(changed))
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
