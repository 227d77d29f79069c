//! What a key is confined to, beyond its kind.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::role::Action;

/// One thing that a key may be confined to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// Send events.
    #[serde(rename = "events:write")]
    EventsWrite,
    /// Look at dashboards, ask questions, see the statements behind an answer and export events.
    #[serde(rename = "analytics:read")]
    AnalyticsRead,
    /// Ask in SQL.
    #[serde(rename = "sql:read")]
    SqlRead,
    /// Create, change and delete dashboards, widgets and segments.
    #[serde(rename = "dashboards:write")]
    DashboardsWrite,
    /// Create and revoke share links.
    #[serde(rename = "shares:write")]
    SharesWrite,
    /// Manage the organization: its settings, members and keys. Only a personal key can hold it.
    #[serde(rename = "organization:write")]
    OrganizationWrite,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 6] = [
        Self::EventsWrite,
        Self::AnalyticsRead,
        Self::SqlRead,
        Self::DashboardsWrite,
        Self::SharesWrite,
        Self::OrganizationWrite,
    ];

    /// The words in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EventsWrite => "events:write",
            Self::AnalyticsRead => "analytics:read",
            Self::SqlRead => "sql:read",
            Self::DashboardsWrite => "dashboards:write",
            Self::SharesWrite => "shares:write",
            Self::OrganizationWrite => "organization:write",
        }
    }

    /// Reads the words; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    /// The scope that `action` needs.
    #[must_use]
    pub const fn of(action: Action) -> Self {
        match action {
            Action::Read | Action::Explain | Action::Export => Self::AnalyticsRead,
            Action::AskInSql => Self::SqlRead,
            Action::EditDashboards => Self::DashboardsWrite,
            Action::SendEvents => Self::EventsWrite,
            Action::Share => Self::SharesWrite,
            Action::ReadMembers
            | Action::ManageKeys
            | Action::ManageMembers
            | Action::ManageOrganization
            | Action::DeleteOrganization => Self::OrganizationWrite,
        }
    }
}

/// The scopes of a key: a list, or everything that its kind allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Option<Arc<[Scope]>>);

impl Scopes {
    /// Everything that the key's kind allows.
    pub const ALL: Self = Self(None);

    /// These and no others.
    #[must_use]
    pub fn only(scopes: &[Scope]) -> Self {
        Self(Some(scopes.into()))
    }

    /// Reads the words that [`Scopes::to_text`] wrote; unknown ones allow nothing.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        Self(text.map(|text| text.split_ascii_whitespace().filter_map(Scope::parse).collect()))
    }

    /// The words with spaces between; `None` for everything.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        let scopes = self.0.as_ref()?;
        let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        Some(words.join(" "))
    }

    /// The list, where there is one.
    #[must_use]
    pub fn list(&self) -> Option<&[Scope]> {
        self.0.as_deref()
    }

    /// Whether `action` is among them.
    #[must_use]
    pub fn allow(&self, action: Action) -> bool {
        self.list()
            .is_none_or(|scopes| scopes.contains(&Scope::of(action)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_survive_the_database_and_the_wire() {
        let scopes = Scopes::only(&[Scope::EventsWrite, Scope::SqlRead]);
        assert_eq!(scopes.to_text().as_deref(), Some("events:write sql:read"));
        assert_eq!(Scopes::parse(scopes.to_text().as_deref()), scopes);
        assert_eq!(Scopes::parse(None), Scopes::ALL);
        for scope in Scope::ALL {
            let wire = serde_json::to_value(scope).expect("a word");
            assert_eq!(wire, scope.as_str());
        }
    }

    #[test]
    fn a_list_allows_what_it_names_and_nothing_else() {
        let scopes = Scopes::only(&[Scope::AnalyticsRead]);
        assert!(scopes.allow(Action::Read) && scopes.allow(Action::Explain));
        assert!(!scopes.allow(Action::SendEvents) && !scopes.allow(Action::ManageKeys));
        assert!(!Scopes::only(&[]).allow(Action::Read));
        assert!(Scopes::ALL.allow(Action::DeleteOrganization));
    }
}
