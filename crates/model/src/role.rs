//! What a member of an organization may do.

use serde::{Deserialize, Serialize};

/// A member's role; later variants may do everything that earlier ones may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at dashboards and asks questions.
    Viewer,
    /// Changes dashboards, sends events, shares.
    Editor,
    /// Manages members, keys and settings.
    Admin,
    /// Owns the organization.
    Owner,
}

impl Role {
    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads the word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Editor, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == word)
    }

    /// Whether this role may do `action`.
    #[must_use]
    pub fn may(self, action: Action) -> bool {
        self >= action.least_role()
    }
}

/// Something a member wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Look at dashboards and their answers, ask questions.
    Read,
    /// See the statements behind an answer.
    Explain,
    /// Ask in SQL.
    AskInSql,
    /// Take all events along.
    Export,
    /// Create, change and delete dashboards and widgets.
    EditDashboards,
    /// Send events.
    SendEvents,
    /// Create and revoke share links.
    Share,
    /// See who else belongs to the organization.
    ReadMembers,
    /// Create and revoke keys.
    ManageKeys,
    /// Invite and remove members, and change their roles.
    ManageMembers,
    /// Change the organization itself.
    ManageOrganization,
    /// Delete the organization with everything in it.
    DeleteOrganization,
}

impl Action {
    const fn least_role(self) -> Role {
        match self {
            Self::Read | Self::ReadMembers => Role::Viewer,
            Self::Explain
            | Self::AskInSql
            | Self::Export
            | Self::EditDashboards
            | Self::SendEvents
            | Self::Share => Role::Editor,
            Self::ManageKeys | Self::ManageMembers | Self::ManageOrganization => Role::Admin,
            Self::DeleteOrganization => Role::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_ordered() {
        assert!(Role::Owner.may(Action::ManageKeys));
        assert!(Role::Editor.may(Action::Share));
        assert!(!Role::Editor.may(Action::ManageKeys));
        assert!(!Role::Viewer.may(Action::EditDashboards));
        assert!(Role::Owner.may(Action::DeleteOrganization) && !Role::Admin.may(Action::DeleteOrganization));
        for action in [Action::Explain, Action::AskInSql] {
            assert!(Role::Editor.may(action) && !Role::Viewer.may(action));
        }
    }
}
