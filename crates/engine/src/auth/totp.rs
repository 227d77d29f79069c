//! The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when the app is lost. No code is used
//! twice, and few are tried.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::account::{TotpSetup, TwoFactor};
use model::ids::UserId;
use qrcode::render::svg;
use serde_json::json;
use totp_rs::Totp;
use uuid::Uuid;

use super::own::user_behind;
use super::{Auth, later};
use crate::caller::Caller;
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;
use crate::random::{Random, digest};
use crate::sealing::{Place, Secrets};

const ISSUER: &str = "DataPulse";
const SECRET_BYTES: usize = 20;
const RECOVERY_CODES: usize = 10;
/// How long a secret waits for its first code.
const SETUP_LASTS: Duration = Duration::from_mins(15);
/// Codes that may be wrong within the window, after which the account's codes rest until it is over. Only somebody who
/// knows the password comes this far, so nobody else can bring it about.
const MOST_FAILURES: i64 = 5;
const WINDOW: Duration = Duration::from_mins(5);

#[derive(sqlx::FromRow)]
struct Tried {
    secret_sealed: Vec<u8>,
    last_step: i64,
    failures: i64,
    failing_since: DateTime<Utc>,
}

impl Auth {
    /// What the caller's account asks for beside the password.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn two_factor(&self, caller: &Caller) -> Result<TwoFactor, Error> {
        let (user, _) = caller.signed_in()?;
        let (left,) = sql!(
            self.db,
            one as (i64,),
            "SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL",
            user.uuid(),
        )?;
        Ok(TwoFactor {
            enabled: self.asks_for_code(user).await?,
            recovery_codes_left: left,
        })
    }

    /// Makes a secret for an authenticator app. Nothing is asked for until its first code came.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong password; [`Error::Conflict`] where a second factor is on; [`Error::TooMany`];
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn begin_totp(&self, caller: &Caller, password: &str) -> Result<TotpSetup, Error> {
        let (user, session) = caller.signed_in()?;
        self.must_know_password(user, session, password).await?;
        let secret: [u8; SECRET_BYTES] = self.random.bytes();
        let sealed = self.vault.seal(place(user), &secret)?;
        let mut tx = self.db.begin().await?;
        let begun = sql!(
            tx,
            run,
            "INSERT INTO user_totp (user_id, secret_sealed, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id) DO UPDATE SET secret_sealed = $2, created_at = $3
             WHERE user_totp.confirmed_at IS NULL",
            user.uuid(),
            sealed,
            to_db(self.clock.now()),
        )?;
        if begun == 0 {
            let message = "Two-factor sign-in is on already. Turn it off first to use another app.";
            return Err(Error::Conflict(message.to_owned()));
        }
        tx.commit().await?;
        self.setup(user, &secret).await
    }

    /// The secret that waits for its first code, if there is one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn pending_totp(&self, caller: &Caller) -> Result<Option<TotpSetup>, Error> {
        let (user, _) = caller.signed_in()?;
        match self.waiting_secret(user).await? {
            Some(secret) => self.setup(user, &secret).await.map(Some),
            None => Ok(None),
        }
    }

    /// Turns the second factor on with the first code of the app, and gives the recovery codes: the only time that they are
    /// told.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong code; [`Error::NotFound`] where no secret waits; [`Error::Forbidden`] for a caller
    /// that did not sign in.
    pub async fn confirm_totp(&self, caller: &Caller, code: &str) -> Result<Vec<String>, Error> {
        let (user, _) = caller.signed_in()?;
        let secret = self.waiting_secret(user).await?.ok_or(Error::NotFound)?;
        let step = self.step_of(&secret, code)?.ok_or_else(wrong_code)?;
        let mut tx = self.db.begin().await?;
        let confirmed = sql!(
            tx,
            run,
            "UPDATE user_totp SET confirmed_at = $2, last_step = $3, failures = 0, failing_since = NULL
             WHERE user_id = $1 AND confirmed_at IS NULL",
            user.uuid(),
            to_db(self.clock.now()),
            step,
        )?;
        if confirmed == 0 {
            return Err(Error::NotFound);
        }
        let codes = self.fresh_codes(&mut tx, user).await?;
        self.note(&mut tx, user, "two_factor.on", format!("user:{user}"), json!({}))
            .await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Gives new recovery codes; those before stop working.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong code, [`Error::TooMany`]; [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn renew_recovery_codes(&self, caller: &Caller, code: &str) -> Result<Vec<String>, Error> {
        let (user, _) = caller.signed_in()?;
        self.check_code(user, code).await?;
        let mut tx = self.db.begin().await?;
        let codes = self.fresh_codes(&mut tx, user).await?;
        self.note(
            &mut tx,
            user,
            "two_factor.codes",
            format!("user:{user}"),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Turns the second factor off.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong code, [`Error::TooMany`]; [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn end_totp(&self, caller: &Caller, code: &str) -> Result<(), Error> {
        let (user, _) = caller.signed_in()?;
        self.check_code(user, code).await?;
        let mut tx = self.db.begin().await?;
        forget(&mut tx, user).await?;
        self.note(&mut tx, user, "two_factor.off", format!("user:{user}"), json!({}))
            .await?;
        tx.commit().await
    }

    /// Turns an account's second factor off, for whoever runs the program.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an address without an account.
    pub async fn end_totp_of(&self, email: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        let user = user_behind(&mut tx, email).await?;
        forget(&mut tx, user).await?;
        let (target, detail) = (format!("user:{user}"), json!({ "by": "operator" }));
        self.note(&mut tx, user, "two_factor.off", target, detail).await?;
        tx.commit().await
    }

    /// Whether an account asks for a code.
    pub(super) async fn asks_for_code(&self, user: UserId) -> Result<bool, Error> {
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT user_id FROM user_totp WHERE user_id = $1 AND confirmed_at IS NOT NULL",
            user.uuid(),
        )?;
        Ok(found.is_some())
    }

    /// Uses a code of the app, or a recovery code. Both count as tried before they are looked at, so that many at once are
    /// no more than as many one after the other.
    pub(super) async fn check_code(&self, user: UserId, code: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        let tried = self.count_try(&mut tx, user).await?.ok_or_else(wrong_code)?;
        if tried.failures > MOST_FAILURES {
            let end = later(from_db(tried.failing_since), WINDOW);
            let wait = end.duration_since(self.clock.now()).unsigned_abs();
            return Err(Error::TooMany { retry_after: wait });
        }
        let secret = self.vault.unseal(place(user), &tried.secret_sealed)?;
        let matched = match self.step_of(&secret, code)? {
            Some(step) if step > tried.last_step => Some(step),
            Some(_) => None,
            None => self
                .use_recovery_code(&mut tx, user, code)
                .await?
                .then_some(tried.last_step),
        };
        if let Some(step) = matched {
            sql!(
                tx,
                run,
                "UPDATE user_totp SET last_step = $2, failures = 0, failing_since = NULL WHERE user_id = $1",
                user.uuid(),
                step,
            )?;
        }
        tx.commit().await?;
        matched.map(drop).ok_or_else(wrong_code)
    }

    /// Locks the account's row until the end of the transaction.
    async fn count_try(&self, tx: &mut Tx, user: UserId) -> Result<Option<Tried>, Error> {
        let now = self.clock.now();
        sql!(
            tx,
            optional as Tried,
            "UPDATE user_totp SET
                 failures = CASE WHEN failing_since IS NULL OR failing_since <= $2 THEN 1 ELSE failures + 1 END,
                 failing_since = CASE WHEN failing_since IS NULL OR failing_since <= $2 THEN $3 ELSE failing_since END
             WHERE user_id = $1 AND confirmed_at IS NOT NULL
             RETURNING secret_sealed, last_step, failures, failing_since",
            user.uuid(),
            to_db(now.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN)),
            to_db(now),
        )
    }

    async fn use_recovery_code(&self, tx: &mut Tx, user: UserId, code: &str) -> Result<bool, Error> {
        let spent = sql!(
            tx,
            run,
            "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_digest = $2 AND used_at IS NULL",
            user.uuid(),
            digest(&bare(code)),
            to_db(self.clock.now()),
        )?;
        Ok(spent > 0)
    }

    async fn fresh_codes(&self, tx: &mut Tx, user: UserId) -> Result<Vec<String>, Error> {
        sql!(
            tx,
            run,
            "DELETE FROM recovery_codes WHERE user_id = $1",
            user.uuid()
        )?;
        let now = self.clock.now();
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(&self.random)).collect();
        for code in &codes {
            sql!(
                tx,
                run,
                "INSERT INTO recovery_codes (id, user_id, code_digest) VALUES ($1, $2, $3)",
                self.random.id(now),
                user.uuid(),
                digest(&bare(code)),
            )?;
        }
        Ok(codes)
    }

    async fn waiting_secret(&self, user: UserId) -> Result<Option<Vec<u8>>, Error> {
        let since = self.clock.now().saturating_sub(SETUP_LASTS);
        let found = sql!(
            self.db,
            optional as (Vec<u8>,),
            "SELECT secret_sealed FROM user_totp WHERE user_id = $1 AND confirmed_at IS NULL AND created_at > $2",
            user.uuid(),
            to_db(since.unwrap_or(Timestamp::MIN)),
        )?;
        found
            .map(|(sealed,)| self.vault.unseal(place(user), &sealed))
            .transpose()
    }

    /// The step that a code of the app belongs to: this one, the one before or the next, since clocks differ.
    fn step_of(&self, secret: &[u8], code: &str) -> Result<Option<i64>, Error> {
        let app = app(secret, "")?;
        let now = u64::try_from(self.clock.now().as_second()).unwrap_or(0);
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = app.check(&code, now);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    async fn setup(&self, user: UserId, secret: &[u8]) -> Result<TotpSetup, Error> {
        let (email,) = sql!(
            self.db,
            one as (String,),
            "SELECT email FROM users WHERE id = $1",
            user.uuid(),
        )?;
        let app = app(secret, &email)?;
        let uri = app.to_url().map_err(|error| Error::internal(error.to_string()))?;
        let picture = qrcode::QrCode::new(&uri).map_err(Error::internal)?;
        let picture = picture
            .render::<svg::Color<'_>>()
            .min_dimensions(200, 200)
            .build();
        // The prologue of XML does not belong into HTML.
        let picture = picture.split_once("?>").map_or(picture.as_str(), |(_, svg)| svg);
        Ok(TotpSetup {
            secret: app.secret().to_base32(),
            qr_svg: picture.to_owned(),
            uri,
        })
    }
}

fn app(secret: &[u8], account: &str) -> Result<Totp, Error> {
    totp_rs::Builder::new()
        .with_secret(secret.to_vec())
        .with_issuer(Some(ISSUER))
        .with_account_name(account.replace(':', "_"))
        .build()
        .map_err(|error| Error::internal(error.to_string()))
}

async fn forget(tx: &mut Tx, user: UserId) -> Result<(), Error> {
    for text in [
        "DELETE FROM user_totp WHERE user_id = $1",
        "DELETE FROM recovery_codes WHERE user_id = $1",
    ] {
        sql!(tx, run, text, user.uuid())?;
    }
    Ok(())
}

const fn place(user: UserId) -> Place {
    Secrets::Apps.place(user.uuid())
}

/// 80 bits, in four groups that a person can write down: no letter looks like a digit.
fn recovery_code(random: &Random) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 16] = random.bytes();
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// As it is digested: whatever stands between the letters, and in whatever case.
fn bare(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

fn wrong_code() -> Error {
    let message = "That code is wrong, was used, or is over. Take the next one that your app shows, or a recovery code.";
    Error::invalid("code", "wrong", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let code = recovery_code(&Random::seeded(1));
        assert_eq!(code.len(), 19, "{code}");
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(bare(&typed), bare(&code));
        assert_eq!(bare(&code).len(), 16);
    }
}
