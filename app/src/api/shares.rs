//! Share links of a dashboard.

use leptos::prelude::*;
use model::ids::{DashboardId, ShareId};
use model::share::{NewShare, Share, ShareRequest};

use super::Json;
use crate::error::AppError;

/// The links of a dashboard.
#[server(prefix = "/api/fn", endpoint = "shares", input = Json, output = Json)]
pub async fn shares(dashboard: DashboardId) -> Result<Vec<Share>, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .sharing()
        .list(&caller, dashboard)
        .await?)
}

/// Makes a link; the only answer that tells it.
#[server(prefix = "/api/fn", endpoint = "create_share", input = Json, output = Json)]
pub async fn create_share(dashboard: DashboardId, request: ShareRequest) -> Result<NewShare, AppError> {
    let caller = crate::server::caller()?;
    let public_url = crate::server::public_url()?;
    Ok(crate::server::engine()?
        .sharing()
        .create(&caller, dashboard, request, &public_url)
        .await?)
}

/// Ends a link.
#[server(prefix = "/api/fn", endpoint = "revoke_share", input = Json, output = Json)]
pub async fn revoke_share(id: ShareId) -> Result<(), AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?.sharing().revoke(&caller, id).await?)
}

/// Gives a link a new address; the old one opens nothing any more.
#[server(prefix = "/api/fn", endpoint = "rotate_share", input = Json, output = Json)]
pub async fn rotate_share(id: ShareId) -> Result<NewShare, AppError> {
    let caller = crate::server::caller()?;
    let public_url = crate::server::public_url()?;
    Ok(crate::server::engine()?
        .sharing()
        .rotate(&caller, id, &public_url)
        .await?)
}
