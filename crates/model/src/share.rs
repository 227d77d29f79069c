//! Links that open a dashboard as a document for anyone who has them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::display_name;
use crate::ids::{DashboardId, ShareId, UserId};
use crate::origins::site;
use crate::problem::FieldError;

/// Most sites that may frame one share.
pub const MAX_EMBED_ORIGINS: usize = 20;

/// What whoever has a link may do beside looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ViewerMay {
    /// Choose another range.
    Range,
    /// Look at one value of a property that the dashboard breaks down by.
    Filter,
    /// Take the figures along: as CSV, and the dashboard as one HTML file.
    Download,
}

/// A share link as it is listed. The token is in none of its fields: it is shown once, inside [`NewShare::url`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// Opaque id.
    pub id: ShareId,
    /// The dashboard that it opens.
    pub dashboard_id: DashboardId,
    /// What that dashboard is called.
    pub dashboard_name: String,
    /// Name that its maker gave, to tell links apart.
    pub name: Option<String>,
    /// Who made it; absent where a key did, or the account is gone.
    pub created_by: Option<UserId>,
    /// What that person is called.
    pub created_by_name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to work; never, when absent.
    pub expires_at: Option<Timestamp>,
    /// Whether it asks for a password.
    pub has_password: bool,
    /// What viewers may do beside looking.
    pub viewer_may: Vec<ViewerMay>,
    /// The sites that may show it in a frame.
    pub embed_origins: Vec<String>,
    /// When the key was made that frames of it are signed with; there is none, when absent.
    #[serde(default)]
    pub embed_key_at: Option<Timestamp>,
    /// When somebody last looked at it, to the hour; nobody did, when absent.
    #[serde(default)]
    pub last_opened_at: Option<Timestamp>,
}

/// A key that frames of a share are signed with: the only place where it is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedKey {
    /// The share, as the token names it.
    pub share: ShareId,
    /// The key itself, for HS256.
    pub key: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for EmbedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbedKey")
            .field("share", &self.share)
            .finish_non_exhaustive()
    }
}

/// The answer to a created share: the only place where the link is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewShare {
    /// Opaque id.
    pub id: ShareId,
    /// The whole link.
    pub url: String,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
}

/// What a new share link should be like.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// Name to tell links apart.
    #[serde(default)]
    pub name: Option<String>,
    /// What viewers have to know beside the link; 8 to 128 characters.
    #[serde(default)]
    pub password: Option<String>,
    /// When it should stop to work.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// What viewers may do beside looking.
    #[serde(default)]
    pub viewer_may: Vec<ViewerMay>,
    /// Sites that may show it in a frame, for example `https://intranet.example.org`.
    #[serde(default)]
    pub embed_origins: Vec<String>,
}

impl std::fmt::Debug for ShareRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShareRequest")
            .field("name", &self.name)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl ShareRequest {
    /// Checks and tidies what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            match display_name("name", name) {
                Ok(name) => self.name = Some(name),
                Err(error) => errors.push(error),
            }
        }
        self.viewer_may.sort_unstable();
        self.viewer_may.dedup();
        if self.embed_origins.len() > MAX_EMBED_ORIGINS {
            let message = format!("Name at most {MAX_EMBED_ORIGINS} sites.");
            errors.push(FieldError::new("embed_origins", "too_many", message));
        }
        for (position, origin) in self.embed_origins.iter_mut().enumerate() {
            match site(origin) {
                Some(tidy) => *origin = tidy,
                None => errors.push(FieldError::new(
                    format!("embed_origins[{position}]"),
                    "invalid",
                    "Write a site as https://www.example.org, without a path.",
                )),
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_requests_name_their_fields() {
        let request: ShareRequest = serde_json::from_str(
            r#"{"name":" ","viewer_may":["filter","range","range"],"embed_origins":["https://a.org","nonsense"]}"#,
        )
        .expect("it is read");
        let errors = request.check().expect_err("it is wrong");
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "embed_origins[1]"]);
    }
}
