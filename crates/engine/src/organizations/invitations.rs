//! Invitations: a link for one address, that works once and for a week.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::account::{Email, Membership};
use model::ids::{InvitationId, OrgId, UserId};
use model::language::{Language, within};
use model::mail::LetterKind;
use model::membership::{Invitation, InvitationRequest, Invited, NewInvitation};
use model::role::{Action, Role};
use serde_json::json;
use uuid::Uuid;

use super::members::must_outrank;
use super::{Organizations, known_role, memberships};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;
use crate::mail::{Due, Letter, Posted};
use crate::random::{Random, digest};

const LASTS: Duration = Duration::from_hours(7 * 24);

#[derive(sqlx::FromRow)]
struct InvitationRow {
    id: Uuid,
    email: String,
    role: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl InvitationRow {
    fn invitation(self) -> Result<Invitation, Error> {
        Ok(Invitation {
            id: InvitationId::new(self.id),
            email: self.email,
            role: known_role(&self.role)?,
            created_at: from_db(self.created_at),
            expires_at: from_db(self.expires_at),
        })
    }
}

/// An invitation that was just used up; whoever used it still has to join.
pub(crate) struct Taken {
    id: Uuid,
    pub(crate) org: OrgId,
    role: Role,
}

impl Taken {
    /// Takes `user` into the organization; somebody who belongs to it already keeps their role.
    pub(crate) async fn join(
        self,
        tx: &mut Tx,
        random: &Random,
        now: Timestamp,
        user: UserId,
    ) -> Result<OrgId, Error> {
        sql!(
            tx,
            run,
            "INSERT INTO org_members (org_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (org_id, user_id) DO NOTHING",
            self.org.uuid(),
            user.uuid(),
            self.role.as_str(),
            to_db(now),
        )?;
        let change = Change::by_user(user, self.org, "member.joined", format!("user:{user}"))
            .with(json!({ "role": self.role, "invitation": self.id }));
        audit::record(tx, random, now, change).await?;
        Ok(self.org)
    }
}

impl Organizations {
    /// Invites an address. An earlier invitation of the same address stops working.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`], also for a role above the caller's own; [`Error::Invalid`];
    /// [`Error::Conflict`] when the address belongs to a member.
    pub async fn invite(
        &self,
        caller: &Caller,
        org: OrgId,
        request: &InvitationRequest,
        public_url: &str,
    ) -> Result<NewInvitation, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageMembers)?;
        must_outrank(&caller, request.role)?;
        let email = Email::parse(&request.email)?;
        let now = self.clock.now();
        let expires_at = now.saturating_add(LASTS).unwrap_or(Timestamp::MAX);
        let id = InvitationId::new(self.random.id(now));
        let token = self.random.token();
        let mut tx = self.db.begin().await?;
        must_be_no_member(&mut tx, org, &email).await?;
        sql!(
            tx,
            run,
            "UPDATE invitations SET revoked_at = $3
             WHERE org_id = $1 AND email_key = $2 AND revoked_at IS NULL AND accepted_at IS NULL",
            org.uuid(),
            email.key(),
            to_db(now),
        )?;
        sql!(
            tx,
            run,
            "INSERT INTO invitations
                 (id, org_id, email, email_key, role, token_digest, invited_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id.uuid(),
            org.uuid(),
            email.as_str(),
            email.key(),
            request.role.as_str(),
            digest(&token),
            caller.user().map(UserId::uuid),
            to_db(now),
            to_db(expires_at),
        )?;
        let change = Change::by(&caller, "invitation.created", format!("invitation:{id}"))
            .with(json!({ "email": email.as_str(), "role": request.role }));
        audit::record(&mut tx, &self.random, now, change).await?;
        drop_letters(&mut tx, org).await?;
        let made = NewInvitation {
            id,
            email: email.as_str().to_owned(),
            role: request.role,
            url: format!("{}/invitations/{token}", public_url.trim_end_matches('/')),
            by_mail: self.mailer.is_set(),
            expires_at,
        };
        let posted = if made.by_mail {
            Some(self.post_invitation(&mut tx, org, &made).await?)
        } else {
            None
        };
        tx.commit().await?;
        if let Some(posted) = posted {
            self.mailer.go(posted);
        }
        Ok(made)
    }

    /// In the language that whoever invites chose: the person invited has none yet.
    async fn post_invitation(&self, tx: &mut Tx, org: OrgId, made: &NewInvitation) -> Result<Posted, Error> {
        let (name, language) = sql!(
            tx,
            one as (String, Option<String>),
            "SELECT o.name, u.language FROM invitations i JOIN organizations o ON o.id = i.org_id
             LEFT JOIN users u ON u.id = i.invited_by WHERE i.id = $1 AND i.org_id = $2",
            made.id.uuid(),
            org.uuid(),
        )?;
        let language = language.and_then(|tag| Language::known(&tag)).unwrap_or_default();
        let letter = || Letter::invitation(&made.email, &name, made.role, made.url.clone());
        let due = Due {
            letter: within(language, letter),
            kind: LetterKind::Invitation,
            about: made.id.uuid(),
            org: Some(org.uuid()),
            user: None,
            good_until: made.expires_at,
        };
        self.mailer.post(tx, due).await
    }

    /// The invitations that can still be accepted, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn invitations(&self, caller: &Caller, org: OrgId) -> Result<Vec<Invitation>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageMembers)?;
        let rows = sql!(
            self.db,
            all as InvitationRow,
            "SELECT id, email, role, created_at, expires_at FROM invitations
             WHERE org_id = $1 AND revoked_at IS NULL AND accepted_at IS NULL AND expires_at > $2 ORDER BY id DESC",
            org.uuid(),
            to_db(self.clock.now()),
        )?;
        rows.into_iter().map(InvitationRow::invitation).collect()
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn revoke_invitation(
        &self,
        caller: &Caller,
        org: OrgId,
        invitation: InvitationId,
    ) -> Result<(), Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageMembers)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let revoked = sql!(
            tx,
            run,
            "UPDATE invitations SET revoked_at = $3
             WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL AND accepted_at IS NULL",
            invitation.uuid(),
            org.uuid(),
            to_db(now),
        )?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        drop_letters(&mut tx, org).await?;
        let change = Change::by(&caller, "invitation.revoked", format!("invitation:{invitation}"));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }

    /// What a link invites to, for whoever holds it.
    ///
    /// # Errors
    /// [`Error::NotFound`], whether the link is wrong, expired, revoked or used.
    pub async fn invited(&self, token: &str) -> Result<Invited, Error> {
        let row = sql!(
            self.db,
            optional as (String, String, String, DateTime<Utc>),
            "SELECT o.name, i.email, i.role, i.expires_at
             FROM invitations i JOIN organizations o ON o.id = i.org_id
             WHERE i.token_digest = $1 AND i.revoked_at IS NULL AND i.accepted_at IS NULL AND i.expires_at > $2",
            digest(token),
            to_db(self.clock.now()),
        )?;
        let (organization, email, role, expires_at) = row.ok_or(Error::NotFound)?;
        Ok(Invited {
            organization,
            email,
            role: known_role(&role)?,
            expires_at: from_db(expires_at),
        })
    }

    /// Takes the caller into the organization that invited the address of their account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in; [`Error::NotFound`] as [`Organizations::invited`];
    /// [`Error::Conflict`] when another address was invited.
    pub async fn accept_invitation(&self, caller: &Caller, token: &str) -> Result<Membership, Error> {
        let (user, _) = caller.signed_in()?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let (email_key,) = sql!(
            tx,
            one as (String,),
            "SELECT email_key FROM users WHERE id = $1",
            user.uuid()
        )?;
        let invitation = take_invitation(&mut tx, now, token, &email_key).await?;
        let org = invitation.join(&mut tx, &self.random, now, user).await?;
        tx.commit().await?;
        let mut all = memberships(&self.db, user).await?.into_iter();
        all.find(|membership| membership.organization.id == org)
            .ok_or(Error::NotFound)
    }
}

/// Uses up the invitation behind `token` on behalf of the account with this address, also when two ask at once.
pub(crate) async fn take_invitation(
    tx: &mut Tx,
    now: Timestamp,
    token: &str,
    email_key: &str,
) -> Result<Taken, Error> {
    let found = sql!(
        tx,
        optional as (Uuid, Uuid, String, String),
        "UPDATE invitations SET accepted_at = $2
         WHERE token_digest = $1 AND revoked_at IS NULL AND accepted_at IS NULL AND expires_at > $2
         RETURNING id, org_id, role, email_key",
        digest(token),
        to_db(now),
    )?;
    let (id, org, role, invited) = found.ok_or(Error::NotFound)?;
    drop_letters(tx, OrgId::new(org)).await?;
    if invited != email_key {
        return Err(Error::Conflict(
            "This invitation is for another e-mail address than that of your account.".into(),
        ));
    }
    Ok(Taken {
        id,
        org: OrgId::new(org),
        role: known_role(&role)?,
    })
}

/// Letters with invitations that were taken back, replaced or used are not sent any more.
async fn drop_letters(tx: &mut Tx, org: OrgId) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "DELETE FROM mail_outbox WHERE org_id = $1 AND kind = 'invitation' AND about IN (
             SELECT id FROM invitations WHERE org_id = $1 AND (revoked_at IS NOT NULL OR accepted_at IS NOT NULL))",
        org.uuid(),
    )?;
    Ok(())
}

async fn must_be_no_member(tx: &mut Tx, org: OrgId, email: &Email) -> Result<(), Error> {
    let member = sql!(
        tx,
        optional as (Uuid,),
        "SELECT u.id FROM users u JOIN org_members m ON m.user_id = u.id
         WHERE m.org_id = $1 AND u.email_key = $2",
        org.uuid(),
        email.key(),
    )?;
    match member {
        None => Ok(()),
        Some(_) => Err(Error::Conflict(
            "Somebody with this e-mail address belongs to the organization already.".into(),
        )),
    }
}
