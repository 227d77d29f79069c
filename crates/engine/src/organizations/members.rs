//! Who belongs to an organization, and as what. An organization always has an owner.

use chrono::{DateTime, Utc};
use model::ids::{OrgId, UserId};
use model::membership::Member;
use model::role::{Action, Role};
use serde_json::json;
use uuid::Uuid;

use super::{Organizations, known_role};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct MemberRow {
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
    joined_at: DateTime<Utc>,
}

impl MemberRow {
    fn member(self) -> Result<Member, Error> {
        Ok(Member {
            user_id: UserId::new(self.user_id),
            name: self.name,
            email: self.email,
            role: known_role(&self.role)?,
            joined_at: from_db(self.joined_at),
        })
    }
}

impl Organizations {
    /// Everybody who belongs to an organization, who joined first in front.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn members(&self, caller: &Caller, org: OrgId) -> Result<Vec<Member>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ReadMembers)?;
        let rows = sql!(
            self.db,
            all as MemberRow,
            "SELECT m.user_id, u.name, u.email, m.role, m.joined_at
             FROM org_members m JOIN users u ON u.id = m.user_id
             WHERE m.org_id = $1 ORDER BY m.joined_at, m.user_id",
            org.uuid(),
        )?;
        if rows.is_empty() {
            return Err(Error::NotFound);
        }
        rows.into_iter().map(MemberRow::member).collect()
    }

    /// Gives a member another role. Only owners make owners, and change what an owner is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Conflict`] when nobody would own the organization.
    pub async fn set_role(
        &self,
        caller: &Caller,
        org: OrgId,
        user: UserId,
        role: Role,
    ) -> Result<Member, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageMembers)?;
        let mut tx = self.db.begin().await?;
        one_at_a_time(&mut tx, org).await?;
        let before = role_of(&mut tx, org, user).await?.ok_or(Error::NotFound)?;
        must_outrank(&caller, before.max(role))?;
        write_role(&mut tx, org, user, role).await?;
        must_have_an_owner(&mut tx, org).await?;
        let change = Change::by(&caller, "member.changed", format!("user:{user}"))
            .with(json!({ "from": before, "to": role }));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await?;
        self.member(org, user).await
    }

    /// Makes another member an owner in the caller's place, who becomes an admin.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] for everybody but an owner who signed in.
    pub async fn transfer(&self, caller: &Caller, org: OrgId, to: UserId) -> Result<Member, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::DeleteOrganization)?;
        let (from, _) = caller.signed_in()?;
        let mut tx = self.db.begin().await?;
        one_at_a_time(&mut tx, org).await?;
        role_of(&mut tx, org, to).await?.ok_or(Error::NotFound)?;
        if role_of(&mut tx, org, from).await? != Some(Role::Owner) {
            return Err(Error::Forbidden);
        }
        write_role(&mut tx, org, from, Role::Admin).await?;
        write_role(&mut tx, org, to, Role::Owner).await?;
        let change = Change::by(&caller, "organization.transferred", format!("user:{to}"));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await?;
        self.member(org, to).await
    }

    /// Takes somebody out of an organization; everybody may leave. Their personal keys stop working.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Conflict`] when nobody would own the organization.
    pub async fn remove_member(&self, caller: &Caller, org: OrgId, user: UserId) -> Result<(), Error> {
        let caller = self.within(caller, org).await?;
        let leaves = caller.signed_in().is_ok_and(|(own, _)| own == user);
        if !leaves {
            caller.must(Action::ManageMembers)?;
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        one_at_a_time(&mut tx, org).await?;
        let role = role_of(&mut tx, org, user).await?.ok_or(Error::NotFound)?;
        if !leaves {
            must_outrank(&caller, role)?;
        }
        sql!(
            tx,
            run,
            "DELETE FROM org_members WHERE org_id = $1 AND user_id = $2",
            org.uuid(),
            user.uuid(),
        )?;
        sql!(
            tx,
            run,
            "UPDATE api_keys SET revoked_at = $3 WHERE org_id = $1 AND user_id = $2 AND revoked_at IS NULL",
            org.uuid(),
            user.uuid(),
            to_db(now),
        )?;
        must_have_an_owner(&mut tx, org).await?;
        let action = if leaves { "member.left" } else { "member.removed" };
        let change = Change::by(&caller, action, format!("user:{user}")).with(json!({ "role": role }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }

    pub(super) async fn member(&self, org: OrgId, user: UserId) -> Result<Member, Error> {
        let row = sql!(
            self.db,
            optional as MemberRow,
            "SELECT m.user_id, u.name, u.email, m.role, m.joined_at
             FROM org_members m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 AND m.user_id = $2",
            org.uuid(),
            user.uuid(),
        )?;
        row.ok_or(Error::NotFound)?.member()
    }
}

/// Nobody gives, changes or takes a role above their own.
pub(super) fn must_outrank(caller: &Caller, role: Role) -> Result<(), Error> {
    if caller.role().is_some_and(|own| own >= role) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// Lets changes of one organization's members wait for each other: two owners who demote one another at once must not
/// both succeed. On PostgreSQL this locks the row; `SQLite` has one writer anyway.
async fn one_at_a_time(tx: &mut Tx, org: OrgId) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "UPDATE organizations SET name = name WHERE id = $1",
        org.uuid()
    )?;
    Ok(())
}

async fn role_of(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Option<Role>, Error> {
    let row = sql!(
        tx,
        optional as (String,),
        "SELECT role FROM org_members WHERE org_id = $1 AND user_id = $2",
        org.uuid(),
        user.uuid(),
    )?;
    row.map(|(role,)| known_role(&role)).transpose()
}

/// Why somebody stays an owner.
pub const LAST_OWNER: &str =
    "Somebody has to own the organization. Make another member an owner first, or delete it.";

async fn write_role(tx: &mut Tx, org: OrgId, user: UserId, role: Role) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "UPDATE org_members SET role = $3 WHERE org_id = $1 AND user_id = $2",
        org.uuid(),
        user.uuid(),
        role.as_str(),
    )?;
    Ok(())
}

async fn must_have_an_owner(tx: &mut Tx, org: OrgId) -> Result<(), Error> {
    let owner = sql!(
        tx,
        optional as (Uuid,),
        "SELECT user_id FROM org_members WHERE org_id = $1 AND role = 'owner' LIMIT 1",
        org.uuid(),
    )?;
    owner
        .map(drop)
        .ok_or_else(|| Error::Conflict(LAST_OWNER.to_owned()))
}
