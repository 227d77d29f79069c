//! Who is signed in.

use leptos::prelude::*;
use model::account::{Organization, User};
use model::role::{Action, Role};
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;
use crate::theme::Theme;

/// The signed-in person, the organization that the page is about, and how to reach this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The person.
    pub user: User,
    /// The organization.
    pub organization: Organization,
    /// What the person may do in it.
    pub role: Role,
    /// The colours that the person chose.
    pub theme: Theme,
    /// Where people reach this server.
    pub public_url: String,
}

impl Session {
    /// Whether the person may do `action`.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.role.may(action)
    }
}

/// Who is signed in; nobody is no error.
#[server(prefix = "/api/fn", endpoint = "current_session", input = Json, output = Json)]
pub async fn current_session() -> Result<Option<Session>, AppError> {
    use crate::server;
    let Some(caller) = server::caller_if_any() else {
        return Ok(None);
    };
    let me = server::engine()?.auth().me(&caller).await?;
    let current = me
        .organizations
        .into_iter()
        .find(|membership| membership.organization.id == caller.org());
    let Some(membership) = current else {
        return Ok(None);
    };
    Ok(Some(Session {
        user: me.user,
        organization: membership.organization,
        role: membership.role,
        theme: server::theme(),
        public_url: server::public_url()?,
    }))
}
