//! Token pairs for programs: an access token for a day, and a refresh token that works once.

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::account::{Organization, User};
use model::ids::{SessionId, UserId};
use serde_json::json;
use uuid::Uuid;

use super::sessions::NewSession;
use super::{Auth, later};
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;
use crate::random::digest;

/// What a program signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenPair {
    /// Goes into `Authorization: Bearer`.
    pub access_token: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    /// Gets the next pair, once.
    pub refresh_token: String,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenPair")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct RefreshRow {
    id: Uuid,
    session_id: Uuid,
    user_id: Uuid,
    used_at: Option<DateTime<Utc>>,
    session_expires_at: DateTime<Utc>,
}

impl Auth {
    /// Opens a session for a program of `user`, who proved to be that user just now.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the user may not sign in any more.
    pub async fn issue_tokens(&self, user: UserId) -> Result<TokenPair, Error> {
        let expires_at = later(self.clock.now(), self.settings.refresh_ttl);
        let mut tx = self.db.begin().await?;
        let session = self
            .open_session(
                &mut tx,
                NewSession {
                    user,
                    kind: "api",
                    token: None,
                    expires_at,
                },
            )
            .await?;
        let pair = self.pair(&mut tx, user, session, expires_at).await?;
        tx.commit().await?;
        Ok(pair)
    }

    /// Takes a refresh token for the next pair. Seen a second time, it was stolen from someone: its whole session ends.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a token that is unknown, used, expired, or of an ended session.
    pub async fn refresh(
        &self,
        refresh_token: &str,
    ) -> Result<(User, Option<Organization>, TokenPair), Error> {
        let mut tx = self.db.begin().await?;
        let row = self
            .open_refresh_token(&mut tx, refresh_token)
            .await?
            .ok_or_else(useless)?;
        let user = UserId::new(row.user_id);
        let session = SessionId::new(row.session_id);
        if row.used_at.is_some() || !self.use_up(&mut tx, row.id).await? {
            self.kill_family(&mut tx, user, session).await?;
            tx.commit().await?;
            return Err(useless());
        }
        let pair = self
            .pair(&mut tx, user, session, from_db(row.session_expires_at))
            .await?;
        let (user, organization) = self.account(&mut tx, user).await?.ok_or_else(useless)?;
        tx.commit().await?;
        Ok((user, organization, pair))
    }

    async fn open_refresh_token(&self, tx: &mut Tx, token: &str) -> Result<Option<RefreshRow>, Error> {
        sql!(
            tx,
            optional as RefreshRow,
            "SELECT r.id, r.session_id, s.user_id, r.used_at, s.expires_at AS session_expires_at
             FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id JOIN users u ON u.id = s.user_id
             WHERE r.digest = $1 AND r.expires_at > $2 AND s.expires_at > $2 AND s.ended_at IS NULL
                 AND u.disabled_at IS NULL",
            digest(token),
            to_db(self.clock.now()),
        )
    }

    /// Marks a refresh token as used; whether this was its first use, also when two ask at once.
    async fn use_up(&self, tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
        let used = sql!(
            tx,
            run,
            "UPDATE refresh_tokens SET used_at = $2 WHERE id = $1 AND used_at IS NULL",
            id,
            to_db(self.clock.now()),
        )?;
        Ok(used > 0)
    }

    async fn kill_family(&self, tx: &mut Tx, user: UserId, session: SessionId) -> Result<(), Error> {
        let ended = self.end_session(tx, session).await?;
        if !ended {
            return Ok(());
        }
        let detail = json!({ "reason": "a refresh token was used twice" });
        self.note(tx, user, "session.ended", format!("session:{session}"), detail)
            .await
    }

    async fn pair(
        &self,
        tx: &mut Tx,
        user: UserId,
        session: SessionId,
        session_ends: Timestamp,
    ) -> Result<TokenPair, Error> {
        let now = self.clock.now();
        let refresh_token = self.random.token();
        sql!(
            tx,
            run,
            "INSERT INTO refresh_tokens (id, session_id, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
            self.random.id(now),
            session.uuid(),
            digest(&refresh_token),
            to_db(now),
            to_db(session_ends),
        )?;
        let access_ends = later(now, self.settings.access_ttl).min(session_ends);
        let access_token = self
            .signing
            .sign(user.uuid(), session.uuid(), now, access_ends)
            .await?;
        let expires_in = u64::try_from(access_ends.as_second() - now.as_second()).unwrap_or(0);
        Ok(TokenPair {
            access_token,
            expires_in,
            refresh_token,
        })
    }
}

fn useless() -> Error {
    Error::Unauthenticated("This refresh token does not work any more. Sign in again.".to_owned())
}
