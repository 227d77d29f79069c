//! Signing in at another server: `OpenID` Connect, by the code flow with PKCE, state and nonce.

mod provider;

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::account::{Email, display_name};
use model::ids::{OrgId, UserId};
use serde_json::json;
use uuid::Uuid;

use super::accounts::own_organization;
use super::{Auth, FirstStep, Registration, later, signed_out};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, sql, to_db};
use crate::error::Error;
use crate::organizations;
use crate::random::digest;
use provider::Claims;
pub use provider::OidcProvider;

/// Why nobody is signed in whose address an account has that may be somebody else's.
pub const UNCONFIRMED: &str = "There is an account with your address, and nobody confirmed that address. Sign in with its password, \
     or ask for another one, and connect it on the page of your account.";
/// Why an account of the other server is not connected.
pub const CONNECTED_ELSEWHERE: &str = "Somebody else here signs in with that account.";

/// How long somebody may take to sign in there.
const LASTS: Duration = Duration::from_mins(15);

/// Where a browser goes, and what it brings back in a cookie.
#[derive(Clone)]
pub struct OidcBegun {
    /// The page of the other server.
    pub url: String,
    /// What goes into a cookie, and nowhere else but to the other server.
    pub state: String,
    /// Until when it is good.
    pub lasts: Duration,
}

impl std::fmt::Debug for OidcBegun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcBegun").finish_non_exhaustive()
    }
}

/// What signing in there led to.
#[derive(Clone, Debug)]
pub enum OidcDone {
    /// Somebody signs in here.
    SignedIn {
        /// What is left to do.
        step: FirstStep,
        /// Where they wanted to go.
        next: String,
    },
    /// Somebody who is signed in may sign in there from now on.
    Connected,
}

#[derive(sqlx::FromRow)]
struct Login {
    nonce: String,
    verifier: String,
    next: String,
    user_id: Option<Uuid>,
    expires_at: DateTime<Utc>,
}

impl Auth {
    /// What the other server is called on the page for signing in, where one is set.
    #[must_use]
    pub fn oidc_name(&self) -> Option<&str> {
        self.oidc.as_deref().map(OidcProvider::name)
    }

    /// Begins to sign in at the other server; with a caller, to connect their account with the one there.
    ///
    /// # Errors
    /// [`Error::NotFound`] where no such server is set; [`Error::Unavailable`] when it does not answer;
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn begin_oidc(&self, caller: Option<&Caller>, next: &str) -> Result<OidcBegun, Error> {
        let provider = self.oidc.as_deref().ok_or(Error::NotFound)?;
        let user = caller.map(Caller::signed_in).transpose()?.map(|(user, _)| user);
        let [state, nonce, verifier] = [(); 3].map(|()| self.random.token());
        let url = provider
            .page(&state, &nonce, &verifier, &self.settings.issuer)
            .await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "DELETE FROM oidc_logins WHERE expires_at <= $1",
            to_db(now)
        )?;
        sql!(
            tx,
            run,
            "INSERT INTO oidc_logins (state_digest, nonce, verifier, next, user_id, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            digest(&state),
            nonce,
            verifier,
            next,
            user.map(UserId::uuid),
            to_db(later(now, LASTS)),
        )?;
        tx.commit().await?;
        let lasts = LASTS;
        Ok(OidcBegun { url, state, lasts })
    }

    /// Ends signing in at the other server, with what it sent back. It works once.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for what was not begun here, is over, or is not confirmed there; [`Error::Conflict`] where the
    /// account there cannot be one here, with the reason; [`Error::Forbidden`] where registration is closed;
    /// [`Error::Unavailable`] when the other server does not answer.
    pub async fn finish_oidc(&self, state: &str, code: &str) -> Result<OidcDone, Error> {
        let provider = self.oidc.as_deref().ok_or(Error::NotFound)?;
        let login = self.take_login(state).await?;
        let claims = provider
            .claims(code, login.nonce, login.verifier, &self.settings.issuer)
            .await?;
        let user = match login.user_id {
            Some(user) => {
                self.connect(provider, UserId::new(user), &claims).await?;
                return Ok(OidcDone::Connected);
            }
            None => self.user_of(provider, &claims).await?,
        };
        Ok(OidcDone::SignedIn {
            step: self.first_step(user).await?,
            next: login.next,
        })
    }

    async fn take_login(&self, state: &str) -> Result<Login, Error> {
        let mut tx = self.db.begin().await?;
        let found = sql!(
            tx,
            optional as Login,
            "DELETE FROM oidc_logins WHERE state_digest = $1
             RETURNING nonce, verifier, next, user_id, expires_at",
            digest(state),
        )?;
        tx.commit().await?;
        let now = to_db(self.clock.now());
        found
            .filter(|login| login.expires_at > now)
            .ok_or_else(signed_out)
    }

    /// The account here of somebody there: the one that is connected, the one with the same address where both servers know
    /// that it is theirs, or a new one.
    async fn user_of(&self, provider: &OidcProvider, claims: &Claims) -> Result<UserId, Error> {
        let mut tx = self.db.begin().await?;
        let connected = sql!(
            tx,
            optional as (Uuid, bool),
            "SELECT u.id, u.disabled_at IS NULL FROM user_identities i JOIN users u ON u.id = i.user_id
             WHERE i.issuer = $1 AND i.subject = $2",
            provider.issuer(),
            claims.subject.as_str(),
        )?;
        if let Some((user, is_enabled)) = connected {
            return if is_enabled {
                Ok(UserId::new(user))
            } else {
                Err(signed_out())
            };
        }
        let email = claims.confirmed_email()?;
        let here = sql!(
            tx,
            optional as (Uuid, bool, bool),
            "SELECT id, email_verified_at IS NOT NULL, disabled_at IS NULL FROM users WHERE email_key = $1",
            email.key(),
        )?;
        let user = match here {
            Some((_, _, false)) => return Err(signed_out()),
            // Whoever made that account may be somebody else, who would keep its password.
            Some((_, false, true)) => return Err(Error::Conflict(UNCONFIRMED.to_owned())),
            Some((user, true, true)) => UserId::new(user),
            None if self.settings.registration == Registration::Open => {
                self.make_account_of(&mut tx, &email, claims).await?
            }
            None => return Err(Error::Forbidden),
        };
        self.write_identity(&mut tx, provider, user, &claims.subject)
            .await?;
        tx.commit().await?;
        Ok(user)
    }

    async fn connect(&self, provider: &OidcProvider, user: UserId, claims: &Claims) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        let owner = sql!(
            tx,
            optional as (Uuid,),
            "SELECT user_id FROM user_identities WHERE issuer = $1 AND subject = $2",
            provider.issuer(),
            claims.subject.as_str(),
        )?;
        match owner {
            Some((owner,)) if owner == user.uuid() => return Ok(()),
            Some(_) => return Err(Error::Conflict(CONNECTED_ELSEWHERE.to_owned())),
            None => {
                self.write_identity(&mut tx, provider, user, &claims.subject)
                    .await?;
            }
        }
        tx.commit().await
    }

    async fn write_identity(
        &self,
        tx: &mut Tx,
        provider: &OidcProvider,
        user: UserId,
        subject: &str,
    ) -> Result<(), Error> {
        sql!(
            tx,
            run,
            "INSERT INTO user_identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)",
            provider.issuer(),
            subject,
            user.uuid(),
            to_db(self.clock.now()),
        )?;
        let detail = json!({ "issuer": provider.issuer() });
        self.note(tx, user, "identity.connected", format!("user:{user}"), detail)
            .await
    }

    /// An account that nobody knows a password of; its owner may choose one by mail.
    async fn make_account_of(&self, tx: &mut Tx, email: &Email, claims: &Claims) -> Result<UserId, Error> {
        let now = self.clock.now();
        let name = claims.name.as_deref().unwrap_or(email.as_str());
        let name = display_name("name", name).unwrap_or_else(|_| email.as_str().to_owned());
        let password_hash = self.passwords.hash(&self.random.token()).await?;
        let user = UserId::new(self.random.id(now));
        sql!(
            tx,
            run,
            "INSERT INTO users (id, email, email_key, password_hash, name, created_at, email_verified_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)",
            user.uuid(),
            email.as_str(),
            email.key(),
            password_hash,
            name.as_str(),
            to_db(now),
        )?;
        let org = OrgId::new(self.random.id(now));
        organizations::found(tx, now, org, &own_organization(&name), user).await?;
        let change = Change::by_user(user, org, "user.registered", format!("user:{user}"));
        audit::record(tx, &self.random, now, change).await?;
        Ok(user)
    }
}
