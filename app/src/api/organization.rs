//! The organization itself.

use leptos::prelude::*;
use model::account::{Organization, WeekStart};

use super::Json;
use crate::error::AppError;

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
