//! Another address for one's own account. It becomes the account's when the link that went there is opened; the address
//! before it hears of both. Nobody who asks learns whether the new one has an account.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::account::{AddressChange, Email};
use model::ids::{SessionId, UserId};
use model::language::{Language, within};
use model::mail::LetterKind;
use serde_json::json;
use uuid::Uuid;

use super::links::{Addressee, PAUSE, an_hour_before, by_id, is_time_for_another};
use super::{Auth, later};
use crate::caller::Caller;
use crate::db::{Tx, sql, to_db};
use crate::error::Error;
use crate::mail::{Letter, Posted};
use crate::random::digest;

/// How long the link works.
const LASTS: Duration = Duration::from_hours(24);
/// How long it is tried to tell the address before.
const TOLD_FOR: Duration = Duration::from_hours(72);

/// A change that waits for its link.
#[derive(Clone, Copy)]
pub(super) struct Waiting(Uuid);

#[derive(sqlx::FromRow)]
struct Opened {
    user_id: Uuid,
    session_id: Uuid,
    email: String,
    email_key: String,
}

impl Auth {
    /// Sends a link to another address that the caller wants for the account; one that was sent before stops working.
    /// Whether the address has an account cannot be told by whoever asks.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no address or the account's own, a wrong password, and a code that is missing or wrong
    /// where the account asks for one; [`Error::TooMany`]; [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn ask_for_address(
        &self,
        caller: &Caller,
        change: &AddressChange,
        language: Language,
    ) -> Result<(), Error> {
        let (user, session) = caller.signed_in()?;
        let email = Email::parse(&change.email)?;
        self.must_prove_again(user, session, &change.current_password, change.code.as_deref())
            .await?;
        let mut tx = self.db.begin().await?;
        let account = by_id(&mut tx, user).await?.ok_or(Error::NotFound)?;
        if account.email_key == email.key() {
            let message = "That is your address already. Type the one that you want from now on.";
            return Err(Error::invalid("email", "same", message));
        }
        self.must_pause(&mut tx, user).await?;
        let (waiting, link) = self.begin_change(&mut tx, &account, session, &email).await?;
        self.note(&mut tx, user, "email.asked", format!("user:{user}"), json!({}))
            .await?;
        let language = account.language.unwrap_or(language);
        // Somebody who has an account with that address is told so, and the work is the same.
        let is_taken = has_account(&mut tx, &email).await?;
        let letter = within(language, || {
            if is_taken {
                Letter::address_has_account(email.as_str(), format!("{}/login", self.public_url()))
            } else {
                Letter::address(email.as_str(), link)
            }
        });
        let about = (LetterKind::Address, waiting);
        let to_new = self.post_to(&mut tx, user, about, (letter, LASTS)).await?;
        let settings = format!("{}/settings/account", self.public_url());
        let letter = within(language, || Letter::address_asked(&account.email, settings));
        let to_old = self.post_notice(&mut tx, user, letter).await?;
        tx.commit().await?;
        self.mailer.go(to_old);
        self.mailer.go(to_new);
        Ok(())
    }

    /// Passes whoever knows the password of the account that is signed in, and has its second factor where it asks for one.
    pub(super) async fn must_prove_again(
        &self,
        user: UserId,
        session: SessionId,
        password: &str,
        code: Option<&str>,
    ) -> Result<(), Error> {
        self.must_know_password(user, session, password).await?;
        if !self.asks_for_code(user).await? {
            return Ok(());
        }
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        let message = "Your account asks for a code too: what your app shows, or a recovery code.";
        let code = code.ok_or_else(|| Error::invalid("code", "required", message))?;
        self.check_code(user, code).await
    }

    /// The change of an account's address that waits for its link.
    pub(super) async fn waiting_change(&self, tx: &mut Tx, user: UserId) -> Result<Option<Waiting>, Error> {
        let found = sql!(
            tx,
            optional as (Uuid,),
            "SELECT c.id FROM address_changes c JOIN users u ON u.id = c.user_id
             WHERE c.user_id = $1 AND c.ended_at IS NULL AND c.expires_at > $2 AND u.email_key = c.old_email_key",
            user.uuid(),
            to_db(self.clock.now()),
        )?;
        Ok(found.map(|(id,)| Waiting(id)))
    }

    /// Another link for a change that waits; the one before stops working.
    pub(super) async fn link_of_change(&self, tx: &mut Tx, waiting: Waiting) -> Result<String, Error> {
        let token = self.random.token();
        sql!(
            tx,
            run,
            "UPDATE address_changes SET token_digest = $2 WHERE id = $1",
            waiting.0,
            digest(&token),
        )?;
        Ok(format!("{}/confirm/{token}", self.public_url()))
    }

    /// Whether a link to another address still works.
    pub(super) async fn is_change(&self, token: &str) -> Result<bool, Error> {
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT c.id FROM address_changes c JOIN users u ON u.id = c.user_id
             WHERE c.token_digest = $1 AND c.ended_at IS NULL AND c.expires_at > $2
                 AND u.email_key = c.old_email_key AND u.disabled_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = c.email_key)",
            digest(token),
            to_db(self.clock.now()),
        )?;
        Ok(found.is_some())
    }

    /// Gives the account behind a link to another address that address, and ends its sessions but the one that asked.
    pub(super) async fn change_by_link(&self, token: &str) -> Result<(), Error> {
        let now = to_db(self.clock.now());
        let mut tx = self.db.begin().await?;
        let opened = sql!(
            tx,
            optional as Opened,
            "UPDATE address_changes SET ended_at = $2
             WHERE token_digest = $1 AND ended_at IS NULL AND expires_at > $2
             RETURNING user_id, session_id, email, email_key",
            digest(token),
            now,
        )?;
        let opened = opened.ok_or(Error::NotFound)?;
        let user = UserId::new(opened.user_id);
        let before = by_id(&mut tx, user).await?.ok_or(Error::NotFound)?;
        let changed = sql!(
            tx,
            run,
            "UPDATE users SET email = $2, email_key = $3, email_verified_at = $4
             WHERE id = $1 AND disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = $3)
                 AND EXISTS (SELECT 1 FROM address_changes c
                     WHERE c.token_digest = $5 AND c.old_email_key = users.email_key)",
            opened.user_id,
            opened.email.as_str(),
            opened.email_key.as_str(),
            now,
            digest(token),
        )?;
        if changed == 0 {
            return Err(Error::NotFound);
        }
        self.end_all(&mut tx, user, Some(SessionId::new(opened.session_id)))
            .await?;
        self.note(&mut tx, user, "email.changed", format!("user:{user}"), json!({}))
            .await?;
        let sign_in = format!("{}/login", self.public_url());
        let language = before.language.unwrap_or_default();
        let letter = within(language, || Letter::address_changed(&before.email, sign_in));
        let posted = self.post_notice(&mut tx, user, letter).await?;
        tx.commit().await?;
        self.mailer.go(posted);
        Ok(())
    }

    /// Links to other addresses stop working: the person chose another password, or asked for another address.
    pub(super) async fn end_changes(&self, tx: &mut Tx, user: UserId) -> Result<(), Error> {
        sql!(
            tx,
            run,
            "UPDATE address_changes SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL",
            user.uuid(),
            to_db(self.clock.now()),
        )?;
        sql!(
            tx,
            run,
            "DELETE FROM mail_outbox WHERE user_id = $1 AND kind = $2",
            user.uuid(),
            LetterKind::Address.as_str(),
        )?;
        Ok(())
    }

    /// Neither letter box is filled: a minute between letters, few in an hour.
    async fn must_pause(&self, tx: &mut Tx, user: UserId) -> Result<(), Error> {
        let now = self.clock.now();
        let (count, last) = sql!(
            tx,
            one as (i64, Option<DateTime<Utc>>),
            "SELECT count(*), max(created_at) FROM address_changes WHERE user_id = $1 AND created_at > $2",
            user.uuid(),
            an_hour_before(now),
        )?;
        if is_time_for_another(now, count, last) {
            Ok(())
        } else {
            Err(Error::TooMany { retry_after: PAUSE })
        }
    }

    async fn begin_change(
        &self,
        tx: &mut Tx,
        account: &Addressee,
        session: SessionId,
        email: &Email,
    ) -> Result<(Uuid, String), Error> {
        self.end_changes(tx, account.user).await?;
        let now = self.clock.now();
        let (id, token) = (self.random.id(now), self.random.token());
        sql!(
            tx,
            run,
            "INSERT INTO address_changes
                 (id, user_id, session_id, email, email_key, old_email_key, token_digest, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id,
            account.user.uuid(),
            session.uuid(),
            email.as_str(),
            email.key(),
            account.email_key.as_str(),
            digest(&token),
            to_db(now),
            to_db(later(now, LASTS)),
        )?;
        Ok((id, format!("{}/confirm/{token}", self.public_url())))
    }

    async fn post_notice(&self, tx: &mut Tx, user: UserId, letter: Letter) -> Result<Posted, Error> {
        let about = (LetterKind::Notice, user.uuid());
        self.post_to(tx, user, about, (letter, TOLD_FOR)).await
    }
}

async fn has_account(tx: &mut Tx, email: &Email) -> Result<bool, Error> {
    let found = sql!(
        tx,
        optional as (Uuid,),
        "SELECT id FROM users WHERE email_key = $1",
        email.key(),
    )?;
    Ok(found.is_some())
}
