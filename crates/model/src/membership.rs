//! Who belongs to an organization, and who is asked to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{InvitationId, UserId};
use crate::role::Role;

/// A person who belongs to an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// The person.
    pub user_id: UserId,
    /// Name shown to others.
    pub name: String,
    /// Address.
    pub email: String,
    /// What the person may do here.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// A member's new role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// The role.
    pub role: Role,
}

/// Who becomes the owner in the caller's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// A member of the organization.
    pub user_id: UserId,
}

/// A request to invite somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    /// The person's address: only an account with this address can accept.
    pub email: String,
    /// What the person will be allowed to do.
    pub role: Role,
}

/// An invitation that can still be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Opaque id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// What the person will be allowed to do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// An invitation that was just made: the only time that its link is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInvitation {
    /// Opaque id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// What the person will be allowed to do.
    pub role: Role,
    /// The link to send to the person.
    pub url: String,
    /// Whether it is on its way by mail.
    #[serde(default)]
    pub by_mail: bool,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// An invitation as whoever holds its link sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// The organization's name.
    pub organization: String,
    /// Who is invited.
    pub email: String,
    /// What the person will be allowed to do.
    pub role: Role,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}
