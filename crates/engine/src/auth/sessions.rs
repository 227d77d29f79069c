//! Sessions: of a browser, by a token in a cookie, and of a program, by the tokens in `tokens`.

use model::Timestamp;
use model::ids::{OrgId, SessionId, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Auth, later, signed_out};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, sql, to_db};
use crate::error::Error;
use crate::random::digest;

/// A session that a browser was given.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// What goes into the cookie, and nowhere else.
    pub token: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for BrowserSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrowserSession")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A session that is about to be written down.
pub(super) struct NewSession<'a> {
    pub(super) user: UserId,
    pub(super) kind: &'static str,
    pub(super) token: Option<&'a str>,
    pub(super) expires_at: Timestamp,
}

impl Auth {
    /// Opens a session for a browser of `user`, who proved to be that user just now.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the user may not sign in any more.
    pub async fn open_browser_session(&self, user: UserId) -> Result<BrowserSession, Error> {
        let token = self.random.token();
        let expires_at = later(self.clock.now(), self.settings.browser_absolute);
        let mut tx = self.db.begin().await?;
        let new = NewSession {
            user,
            kind: "browser",
            token: Some(&token),
            expires_at,
        };
        self.open_session(&mut tx, new).await?;
        tx.commit().await?;
        Ok(BrowserSession { token, expires_at })
    }

    /// Ends the caller's session; its cookie and its tokens are refused from now on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller without a session.
    pub async fn log_out(&self, caller: &Caller) -> Result<(), Error> {
        let (user, session) = caller.signed_in()?;
        let mut tx = self.db.begin().await?;
        if self.end_session(&mut tx, session).await? {
            let (target, detail) = (format!("session:{session}"), json!({}));
            self.note(&mut tx, user, "session.ended", target, detail).await?;
        }
        tx.commit().await
    }

    pub(super) async fn open_session(&self, tx: &mut Tx, new: NewSession<'_>) -> Result<SessionId, Error> {
        let now = self.clock.now();
        self.must_be_enabled(tx, new.user).await?;
        let id = SessionId::new(self.random.id(now));
        sql!(
            tx,
            run,
            "INSERT INTO sessions (id, user_id, kind, token_digest, created_at, last_seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $5, $6)",
            id.uuid(),
            new.user.uuid(),
            new.kind,
            new.token.map(digest),
            to_db(now),
            to_db(new.expires_at),
        )?;
        let (target, detail) = (format!("session:{id}"), json!({ "kind": new.kind }));
        self.note(tx, new.user, "session.opened", target, detail).await?;
        Ok(id)
    }

    async fn must_be_enabled(&self, tx: &mut Tx, user: UserId) -> Result<(), Error> {
        let found = sql!(
            tx,
            optional as (Uuid,),
            "SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL",
            user.uuid(),
        )?;
        found.map(drop).ok_or_else(signed_out)
    }

    /// Writes what a user did with their account into the record of the organization that they joined first. Somebody
    /// without one has no record to write into.
    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        user: UserId,
        action: &'static str,
        target: String,
        detail: Value,
    ) -> Result<(), Error> {
        let Some(org) = first_org(tx, user).await? else {
            return Ok(());
        };
        let change = Change::by_user(user, org, action, target).with(detail);
        audit::record(tx, &self.random, self.clock.now(), change).await
    }

    /// Ends a session; whether it was still open.
    pub(super) async fn end_session(&self, tx: &mut Tx, session: SessionId) -> Result<bool, Error> {
        let ended = sql!(
            tx,
            run,
            "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
            session.uuid(),
            to_db(self.clock.now()),
        )?;
        Ok(ended > 0)
    }
}

/// The organization that a user joined first.
async fn first_org(tx: &mut Tx, user: UserId) -> Result<Option<OrgId>, Error> {
    let found = sql!(
        tx,
        optional as (Uuid,),
        "SELECT org_id FROM org_members WHERE user_id = $1 ORDER BY joined_at, org_id LIMIT 1",
        user.uuid(),
    )?;
    Ok(found.map(|(org,)| OrgId::new(org)))
}
