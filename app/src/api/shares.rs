//! Share links of a dashboard, and of all.

use leptos::prelude::*;
use model::ids::{DashboardId, ShareId};
use model::share::{NewShare, Share, ShareRequest};
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// A link as the page of all links tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLine {
    /// The link.
    pub share: Share,
    /// Whether its time is over.
    pub has_ended: bool,
}

/// A page of the organization's links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// The newest first.
    pub lines: Vec<LinkLine>,
    /// Leads to the next page.
    pub next: Option<String>,
}

/// The links of all dashboards.
#[server(prefix = "/api/fn", endpoint = "list_links", input = Json, output = Json)]
pub async fn list_links(cursor: Option<String>) -> Result<Links, AppError> {
    let caller = crate::server::caller()?;
    crate::server::links(&crate::server::engine()?, &caller, cursor).await
}

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
