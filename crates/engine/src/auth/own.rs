//! What people do with their own account: see where they are signed in, end sessions, choose another password.

use chrono::{DateTime, Utc};
use model::account::{SignedInSession, display_name};
use model::ids::{SessionId, UserId};
use model::problem::FieldError;
use serde_json::json;
use uuid::Uuid;

use super::{Auth, passwords};
use crate::caller::Caller;
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Auth {
    /// The caller's sessions that have not ended, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SignedInSession>, Error> {
        let (user, current) = caller.signed_in()?;
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT id, kind, created_at, last_seen_at, expires_at FROM sessions
             WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC",
            user.uuid(),
            to_db(self.clock.now()),
        )?;
        let session = |row: Row| SignedInSession {
            id: SessionId::new(row.id),
            kind: row.kind,
            created_at: from_db(row.created_at),
            last_seen_at: from_db(row.last_seen_at),
            expires_at: from_db(row.expires_at),
            current: row.id == current.uuid(),
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// Ends one of the caller's sessions: its cookie and its tokens are refused from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn end_own_session(&self, caller: &Caller, session: SessionId) -> Result<(), Error> {
        let (user, _) = caller.signed_in()?;
        let mut tx = self.db.begin().await?;
        let own = sql!(
            tx,
            optional as (Uuid,),
            "SELECT id FROM sessions WHERE id = $1 AND user_id = $2",
            session.uuid(),
            user.uuid(),
        )?;
        own.ok_or(Error::NotFound)?;
        if !self.end_session(&mut tx, session).await? {
            return Err(Error::NotFound);
        }
        let target = format!("session:{session}");
        self.note(&mut tx, user, "session.ended", target, json!({}))
            .await?;
        tx.commit().await
    }

    /// Gives the caller's account another password and ends all its other sessions.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong current or an unusable new password; [`Error::TooMany`]; [`Error::Forbidden`] for a
    /// caller that did not sign in.
    pub async fn change_password(&self, caller: &Caller, current: &str, new: &str) -> Result<(), Error> {
        let (user, session) = caller.signed_in()?;
        passwords::acceptable(new, &[]).map_err(|error| FieldError {
            field: "new_password".into(),
            ..error
        })?;
        self.must_know_password(user, session, current).await?;
        let hash = self.passwords.hash(new).await?;
        let mut tx = self.db.begin().await?;
        self.write_password(&mut tx, user, &hash, Some(session)).await?;
        let target = format!("user:{user}");
        self.note(&mut tx, user, "password.changed", target, json!({}))
            .await?;
        tx.commit().await
    }

    /// Gives the caller another name, which everybody sees who works with them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unusable name; [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn rename(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        let (user, _) = caller.signed_in()?;
        let name = display_name("name", name)?;
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE users SET name = $1 WHERE id = $2",
            name.as_str(),
            user.uuid(),
        )?;
        let target = format!("user:{user}");
        self.note(&mut tx, user, "user.renamed", target, json!({ "name": name }))
            .await?;
        tx.commit().await
    }

    /// Gives an account another password and ends all its sessions, for whoever runs the program.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an address without an account, [`Error::Invalid`].
    pub async fn reset_password(&self, email: &str, new: &str) -> Result<(), Error> {
        passwords::acceptable(new, &[email])?;
        let hash = self.passwords.hash(new).await?;
        let mut tx = self.db.begin().await?;
        let user = user_behind(&mut tx, email).await?;
        self.write_password(&mut tx, user, &hash, None).await?;
        let (target, detail) = (format!("user:{user}"), json!({ "by": "operator" }));
        self.note(&mut tx, user, "password.reset", target, detail).await?;
        tx.commit().await
    }

    /// Closes an account, or opens it again, for whoever runs the program. A closed account is refused everywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an address without an account.
    pub async fn disable(&self, email: &str, disabled: bool) -> Result<(), Error> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let user = user_behind(&mut tx, email).await?;
        sql!(
            tx,
            run,
            "UPDATE users SET disabled_at = $2 WHERE id = $1",
            user.uuid(),
            disabled.then(|| to_db(now)),
        )?;
        if disabled {
            self.end_all(&mut tx, user, None).await?;
        }
        let action = if disabled { "user.disabled" } else { "user.enabled" };
        let (target, detail) = (format!("user:{user}"), json!({ "by": "operator" }));
        self.note(&mut tx, user, action, target, detail).await?;
        tx.commit().await
    }

    pub(super) async fn write_password(
        &self,
        tx: &mut Tx,
        user: UserId,
        hash: &str,
        but: Option<SessionId>,
    ) -> Result<(), Error> {
        sql!(
            tx,
            run,
            "UPDATE users SET password_hash = $2 WHERE id = $1",
            user.uuid(),
            hash,
        )?;
        self.end_changes(tx, user).await?;
        self.end_all(tx, user, but).await
    }

    pub(super) async fn end_all(
        &self,
        tx: &mut Tx,
        user: UserId,
        but: Option<SessionId>,
    ) -> Result<(), Error> {
        sql!(
            tx,
            run,
            "UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL AND ($3 IS NULL OR id <> $3)",
            user.uuid(),
            to_db(self.clock.now()),
            but.map(SessionId::uuid),
        )?;
        Ok(())
    }
}

pub(super) async fn user_behind(tx: &mut Tx, email: &str) -> Result<UserId, Error> {
    let key = model::account::Email::parse(email)?.key();
    let found = sql!(
        tx,
        optional as (Uuid,),
        "SELECT id FROM users WHERE email_key = $1",
        key
    )?;
    found.map(|(id,)| UserId::new(id)).ok_or(Error::NotFound)
}
