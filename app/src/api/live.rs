//! The last half hour.

use leptos::prelude::*;
use model::answer::Answer;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// What happened in the last 30 minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Now {
    /// Different users, minute by minute.
    pub visitors: Answer,
    /// The pages that were looked at most.
    pub pages: Answer,
    /// The events that happened most.
    pub events: Answer,
}

/// The last 30 minutes of the organization.
#[server(prefix = "/api/fn", endpoint = "live_now", input = Json, output = Json)]
pub async fn live_now() -> Result<Now, AppError> {
    let caller = crate::server::caller()?;
    crate::server::last_half_hour(&crate::server::engine()?, &caller).await
}
