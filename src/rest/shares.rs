//! `/api/dashboards/{id}/shares`, `/api/shares` and `/api/shares/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Engine;
use engine::db::Page;
use model::share::{EmbedKey, NewShare, Share, ShareRequest};

use super::{Created, InPages, Whole, id};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `POST /api/dashboards/{id}/shares`
pub(crate) async fn create(
    State(engine): State<Engine>,
    State(site): State<app::server::Site>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(request): body::Json<ShareRequest>,
) -> Answered<Created<Json<NewShare>>> {
    let share = engine
        .sharing()
        .create(&caller, id(&path)?, request, &site.public_url)
        .await?;
    let address = format!("/api/shares/{}", share.id);
    Ok(Created(address, Json(share)))
}

/// `GET /api/dashboards/{id}/shares`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<Share>>> {
    let shares = engine.sharing().list(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(shares, page, |share| share.id.to_string())?))
}

/// `GET /api/shares`
pub(crate) async fn list_all(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    InPages(page): InPages,
) -> Answered<Json<Page<Share>>> {
    Ok(Json(engine.sharing().list_all(&caller, &page).await?))
}

/// `POST /api/shares/{id}/rotate`: a new address; the old one opens nothing any more.
pub(crate) async fn rotate(
    State(engine): State<Engine>,
    State(site): State<app::server::Site>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<NewShare>> {
    let share = engine
        .sharing()
        .rotate(&caller, id(&path)?, &site.public_url)
        .await?;
    Ok(Json(share))
}

/// `POST /api/shares/{id}/embed-key`: another key to sign frames with; the one before signs nothing any more.
pub(crate) async fn make_embed_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Created<Json<EmbedKey>>> {
    let key = engine.sharing().make_embed_key(&caller, id(&path)?).await?;
    let address = format!("/api/shares/{path}/embed-key");
    Ok(Created(address, Json(key)))
}

/// `DELETE /api/shares/{id}/embed-key`
pub(crate) async fn end_embed_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<StatusCode> {
    engine.sharing().end_embed_key(&caller, id(&path)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/shares/{id}`
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<StatusCode> {
    engine.sharing().revoke(&caller, id(&path)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
