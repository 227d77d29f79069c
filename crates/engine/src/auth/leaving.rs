//! How somebody's account ends.

use model::account::AccountDeletion;
use model::ids::{OrgId, UserId};
use uuid::Uuid;

use super::Auth;
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, sql};
use crate::error::Error;

/// The names of the organizations that somebody owns and nobody else does.
const OWNED_ALONE: &str = "SELECT o.name FROM org_members m JOIN organizations o ON o.id = m.org_id
     WHERE m.user_id = $1 AND m.role = 'owner' AND NOT EXISTS (SELECT 1 FROM org_members other
         WHERE other.org_id = m.org_id AND other.role = 'owner' AND other.user_id <> $1)
     ORDER BY o.name, o.id";

impl Auth {
    /// Deletes the caller's account: sessions, personal keys, memberships and letters go with it. What the person made in
    /// organizations stays there, and so do their records of changes.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong password, and a code that is missing or wrong where the account asks for one;
    /// [`Error::Conflict`] with the organizations that nobody else owns;
    /// [`Error::TooMany`]; [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn delete_account(&self, caller: &Caller, proof: &AccountDeletion) -> Result<(), Error> {
        let (user, session) = caller.signed_in()?;
        self.must_prove_again(user, session, &proof.password, proof.code.as_deref())
            .await?;
        let mut tx = self.db.begin().await?;
        let orgs = held_organizations(&mut tx, user).await?;
        let alone = sql!(tx, all as (String,), OWNED_ALONE, user.uuid())?;
        if !alone.is_empty() {
            return Err(Error::Conflict(only_owner(alone)));
        }
        for org in orgs {
            let change = Change::by_user(user, org, "user.deleted", format!("user:{user}"));
            audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        }
        sql!(tx, run, "DELETE FROM users WHERE id = $1", user.uuid())?;
        tx.commit().await
    }

    /// The names of the organizations that only the caller owns, in order.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn owns_alone(&self, caller: &Caller) -> Result<Vec<String>, Error> {
        let (user, _) = caller.signed_in()?;
        let names = sql!(self.db, all as (String,), OWNED_ALONE, user.uuid())?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }
}

/// The organizations that somebody belongs to; their members change one after the other from here on.
async fn held_organizations(tx: &mut Tx, user: UserId) -> Result<Vec<OrgId>, Error> {
    let held = sql!(
        tx,
        all as (Uuid,),
        "UPDATE organizations SET name = name WHERE id IN (SELECT org_id FROM org_members WHERE user_id = $1) RETURNING id",
        user.uuid(),
    )?;
    Ok(held.into_iter().map(|(org,)| OrgId::new(org)).collect())
}

fn only_owner(names: Vec<(String,)>) -> String {
    let names: Vec<String> = names.into_iter().map(|(name,)| name).collect();
    format!(
        "Nobody else owns {}. Make another member an owner, or delete the organization, and then your account.",
        names.join(", ")
    )
}
