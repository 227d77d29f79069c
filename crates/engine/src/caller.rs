//! Who asks, and for which organization: the proof that every verb wants to see.

use model::account::KeyKind;
use model::ids::{DashboardId, KeyId, OrgId, SessionId, UserId};
use model::origins::Origins;
use model::role::{Action, Role};
use model::scope::Scopes;

use crate::error::Error;

/// Someone whose credential was checked. Only this crate makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    org: OrgId,
    who: Who,
    suspended: bool,
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
        /// What it is confined to.
        scopes: Scopes,
        /// The sites whose pages may send with it.
        origins: Origins,
    },
    /// A program with a member's own key.
    Personal {
        /// The key.
        key: KeyId,
        /// Whose key it is.
        user: UserId,
        /// The member's role at this moment.
        role: Role,
        /// What it is confined to.
        scopes: Scopes,
    },
    /// A signed-in user who belongs to no organization.
    Guest {
        /// The user.
        user: UserId,
        /// The session that the credential belongs to.
        session: SessionId,
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
        Self {
            org,
            who,
            suspended: false,
        }
    }

    /// The same caller, in an organization that may be suspended.
    pub(crate) const fn with_suspension(mut self, suspended: bool) -> Self {
        self.suspended = suspended;
        self
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
            Who::Member { user, .. } | Who::Personal { user, .. } | Who::Guest { user, .. } => Some(*user),
            Who::Key { .. } | Who::Link { .. } | Who::Site | Who::Operator => None,
        }
    }

    /// Whether somebody signed in who belongs to no organization.
    #[must_use]
    pub const fn is_guest(&self) -> bool {
        matches!(self.who, Who::Guest { .. })
    }

    /// The user and the session of somebody who signed in, for what no key may do.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for every other kind of caller.
    pub(crate) fn signed_in(&self) -> Result<(UserId, SessionId), Error> {
        match &self.who {
            Who::Member { user, session, .. } | Who::Guest { user, session } => Ok((*user, *session)),
            Who::Key { .. } | Who::Personal { .. } | Who::Link { .. } | Who::Site | Who::Operator => {
                Err(Error::Forbidden)
            }
        }
    }

    /// The role that the caller acts with, where there is one.
    pub(crate) fn role(&self) -> Option<Role> {
        match &self.who {
            Who::Member { role, .. } | Who::Personal { role, .. } => Some(*role),
            Who::Operator => Some(Role::Owner),
            Who::Key { .. } | Who::Guest { .. } | Who::Link { .. } | Who::Site => None,
        }
    }

    /// Whether the caller may do `action` in the organization.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.is_allowed(action) && !self.is_held_up(action)
    }

    /// In a suspended organization people may look at its members and delete it, and nothing else.
    fn is_held_up(&self, action: Action) -> bool {
        self.suspended
            && !matches!(self.who, Who::Operator)
            && !matches!(action, Action::ReadMembers | Action::DeleteOrganization)
    }

    fn is_allowed(&self, action: Action) -> bool {
        match &self.who {
            Who::Member { role, .. } => role.may(action),
            Who::Site
            | Who::Key {
                kind: KeyKind::Write, ..
            } => action == Action::SendEvents,
            Who::Key {
                kind: KeyKind::Secret,
                scopes,
                ..
            } => Role::Editor.may(action) && action != Action::ReadMembers && scopes.allow(action),
            Who::Personal { role, scopes, .. } => role.may(action) && scopes.allow(action),
            Who::Link { .. } | Who::Guest { .. } => false,
            Who::Operator => true,
        }
    }

    /// Whether a page of `origin`, the header of that name, may send with this credential. Who names no origin is no page.
    #[must_use]
    pub fn may_come_from(&self, origin: Option<&str>) -> bool {
        match &self.who {
            Who::Key { origins, .. } => origins.allow(origin),
            _ => true,
        }
    }

    /// Passes only a caller who may do `action`.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Suspended`] where only the organization's suspension is in the way.
    pub fn must(&self, action: Action) -> Result<(), Error> {
        if !self.is_allowed(action) {
            Err(Error::Forbidden)
        } else if self.is_held_up(action) {
            Err(Error::Suspended)
        } else {
            Ok(())
        }
    }
}
