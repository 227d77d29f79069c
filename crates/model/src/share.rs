//! Links that open a dashboard as a document for anyone who has them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{DashboardId, ShareId};

/// A share link as it is listed. The token is in none of its fields: it is shown once, inside [`NewShare::url`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Opaque id.
    pub id: ShareId,
    /// The dashboard that it opens.
    pub dashboard_id: DashboardId,
    /// Name that its maker gave, to tell links apart.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to work; never, when absent.
    pub expires_at: Option<Timestamp>,
}

/// The answer to a created share: the only place where the link is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewShare {
    /// Opaque id.
    pub id: ShareId,
    /// The whole link.
    pub url: String,
    /// When it stops to work.
    pub expires_at: Option<Timestamp>,
}

/// What a new share link should be like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// Name to tell links apart.
    #[serde(default)]
    pub name: Option<String>,
    /// When it should stop to work.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}
