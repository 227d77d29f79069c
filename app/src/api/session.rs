//! Who is signed in.

use leptos::prelude::*;
use model::account::{Organization, User};
use model::ids::OrgId;
use model::role::{Action, Role};
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;
use crate::theme::Theme;

/// Another organization of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Opaque id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
}

/// The signed-in person, the organization that the page is about, and how to reach this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The person.
    pub user: User,
    /// The organization.
    pub organization: Organization,
    /// What the person may do in it.
    pub role: Role,
    /// The person's other organizations.
    pub others: Vec<Other>,
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
    let (current, others): (Vec<_>, Vec<_>) = me
        .organizations
        .into_iter()
        .partition(|membership| membership.organization.id == caller.org());
    let Some(membership) = current.into_iter().next() else {
        return Ok(None);
    };
    let others = others
        .into_iter()
        .map(|membership| Other {
            id: membership.organization.id,
            name: membership.organization.name,
        })
        .collect();
    Ok(Some(Session {
        user: me.user,
        organization: membership.organization,
        role: membership.role,
        others,
        theme: server::theme(),
        public_url: server::public_url()?,
    }))
}
