//! Signing in, in one step or in two: what somebody knows, then what they have.

use std::time::Duration;

use model::Timestamp;
use model::account::{Organization, User};
use model::ids::{SessionId, UserId};
use uuid::Uuid;

use super::passwords::Verdict;
use super::throttle::{Counts, Known, Origin};
use super::{Auth, later, signed_out, wrong_login};
use crate::db::{sql, to_db};
use crate::error::Error;
use crate::random::digest;

/// How long a browser may take to come back with the code.
const CHALLENGE_LASTS: Duration = Duration::from_mins(10);

/// What the first step led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstStep {
    /// Nothing more is asked.
    Done(UserId),
    /// A code is asked for; whoever brings it shows this.
    CodeNeeded(Challenge),
}

/// Shows that somebody's password was right a moment ago.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What goes into a cookie, and nowhere else.
    pub token: String,
    /// Until when it is good.
    pub lasts: Duration,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenge").finish_non_exhaustive()
    }
}

/// What is looked at when somebody tries the password of an account.
#[derive(sqlx::FromRow)]
struct Account {
    id: Uuid,
    password_hash: String,
    knows_browser: bool,
    knows_network: bool,
}

impl Account {
    fn known(&self) -> Known {
        Known {
            browser: self.knows_browser,
            network: self.knows_network,
        }
    }
}

impl Auth {
    /// Proves who somebody is, for a program. Unknown address, wrong password and disabled account look alike and take as
    /// long.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::CodeNeeded`] where the password is right and `code` is missing or wrong;
    /// [`Error::TooMany`] where too many wrong ones came from here, or where many are being checked.
    pub async fn log_in(
        &self,
        email: &str,
        password: &str,
        code: Option<&str>,
        origin: &Origin,
    ) -> Result<(User, Option<Organization>), Error> {
        let user = self.prove(email, password, origin).await?;
        if self.asks_for_code(user).await? {
            let code = code.ok_or(Error::CodeNeeded { was_wrong: false })?;
            self.check_login_code(user, code).await?;
        }
        self.remember(user, origin).await?;
        let mut tx = self.db.begin().await?;
        self.account(&mut tx, user).await?.ok_or_else(wrong_login)
    }

    /// The first step of a browser.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], [`Error::TooMany`].
    pub async fn begin_log_in(
        &self,
        email: &str,
        password: &str,
        origin: &Origin,
    ) -> Result<FirstStep, Error> {
        let user = self.prove(email, password, origin).await?;
        self.first_step(user).await
    }

    /// The second step of a browser: the challenge that the first one gave, and a code. A challenge works once.
    ///
    /// # Errors
    /// [`Error::CodeNeeded`] for a wrong code; [`Error::Unauthenticated`] for a challenge that is over;
    /// [`Error::TooMany`].
    pub async fn finish_log_in(&self, token: &str, code: &str) -> Result<UserId, Error> {
        let now = to_db(self.clock.now());
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT c.user_id FROM login_challenges c JOIN users u ON u.id = c.user_id
             WHERE c.token_digest = $1 AND c.expires_at > $2 AND u.disabled_at IS NULL",
            digest(token),
            now,
        )?;
        let (user,) = found.ok_or_else(signed_out)?;
        let user = UserId::new(user);
        self.check_login_code(user, code).await?;
        let mut tx = self.db.begin().await?;
        let removed = sql!(
            tx,
            run,
            "DELETE FROM login_challenges WHERE token_digest = $1",
            digest(token)
        )?;
        if removed == 0 {
            return Err(signed_out());
        }
        tx.commit().await?;
        Ok(user)
    }

    /// What comes after somebody showed who they are.
    pub(super) async fn first_step(&self, user: UserId) -> Result<FirstStep, Error> {
        if !self.asks_for_code(user).await? {
            return Ok(FirstStep::Done(user));
        }
        let now: Timestamp = self.clock.now();
        let token = self.random.token();
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "DELETE FROM login_challenges WHERE expires_at <= $1",
            to_db(now)
        )?;
        sql!(
            tx,
            run,
            "INSERT INTO login_challenges (id, user_id, token_digest, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5)",
            self.random.id(now),
            user.uuid(),
            digest(&token),
            to_db(now),
            to_db(later(now, CHALLENGE_LASTS)),
        )?;
        tx.commit().await?;
        Ok(FirstStep::CodeNeeded(Challenge {
            token,
            lasts: CHALLENGE_LASTS,
        }))
    }

    async fn check_login_code(&self, user: UserId, code: &str) -> Result<(), Error> {
        self.check_code(user, code).await.map_err(|error| match error {
            Error::Invalid(_) => Error::CodeNeeded { was_wrong: true },
            other => other,
        })
    }

    async fn prove(&self, email: &str, password: &str, origin: &Origin) -> Result<UserId, Error> {
        // Not read as an address: accounts from before may have one that is none any more. No database takes every sign.
        let key = email.trim().to_lowercase().replace(char::is_control, "?");
        let found = sql!(
            self.db,
            optional as Account,
            "SELECT id, password_hash,
                 EXISTS (SELECT 1 FROM known_origins k WHERE k.user_id = users.id AND k.origin = $2) AS knows_browser,
                 EXISTS (SELECT 1 FROM known_origins k WHERE k.user_id = users.id AND k.origin = $3) AS knows_network
             FROM users WHERE email_key = $1 AND disabled_at IS NULL",
            key.as_str(),
            origin.browser_name(),
            origin.network_name(),
        )?;
        let known = found.as_ref().map(Account::known).unwrap_or_default();
        let counts = Counts::of_account(&key, origin, known);
        let stored = found.as_ref().map(|account| account.password_hash.clone());
        let verdict = self.look_and_count(counts, password, stored).await?;
        let account = found.filter(|_| verdict.is_right()).ok_or_else(wrong_login)?;
        if verdict == Verdict::RightButWeak {
            self.strengthen(&account, password).await;
        }
        Ok(UserId::new(account.id))
    }

    /// Looks at a password; the try counts unless it was right.
    async fn look_and_count(
        &self,
        counts: Counts,
        password: &str,
        stored: Option<String>,
    ) -> Result<Verdict, Error> {
        let taken = self.throttle.take(counts).await?;
        let looked = self.passwords.verify(password, stored).await;
        if !matches!(looked, Ok(Verdict::Wrong)) {
            self.throttle.give_back(taken).await?;
        }
        looked
    }

    /// Keeps a stronger hash of a password that was right just now, unless somebody chose another one meanwhile. Whoever
    /// signs in does not wait for better times: the next sign-in tries again.
    async fn strengthen(&self, account: &Account, password: &str) {
        let done = async {
            let hash = self.passwords.hash(password).await?;
            let mut tx = self.db.begin().await?;
            sql!(
                tx,
                run,
                "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
                account.id,
                account.password_hash.as_str(),
                hash,
            )?;
            tx.commit().await
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, user = %account.id, "a stronger hash of a password was not kept");
        }
    }

    /// Passes only whoever knows the password of the account that is signed in.
    pub(super) async fn must_know_password(
        &self,
        user: UserId,
        session: SessionId,
        password: &str,
    ) -> Result<(), Error> {
        let stored = sql!(
            self.db,
            optional as (String,),
            "SELECT password_hash FROM users WHERE id = $1",
            user.uuid(),
        )?;
        let counts = Counts::of_session(session);
        let stored = stored.map(|(hash,)| hash);
        if self.look_and_count(counts, password, stored).await?.is_right() {
            return Ok(());
        }
        let message = "That is not your password. Type the one that you sign in with.";
        Err(Error::invalid("current_password", "wrong", message))
    }
}
