//! Who asks, and for which organization: the proof that every verb wants to see.

use model::account::KeyKind;
use model::ids::{DashboardId, KeyId, OrgId, SessionId, UserId};
use model::role::{Action, Role};

use crate::error::Error;

/// Someone whose credential was checked. Only this crate makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    org: OrgId,
    who: Who,
}

/// The kind of credential that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A signed-in member.
    Member {
        /// The user.
        user: UserId,
        /// The session that the credential belongs to.
        session: SessionId,
        /// The user's role in the organization.
        role: Role,
    },
    /// A program with a key.
    Key {
        /// The key.
        key: KeyId,
        /// What it is for.
        kind: KeyKind,
    },
    /// Anyone with a share link.
    Link {
        /// The only dashboard that it opens.
        dashboard: DashboardId,
    },
    /// Anyone who names a site or the organization itself: public, and good for sending events only.
    Site,
    /// The program's own command line, on the machine that holds the data.
    Operator,
}

impl Caller {
    pub(crate) const fn new(org: OrgId, who: Who) -> Self {
        Self { org, who }
    }

    /// The command line of this machine acting for `org`.
    #[must_use]
    pub const fn operator(org: OrgId) -> Self {
        Self::new(org, Who::Operator)
    }

    /// The organization that every statement is confined to.
    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.org
    }

    /// The kind of credential.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The user, where there is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match &self.who {
            Who::Member { user, .. } => Some(*user),
            Who::Key { .. } | Who::Link { .. } | Who::Site | Who::Operator => None,
        }
    }

    /// Whether the caller may do `action` in the organization.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        match &self.who {
            Who::Member { role, .. } => role.may(action),
            Who::Site
            | Who::Key {
                kind: KeyKind::Write, ..
            } => action == Action::SendEvents,
            Who::Key {
                kind: KeyKind::Secret,
                ..
            } => Role::Editor.may(action),
            Who::Link { .. } => false,
            Who::Operator => true,
        }
    }

    /// Passes only a caller who may do `action`.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn must(&self, action: Action) -> Result<(), Error> {
        if self.may(action) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }
}
