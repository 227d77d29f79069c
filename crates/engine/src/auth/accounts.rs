//! Accounts: made, proved and looked at.

use chrono::{DateTime, Utc};
use model::account::{Email, Me, Membership, Organization, User, display_name};
use model::ids::{OrgId, UserId};
use model::problem::FieldError;
use serde_json::json;
use uuid::Uuid;

use super::{Auth, Registration, passwords};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;
use crate::organizations::{self, OrganizationRow};

/// An account that is about to be made, checked.
struct NewAccount {
    email: Email,
    name: String,
    organization: String,
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    email: String,
    name: String,
    created_at: DateTime<Utc>,
}

impl UserRow {
    fn user(self) -> User {
        User {
            id: UserId::new(self.id),
            email: self.email,
            name: self.name,
            created_at: from_db(self.created_at),
        }
    }
}

impl Auth {
    /// Makes an account and its organization, which the new user owns. [`Auth::confirm_soon`] asks whether the address is theirs.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where registration is closed, or by invitation and none is shown; [`Error::NotFound`] for an
    /// invitation that cannot be accepted, [`Error::Invalid`], [`Error::Conflict`] for an address that
    /// has an account, [`Error::TooMany`].
    pub async fn register(
        &self,
        registration: &model::account::Registration,
    ) -> Result<(User, Organization), Error> {
        match (self.settings.registration, &registration.invitation) {
            (Registration::Open, _) | (Registration::Invite, Some(_)) => {
                self.make_account(registration).await
            }
            (Registration::Invite, None) | (Registration::Closed, _) => Err(Error::Forbidden),
        }
    }

    /// Makes an account on behalf of whoever runs the program, also where registration is closed.
    ///
    /// # Errors
    /// As [`Auth::register`].
    pub async fn create_user(
        &self,
        email: &str,
        password: &str,
        name: &str,
        organization: Option<&str>,
    ) -> Result<(User, Organization), Error> {
        let registration = model::account::Registration {
            email: email.to_owned(),
            password: password.to_owned(),
            name: name.to_owned(),
            organization: organization.map(str::to_owned),
            invitation: None,
        };
        self.make_account(&registration).await
    }

    /// Makes an account that brings its password along, as a hash of argon2 or bcrypt. The person signs in with the password
    /// that they have; then a hash of ours takes its place.
    ///
    /// # Errors
    /// As [`Auth::register`]; [`Error::Invalid`] for what is no such hash, or costs too much to check.
    pub async fn import_user(
        &self,
        email: &str,
        hash: &str,
        name: &str,
        organization: Option<&str>,
    ) -> Result<(User, Organization), Error> {
        let registration = model::account::Registration {
            email: email.to_owned(),
            password: String::new(),
            name: name.to_owned(),
            organization: organization.map(str::to_owned),
            invitation: None,
        };
        let new = checked(&registration, passwords::importable(hash))?;
        self.write_account(&new, hash.to_owned(), None).await
    }

    /// The account behind an address, for whoever runs the program.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn find_user(&self, email: &str) -> Result<Option<(User, Organization)>, Error> {
        let Ok(email) = Email::parse(email) else {
            return Ok(None);
        };
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT id FROM users WHERE email_key = $1",
            email.key()
        )?;
        let Some((id,)) = found else { return Ok(None) };
        let mut tx = self.db.begin().await?;
        let account = self.account(&mut tx, UserId::new(id)).await?;
        Ok(account.and_then(|(user, organization)| Some(user).zip(organization)))
    }

    /// The signed-in user, and every organization that the user belongs to.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that is not a user.
    pub async fn me(&self, caller: &Caller) -> Result<Me, Error> {
        let id = caller.user().ok_or(Error::Forbidden)?;
        let row = sql!(
            self.db,
            optional as UserRow,
            "SELECT id, email, name, created_at FROM users WHERE id = $1",
            id.uuid(),
        )?;
        let user = row.ok_or(Error::NotFound)?.user();
        let all: Vec<Membership> = organizations::memberships(&self.db, id).await?;
        let organizations = organizations::visible(caller, all);
        Ok(Me {
            email_confirmed: self.is_confirmed(id).await?,
            two_factor: self.asks_for_code(id).await?,
            user,
            organizations,
        })
    }

    async fn make_account(
        &self,
        registration: &model::account::Registration,
    ) -> Result<(User, Organization), Error> {
        let own = [registration.email.as_str(), &registration.name];
        let new = checked(registration, passwords::acceptable(&registration.password, &own))?;
        let password_hash = self.passwords.hash(&registration.password).await?;
        self.write_account(&new, password_hash, registration.invitation.as_deref())
            .await
    }

    async fn write_account(
        &self,
        new: &NewAccount,
        password_hash: String,
        invitation: Option<&str>,
    ) -> Result<(User, Organization), Error> {
        let now = self.clock.now();
        let user = UserId::new(self.random.id(now));
        let mut tx = self.db.begin().await?;
        let made = sql!(
            tx,
            run,
            "INSERT INTO users (id, email, email_key, password_hash, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (email_key) DO NOTHING",
            user.uuid(),
            new.email.as_str(),
            new.email.key(),
            password_hash,
            new.name.as_str(),
            to_db(now),
        )?;
        if made == 0 {
            return Err(Error::Conflict(
                "There is already an account with this e-mail address. Sign in instead.".into(),
            ));
        }
        self.settle(&mut tx, user, new, invitation).await?;
        let (user, organization) = self.account(&mut tx, user).await?.ok_or(Error::NotFound)?;
        let organization = organization.ok_or(Error::NotFound)?;
        tx.commit().await?;
        Ok((user, organization))
    }

    /// Gives a new user an organization: the one that invited, or one of their own.
    async fn settle(
        &self,
        tx: &mut Tx,
        user: UserId,
        new: &NewAccount,
        invitation: Option<&str>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        if let Some(token) = invitation {
            let taken = organizations::take_invitation(tx, now, token, &new.email.key()).await?;
            let change = Change::by_user(user, taken.org, "user.registered", format!("user:{user}"));
            audit::record(tx, &self.random, now, change).await?;
            return taken.join(tx, &self.random, now, user).await.map(drop);
        }
        let org = OrgId::new(self.random.id(now));
        organizations::found(tx, now, org, &new.organization, user).await?;
        let change = Change::by_user(user, org, "user.registered", format!("user:{user}"))
            .with(json!({ "organization": new.organization }));
        audit::record(tx, &self.random, now, change).await
    }

    /// A user who may sign in, and the organization that the user joined first, if any.
    pub(super) async fn account(
        &self,
        tx: &mut Tx,
        user: UserId,
    ) -> Result<Option<(User, Option<Organization>)>, Error> {
        let row = sql!(
            tx,
            optional as UserRow,
            "SELECT id, email, name, created_at FROM users WHERE id = $1 AND disabled_at IS NULL",
            user.uuid(),
        )?;
        let organization = sql!(
            tx,
            optional as OrganizationRow,
            "SELECT o.id, o.name, o.plan, o.timezone, o.week_start
             FROM org_members m JOIN organizations o ON o.id = m.org_id
             WHERE m.user_id = $1 ORDER BY m.joined_at, m.org_id LIMIT 1",
            user.uuid(),
        )?;
        let organization = organization.map(OrganizationRow::organization);
        Ok(row.map(|user| (user.user(), organization)))
    }
}

fn checked(
    registration: &model::account::Registration,
    password: Result<(), FieldError>,
) -> Result<NewAccount, Error> {
    let email = Email::parse(&registration.email);
    let name = display_name("name", &registration.name);
    let organization = match registration.organization.as_deref().map(str::trim) {
        None | Some("") => Ok(own_organization(registration.name.trim())),
        Some(organization) => display_name("organization", organization),
    };
    match (email, password, name, organization) {
        (Ok(email), Ok(()), Ok(name), Ok(organization)) => Ok(NewAccount {
            email,
            name,
            organization,
        }),
        (email, password, name, organization) => {
            let errors: Vec<FieldError> = [email.err(), password.err(), name.err(), organization.err()]
                .into_iter()
                .flatten()
                .collect();
            Err(errors.into())
        }
    }
}

pub(super) fn own_organization(name: &str) -> String {
    const LONGEST_NAME: usize = 180;
    let name: String = name.chars().take(LONGEST_NAME).collect();
    format!("{name}'s organization")
}
