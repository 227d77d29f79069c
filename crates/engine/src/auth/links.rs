//! Links that work once: to choose another password, and to confirm an address. They go out by mail; where no mail server
//! is set, the log tells them, and somebody who manages members can make one.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::account::Email;
use model::ids::{OrgId, UserId};
use model::language::{Language, within};
use model::mail::LetterKind;
use model::role::Action;
use serde_json::json;
use uuid::Uuid;

use super::{Auth, later, passwords};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, sql, to_db};
use crate::error::Error;
use crate::mail::{Due, Letter, Posted};
use crate::organizations::known_role;
use crate::random::digest;

const HOUR: Duration = Duration::from_hours(1);
/// Letters of one kind to one account: at most one in this time …
pub(super) const PAUSE: Duration = Duration::from_mins(1);
/// … and at most so many in an hour.
const MOST_IN_AN_HOUR: i64 = 5;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Reset,
    Confirm,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Confirm => "confirm",
        }
    }

    const fn letter(self) -> LetterKind {
        match self {
            Self::Reset => LetterKind::Reset,
            Self::Confirm => LetterKind::Confirm,
        }
    }

    /// What the audit log calls it when such a link is made.
    const fn action(self) -> &'static str {
        match self {
            Self::Reset => "password.link",
            Self::Confirm => "email.link",
        }
    }

    const fn lasts(self) -> Duration {
        match self {
            Self::Reset => HOUR,
            Self::Confirm => Duration::from_hours(72),
        }
    }
}

/// The account that a link is made for.
pub(super) struct Addressee {
    pub(super) user: UserId,
    pub(super) email: String,
    pub(super) email_key: String,
    /// What the person chose to read.
    pub(super) language: Option<Language>,
}

impl Auth {
    /// Sends a link to choose another password, if the address has an account. Whoever asks cannot tell: the work is done
    /// beside the request. The letter is in the language that the person chose, or else in that of the request.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no address at all.
    pub fn ask_for_reset(&self, email: &str, language: Language) -> Result<(), Error> {
        let email = Email::parse(email)?;
        let auth = self.clone();
        self.mailer.beside(async move {
            if let Err(error) = auth.mail_reset(&email.key(), language).await {
                tracing::error!(%error, "a link for another password was not made");
            }
        });
        Ok(())
    }

    /// Sends a link to confirm the caller's address, unless it is confirmed, or one was sent a moment ago; in a language as
    /// [`Auth::ask_for_reset`].
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in, [`Error::TooMany`].
    pub async fn ask_to_confirm(&self, caller: &Caller, language: Language) -> Result<(), Error> {
        let (user, _) = caller.signed_in()?;
        if self.is_confirmed(user).await? {
            return Ok(());
        }
        if self.mail_confirmation(user, language).await? {
            Ok(())
        } else {
            Err(Error::TooMany { retry_after: PAUSE })
        }
    }

    /// Whether somebody confirmed that the account's address is theirs.
    pub(super) async fn is_confirmed(&self, user: UserId) -> Result<bool, Error> {
        let found = sql!(
            self.db,
            optional as (bool,),
            "SELECT email_verified_at IS NOT NULL FROM users WHERE id = $1",
            user.uuid(),
        )?;
        Ok(found.is_some_and(|(confirmed,)| confirmed))
    }

    /// As [`Auth::ask_to_confirm`], beside the request: an account that was just made is none the worse without.
    pub fn confirm_soon(&self, user: UserId, language: Language) {
        let auth = self.clone();
        self.mailer.beside(async move {
            if let Err(error) = auth.mail_confirmation(user, language).await {
                tracing::error!(%error, "a link to confirm an address was not made");
            }
        });
    }

    /// A link to choose another password for the account behind an address, for whoever runs the program.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an address without an account.
    pub async fn reset_link(&self, email: &str) -> Result<String, Error> {
        self.link_for_operator(Purpose::Reset, email).await
    }

    /// A link to confirm the address of an account, for whoever runs the program.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an address without an account; [`Error::Conflict`] for one that is confirmed.
    pub async fn confirmation_link(&self, email: &str) -> Result<String, Error> {
        self.link_for_operator(Purpose::Confirm, email).await
    }

    async fn link_for_operator(&self, purpose: Purpose, email: &str) -> Result<String, Error> {
        let key = Email::parse(email)?.key();
        let mut tx = self.db.begin().await?;
        let addressee = by_address(&mut tx, &key).await?.ok_or(Error::NotFound)?;
        let user = addressee.user;
        if purpose == Purpose::Confirm && self.is_confirmed(user).await? {
            return Err(Error::Conflict("This address is confirmed already.".to_owned()));
        }
        let link = self.make_link(&mut tx, purpose, &addressee).await?;
        let (action, detail) = (purpose.action(), json!({ "by": "operator" }));
        self.note(&mut tx, user, action, format!("user:{user}"), detail)
            .await?;
        tx.commit().await?;
        Ok(link)
    }

    /// A link to choose another password for a member of the caller's organization, where no mail server is set. The
    /// caller must be allowed to manage the member in every organization that the member belongs to: the link opens all.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a mail server is set; [`Error::Forbidden`]; [`Error::NotFound`].
    pub async fn reset_link_for_member(&self, caller: &Caller, member: UserId) -> Result<String, Error> {
        self.link_for_member(caller, member, Purpose::Reset).await
    }

    /// A link to confirm the address of another member of the caller's organization, the one that they want where they asked
    /// for another, where no mail server is set: whoever
    /// hands it over knows whose address it is. The caller must be allowed to manage the member wherever the member belongs.
    ///
    /// # Errors
    /// As [`Auth::reset_link_for_member`]; [`Error::Conflict`] for an address that is confirmed; [`Error::Forbidden`] for the
    /// caller's own, which that would not prove, and where people sign in at another server, which opens an account here by
    /// its confirmed address.
    pub async fn confirmation_link_for_member(
        &self,
        caller: &Caller,
        member: UserId,
    ) -> Result<String, Error> {
        let (own, _) = caller.signed_in()?;
        caller.must(Action::ManageMembers)?;
        if own == member || self.oidc.is_some() {
            return Err(Error::Forbidden);
        }
        self.link_for_member(caller, member, Purpose::Confirm).await
    }

    /// Other members of the caller's organization whose address nobody confirmed, or who want another one, where a link for
    /// that can be made here.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn unconfirmed_members(&self, caller: &Caller) -> Result<Vec<UserId>, Error> {
        caller.must(Action::ManageMembers)?;
        let Ok((own, _)) = caller.signed_in() else {
            return Ok(Vec::new());
        };
        if self.mailer.is_set() || self.oidc.is_some() {
            return Ok(Vec::new());
        }
        let rows = sql!(
            self.db,
            all as (Uuid,),
            "SELECT u.id FROM org_members m JOIN users u ON u.id = m.user_id
             WHERE m.org_id = $1 AND u.id <> $2 AND u.disabled_at IS NULL AND (u.email_verified_at IS NULL OR EXISTS (
                 SELECT 1 FROM address_changes c WHERE c.user_id = u.id AND c.ended_at IS NULL
                     AND c.expires_at > $3 AND c.old_email_key = u.email_key))",
            caller.org().uuid(),
            own.uuid(),
            to_db(self.clock.now()),
        )?;
        Ok(rows.into_iter().map(|(user,)| UserId::new(user)).collect())
    }

    async fn link_for_member(
        &self,
        caller: &Caller,
        member: UserId,
        purpose: Purpose,
    ) -> Result<String, Error> {
        let (own, _) = caller.signed_in()?;
        caller.must(Action::ManageMembers)?;
        if self.mailer.is_set() {
            let message = "Mail is set up here: the person asks for a link, and it goes to their address.";
            return Err(Error::Conflict(message.to_owned()));
        }
        let mut tx = self.db.begin().await?;
        may_open_all(&mut tx, caller.org(), own, member).await?;
        let addressee = by_id(&mut tx, member).await?.ok_or(Error::NotFound)?;
        // The account's row is locked: nobody confirms it meanwhile.
        let (is_confirmed,) = sql!(
            tx,
            one as (bool,),
            "SELECT email_verified_at IS NOT NULL FROM users WHERE id = $1",
            member.uuid(),
        )?;
        let waiting = match purpose {
            Purpose::Confirm => self.waiting_change(&mut tx, member).await?,
            Purpose::Reset => None,
        };
        if purpose == Purpose::Confirm && is_confirmed && waiting.is_none() {
            return Err(Error::Conflict("This address is confirmed already.".to_owned()));
        }
        let link = match waiting {
            Some(waiting) => self.link_of_change(&mut tx, waiting).await?,
            None => self.make_link(&mut tx, purpose, &addressee).await?,
        };
        let change = Change::by(caller, purpose.action(), format!("user:{member}"));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await?;
        Ok(link)
    }

    /// Whether a link to choose another password still works, for the page that it opens.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that is wrong, used or over.
    pub async fn look_at_reset(&self, token: &str) -> Result<(), Error> {
        self.look_at(Purpose::Reset, token).await
    }

    /// Whether a link to confirm an address still works.
    ///
    /// # Errors
    /// As [`Auth::look_at_reset`].
    pub async fn look_at_confirmation(&self, token: &str) -> Result<(), Error> {
        if self.is_change(token).await? {
            return Ok(());
        }
        self.look_at(Purpose::Confirm, token).await
    }

    /// Gives the account behind a link another password, and ends all its sessions; whose account it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unusable password; [`Error::NotFound`] as [`Auth::look_at_reset`]; [`Error::TooMany`].
    pub async fn reset_by_link(&self, token: &str, new: &str) -> Result<UserId, Error> {
        passwords::acceptable(new, &[])?;
        self.look_at_reset(token).await?;
        let hash = self.passwords.hash(new).await?;
        let mut tx = self.db.begin().await?;
        let user = self.use_link(&mut tx, Purpose::Reset, token).await?;
        self.write_password(&mut tx, user, &hash, None).await?;
        let (target, detail) = (format!("user:{user}"), json!({ "by": "link" }));
        self.note(&mut tx, user, "password.reset", target, detail).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Notes that the address of the account behind a link is its owner's; one that the person asked for becomes the
    /// account's, and its other sessions end.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`Auth::look_at_reset`].
    pub async fn confirm_by_link(&self, token: &str) -> Result<(), Error> {
        if self.is_change(token).await? {
            return self.change_by_link(token).await;
        }
        let mut tx = self.db.begin().await?;
        let user = self.use_link(&mut tx, Purpose::Confirm, token).await?;
        sql!(
            tx,
            run,
            "UPDATE users SET email_verified_at = coalesce(email_verified_at, $2) WHERE id = $1",
            user.uuid(),
            to_db(self.clock.now()),
        )?;
        let target = format!("user:{user}");
        self.note(&mut tx, user, "email.confirmed", target, json!({}))
            .await?;
        tx.commit().await
    }

    async fn mail_reset(&self, email_key: &str, language: Language) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        let Some(addressee) = by_address(&mut tx, email_key).await? else {
            return Ok(());
        };
        if !self.may_write(&mut tx, Purpose::Reset, addressee.user).await? {
            return Ok(());
        }
        let link = self.make_link(&mut tx, Purpose::Reset, &addressee).await?;
        let user = addressee.user;
        self.note(
            &mut tx,
            user,
            "password.link",
            format!("user:{user}"),
            json!({ "by": "mail" }),
        )
        .await?;
        let posted = self
            .post(&mut tx, Purpose::Reset, &addressee, (link, language))
            .await?;
        tx.commit().await?;
        self.mailer.go(posted);
        Ok(())
    }

    /// Whether a letter is on its way.
    async fn mail_confirmation(&self, user: UserId, language: Language) -> Result<bool, Error> {
        let mut tx = self.db.begin().await?;
        let Some(addressee) = by_id(&mut tx, user).await? else {
            return Ok(false);
        };
        if !self.may_write(&mut tx, Purpose::Confirm, user).await? {
            return Ok(false);
        }
        let link = self.make_link(&mut tx, Purpose::Confirm, &addressee).await?;
        let posted = self
            .post(&mut tx, Purpose::Confirm, &addressee, (link, language))
            .await?;
        tx.commit().await?;
        self.mailer.go(posted);
        Ok(true)
    }

    /// Writes the letter with a link down, beside the link; in the language for those who chose none.
    async fn post(
        &self,
        tx: &mut Tx,
        purpose: Purpose,
        to: &Addressee,
        (link, language): (String, Language),
    ) -> Result<Posted, Error> {
        let letter = within(to.language.unwrap_or(language), || match purpose {
            Purpose::Reset => Letter::reset(&to.email, link),
            Purpose::Confirm => Letter::confirm(&to.email, link),
        });
        let about = (purpose.letter(), to.user.uuid());
        self.post_to(tx, to.user, about, (letter, purpose.lasts())).await
    }

    /// Writes a letter to somebody with an account down: of which kind, about what, and how long it is good.
    pub(super) async fn post_to(
        &self,
        tx: &mut Tx,
        user: UserId,
        (kind, about): (LetterKind, Uuid),
        (letter, lasts): (Letter, Duration),
    ) -> Result<Posted, Error> {
        let due = Due {
            letter,
            kind,
            about,
            org: None,
            user: Some(user.uuid()),
            good_until: later(self.clock.now(), lasts),
        };
        self.mailer.post(tx, due).await
    }

    /// Nobody's letter box is filled by somebody else.
    async fn may_write(&self, tx: &mut Tx, purpose: Purpose, user: UserId) -> Result<bool, Error> {
        let now = self.clock.now();
        let (count, last) = sql!(
            tx,
            one as (i64, Option<DateTime<Utc>>),
            "SELECT count(*), max(created_at) FROM account_links
             WHERE user_id = $1 AND purpose = $2 AND created_at > $3",
            user.uuid(),
            purpose.as_str(),
            an_hour_before(now),
        )?;
        Ok(is_time_for_another(now, count, last))
    }

    /// Makes a link; those of the same kind that were made before stop working, and letters with them are not sent any more.
    async fn make_link(&self, tx: &mut Tx, purpose: Purpose, to: &Addressee) -> Result<String, Error> {
        let now = self.clock.now();
        let token = self.random.token();
        sql!(
            tx,
            run,
            "UPDATE account_links SET used_at = $3 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL",
            to.user.uuid(),
            purpose.as_str(),
            to_db(now),
        )?;
        sql!(
            tx,
            run,
            "DELETE FROM mail_outbox WHERE about = $1 AND kind = $2",
            to.user.uuid(),
            purpose.letter().as_str(),
        )?;
        sql!(
            tx,
            run,
            "INSERT INTO account_links (id, user_id, purpose, email_key, token_digest, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.random.id(now),
            to.user.uuid(),
            purpose.as_str(),
            to.email_key.as_str(),
            digest(&token),
            to_db(now),
            to_db(later(now, purpose.lasts())),
        )?;
        Ok(format!("{}/{}/{token}", self.public_url(), purpose.as_str()))
    }

    /// The address that people know this server by, without a slash at its end.
    pub(super) fn public_url(&self) -> &str {
        self.settings.issuer.trim_end_matches('/')
    }

    async fn look_at(&self, purpose: Purpose, token: &str) -> Result<(), Error> {
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT l.id FROM account_links l JOIN users u ON u.id = l.user_id AND u.email_key = l.email_key
             WHERE l.token_digest = $1 AND l.purpose = $2 AND l.used_at IS NULL AND l.expires_at > $3
                 AND u.disabled_at IS NULL",
            digest(token),
            purpose.as_str(),
            to_db(self.clock.now()),
        )?;
        found.map(drop).ok_or(Error::NotFound)
    }

    /// Uses up a link, also when two ask at once.
    async fn use_link(&self, tx: &mut Tx, purpose: Purpose, token: &str) -> Result<UserId, Error> {
        let found = sql!(
            tx,
            optional as (Uuid,),
            "UPDATE account_links SET used_at = $3
             WHERE token_digest = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
                 AND EXISTS (SELECT 1 FROM users u WHERE u.id = account_links.user_id
                     AND u.email_key = account_links.email_key AND u.disabled_at IS NULL)
             RETURNING user_id",
            digest(token),
            purpose.as_str(),
            to_db(self.clock.now()),
        )?;
        found.map(|(user,)| UserId::new(user)).ok_or(Error::NotFound)
    }
}

/// Letters since then count.
pub(super) fn an_hour_before(now: Timestamp) -> DateTime<Utc> {
    to_db(now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN))
}

/// Whether one more letter of a kind may go to an account that had so many within the hour, the last one then.
pub(super) fn is_time_for_another(now: Timestamp, count: i64, last: Option<DateTime<Utc>>) -> bool {
    let a_moment_ago = to_db(now.saturating_sub(PAUSE).unwrap_or(Timestamp::MIN));
    count < MOST_IN_AN_HOUR && last.is_none_or(|last| last <= a_moment_ago)
}

type AddresseeRow = (Uuid, String, String, Option<String>);

fn addressee((user, email, email_key, language): AddresseeRow) -> Addressee {
    let user = UserId::new(user);
    Addressee {
        user,
        email,
        email_key,
        language: language.and_then(|tag| Language::known(&tag)),
    }
}

/// Locks the account's row until the end of the transaction: letters to one account are counted one after the other.
async fn by_address(tx: &mut Tx, email_key: &str) -> Result<Option<Addressee>, Error> {
    let found = sql!(
        tx,
        optional as AddresseeRow,
        "UPDATE users SET email = email WHERE email_key = $1 AND disabled_at IS NULL RETURNING id, email, email_key, language",
        email_key,
    )?;
    Ok(found.map(addressee))
}

/// As [`by_address`].
pub(super) async fn by_id(tx: &mut Tx, user: UserId) -> Result<Option<Addressee>, Error> {
    let found = sql!(
        tx,
        optional as AddresseeRow,
        "UPDATE users SET email = email WHERE id = $1 AND disabled_at IS NULL RETURNING id, email, email_key, language",
        user.uuid(),
    )?;
    Ok(found.map(addressee))
}

/// Passes whoever may manage `member` wherever the member belongs, `org` among them.
async fn may_open_all(tx: &mut Tx, org: OrgId, own: UserId, member: UserId) -> Result<(), Error> {
    let rows = sql!(
        tx,
        all as (Uuid, String, Option<String>),
        "SELECT t.org_id, t.role, c.role FROM org_members t
         LEFT JOIN org_members c ON c.org_id = t.org_id AND c.user_id = $2 WHERE t.user_id = $1",
        member.uuid(),
        own.uuid(),
    )?;
    if !rows.iter().any(|(of, ..)| *of == org.uuid()) {
        return Err(Error::NotFound);
    }
    for (_, theirs, mine) in rows {
        let mine = mine.map(|word| known_role(&word)).transpose()?;
        let theirs = known_role(&theirs)?;
        if !mine.is_some_and(|mine| mine.may(Action::ManageMembers) && mine >= theirs) {
            return Err(Error::Forbidden);
        }
    }
    Ok(())
}
