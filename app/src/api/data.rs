//! What the organization does with its events: what comes in, how long it stays, and what is erased.

use leptos::prelude::*;
use model::account::OrganizationSettings;
use model::erasure::Erasure;
use model::usage::Usage;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// The data page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPage {
    /// The organization with its rules.
    pub settings: OrganizationSettings,
    /// What it used of its plan.
    pub usage: Usage,
    /// What is erased and what was, the newest first; empty for those who may not see it.
    pub erasures: Vec<Erasure>,
}

/// Everything that the data page shows.
#[server(prefix = "/api/fn", endpoint = "show_data", input = Json, output = Json)]
pub async fn show_data() -> Result<DataPage, AppError> {
    let caller = crate::server::caller()?;
    crate::server::data_page(&crate::server::engine()?, &caller).await
}
