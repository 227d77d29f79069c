//! Identifiers: opaque to callers, UUIDs inside, and never mixed up with one another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that a store or the id generator gave.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID inside, for binding to a statement.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// A person with an account.
    UserId,
    /// An organization: the tenant that owns events, dashboards and keys.
    OrgId,
    /// A browser or API session of a user.
    SessionId,
    /// A write key or a secret key of an organization.
    KeyId,
    /// An invitation into an organization.
    InvitationId,
    /// A dashboard.
    DashboardId,
    /// A widget on a dashboard.
    WidgetId,
    /// A share link of a dashboard.
    ShareId,
    /// A saved segment of users and events.
    SegmentId,
    /// Something that happened, as it was noted down.
    AnnotationId,
    /// Events that are to be erased, or were.
    ErasureId,
    /// A letter that is due.
    LetterId,
    /// A connected data source.
    SourceId,
}
