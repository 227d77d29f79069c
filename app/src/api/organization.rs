//! The organization and its keys.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use model::account::KeyRequest;
use model::account::{ApiKey, KeyKind, Organization, WeekStart};
use model::ids::KeyId;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// A key that was just made: the only time that it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// As it is listed.
    pub listed: ApiKey,
    /// The key itself.
    pub key: String,
}

/// Changes the organization's name, time zone and first day of the week.
#[server(prefix = "/api/fn", endpoint = "update_organization", input = Json, output = Json)]
pub async fn update_organization(
    name: String,
    timezone: String,
    week_start: WeekStart,
) -> Result<Organization, AppError> {
    let caller = crate::server::caller()?;
    let patch = crate::server::organization_patch(name, timezone, week_start);
    Ok(crate::server::engine()?
        .organizations()
        .update(&caller, caller.org(), patch)
        .await?
        .organization)
}

/// The organization's keys.
#[server(prefix = "/api/fn", endpoint = "keys", input = Json, output = Json)]
pub async fn keys() -> Result<Vec<ApiKey>, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .organizations()
        .keys(&caller, caller.org())
        .await?)
}

/// Makes a key.
#[server(prefix = "/api/fn", endpoint = "create_key", input = Json, output = Json)]
pub async fn create_key(name: String, kind: KeyKind) -> Result<NewKey, AppError> {
    let caller = crate::server::caller()?;
    let engine = crate::server::engine()?;
    let (listed, key) = engine
        .organizations()
        .create_key(&caller, caller.org(), KeyRequest::new(name, kind))
        .await?;
    Ok(NewKey { listed, key })
}

/// Ends a key.
#[server(prefix = "/api/fn", endpoint = "revoke_key", input = Json, output = Json)]
pub async fn revoke_key(id: KeyId) -> Result<(), AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .organizations()
        .revoke_key(&caller, caller.org(), id)
        .await?)
}
