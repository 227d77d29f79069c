//! Keys: the organization's, and the person's own.

use leptos::prelude::*;
use model::account::ApiKey;
use model::ids::KeyId;
use model::scope::Scope;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// What a new key is for, as the form offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyChoice {
    /// The organization's, to send events with.
    Write,
    /// The organization's, to send and read with.
    Secret,
    /// The person's own, which acts as they may.
    Personal,
}

impl KeyChoice {
    /// Every choice there is.
    pub const ALL: [Self; 3] = [Self::Write, Self::Secret, Self::Personal];

    /// The word in the form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Secret => "secret",
            Self::Personal => "personal",
        }
    }
}

/// What the form for a new key says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedKey {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub kind: KeyChoice,
    /// What it is confined to; nothing ticked is everything that its kind allows.
    pub scopes: Vec<Scope>,
    /// The sites whose pages may send with a write key; none are all.
    pub origins: Vec<String>,
}

/// The entries of a field that has one in a line.
#[must_use]
pub fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

impl WantedKey {
    /// Reads the fields of the form; `None` where they name no kind or scope that there is.
    #[must_use]
    pub fn of_form(fields: &[(String, String)]) -> Option<Self> {
        let all = |name: &'static str| {
            let named = fields.iter().filter(move |(field, _)| field == name);
            named.map(|(_, value)| value.as_str())
        };
        let kind = all("kind").next()?;
        Some(Self {
            name: all("name").next().unwrap_or_default().to_owned(),
            kind: KeyChoice::ALL
                .into_iter()
                .find(|choice| choice.as_str() == kind)?,
            scopes: all("scope").map(Scope::parse).collect::<Option<_>>()?,
            origins: all("origins").flat_map(lines).collect(),
        })
    }
}

/// A key that was just made: the only time that it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// As it is listed.
    pub listed: ApiKey,
    /// The key itself.
    pub key: String,
}

/// The keys that the person may see: all that work in the organization, or their own.
#[server(prefix = "/api/fn", endpoint = "keys", input = Json, output = Json)]
pub async fn keys() -> Result<Vec<ApiKey>, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::keys::listed(&crate::server::engine()?, &caller).await?)
}

/// Makes a key.
#[server(prefix = "/api/fn", endpoint = "create_key", input = Json, output = Json)]
pub async fn create_key(wanted: WantedKey) -> Result<NewKey, AppError> {
    let caller = crate::server::caller()?;
    let (listed, key) = crate::server::keys::make(&crate::server::engine()?, &caller, wanted).await?;
    Ok(NewKey { listed, key })
}

/// Says which sites' pages may send with a write key.
#[server(prefix = "/api/fn", endpoint = "change_sites", input = Json, output = Json)]
pub async fn change_sites(id: KeyId, origins: Vec<String>) -> Result<ApiKey, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::keys::change_sites(&crate::server::engine()?, &caller, id, origins).await?)
}

/// Ends a key.
#[server(prefix = "/api/fn", endpoint = "revoke_key", input = Json, output = Json)]
pub async fn revoke_key(id: KeyId) -> Result<(), AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::keys::revoke(&crate::server::engine()?, &caller, id).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_form_is_read_as_a_browser_sends_it() {
        let sent = fields(&[
            ("name", "Nightly"),
            ("kind", "secret"),
            ("scope", "sql:read"),
            ("scope", "events:write"),
            ("origins", "https://a.example\r\n\r\n https://b.example "),
        ]);
        let wanted = WantedKey {
            name: "Nightly".to_owned(),
            kind: KeyChoice::Secret,
            scopes: vec![Scope::SqlRead, Scope::EventsWrite],
            origins: vec!["https://a.example".to_owned(), "https://b.example".to_owned()],
        };
        assert_eq!(WantedKey::of_form(&sent), Some(wanted));
    }

    #[test]
    fn an_unknown_scope_never_makes_a_key_for_everything() {
        for wrong in [
            &[("name", "x"), ("kind", "secret"), ("scope", "everything")][..],
            &[("name", "x"), ("kind", "root")][..],
            &[("name", "x")][..],
        ] {
            assert_eq!(WantedKey::of_form(&fields(wrong)), None, "{wrong:?}");
        }
    }
}
