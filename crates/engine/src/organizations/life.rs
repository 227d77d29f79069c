//! How organizations begin, are suspended, and end.

use model::Timestamp;
use model::account::{NewOrganization, Organization, WeekStart, display_name};
use model::erasure::ErasureKind;
use model::ids::{ErasureId, OrgId, UserId};
use model::role::{Action, Role};
use serde_json::json;

use super::Organizations;
use crate::audit::{self, Change};
use crate::auth::Registration;
use crate::caller::Caller;
use crate::db::{Tx, sql, to_db};
use crate::erasures;
use crate::error::Error;

impl Organizations {
    /// Makes an organization that the caller owns.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in, and where registration is not open for everybody who may not
    /// invite people anywhere: the owner of a new organization could. [`Error::Invalid`].
    pub async fn create(&self, caller: &Caller, new: NewOrganization) -> Result<Organization, Error> {
        let (user, _) = caller.signed_in()?;
        if self.registration != Registration::Open {
            let own = super::memberships(&self.db, user).await?;
            if !own.iter().any(|one| one.role.may(Action::ManageMembers)) {
                return Err(Error::Forbidden);
            }
        }
        let name = display_name("name", &new.name)?;
        let now = self.clock.now();
        let org = OrgId::new(self.random.id(now));
        let mut tx = self.db.begin().await?;
        found(&mut tx, now, org, &name, user).await?;
        let change = Change::by_user(user, org, "organization.created", format!("organization:{org}"))
            .with(json!({ "name": name }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        self.read(org).await
    }

    /// Deletes an organization with its dashboards, keys, links and record of changes. Members keep their accounts. Its events
    /// are erased soon after.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but an owner who signed in.
    pub async fn delete(&self, caller: &Caller, org: OrgId) -> Result<(), Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::DeleteOrganization)?;
        let (user, _) = caller.signed_in()?;
        let mut tx = self.db.begin().await?;
        let deleted = sql!(
            tx,
            run,
            "DELETE FROM organizations WHERE id = $1 AND EXISTS (
                 SELECT 1 FROM org_members m WHERE m.org_id = $1 AND m.user_id = $2 AND m.role = 'owner')",
            org.uuid(),
            user.uuid(),
        )?;
        if deleted == 0 {
            return Err(Error::NotFound);
        }
        // Answers that were kept for requests sent again say in text whose they are.
        sql!(
            tx,
            run,
            "DELETE FROM idempotency WHERE caller LIKE $1",
            format!("{org} %"),
        )?;
        let now = self.clock.now();
        let new = erasures::New {
            id: ErasureId::new(self.random.id(now)),
            org,
            kind: ErasureKind::Organization,
            subject: None,
            before: None,
            actor: &format!("user:{user}"),
        };
        erasures::order(&mut tx, now, &new).await?;
        tx.commit().await?;
        self.calendars.invalidate(&org);
        self.rules.invalidate(&org);
        tracing::info!(%org, %user, "an organization was deleted by its owner");
        Ok(())
    }

    /// Puts an organization on another plan. For whoever operates this machine.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn set_plan(&self, org: OrgId, plan: &str) -> Result<(), Error> {
        let plan = display_name("plan", plan)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let changed = sql!(
            tx,
            run,
            "UPDATE organizations SET plan = $2 WHERE id = $1",
            org.uuid(),
            plan.as_str(),
        )?;
        if changed == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(
            &Caller::operator(org),
            "organization.plan_changed",
            format!("organization:{org}"),
        )
        .with(json!({ "plan": plan }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }

    /// Suspends an organization, or lets it go on: nobody sends events to it, asks or changes anything until then. For
    /// whoever operates this machine.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn suspend(&self, org: OrgId, suspended: bool) -> Result<(), Error> {
        let now = self.clock.now();
        let since = suspended.then(|| to_db(now));
        let mut tx = self.db.begin().await?;
        let changed = sql!(
            tx,
            run,
            "UPDATE organizations SET suspended_at = $2 WHERE id = $1",
            org.uuid(),
            since,
        )?;
        if changed == 0 {
            return Err(Error::NotFound);
        }
        let action = if suspended {
            "organization.suspended"
        } else {
            "organization.resumed"
        };
        let change = Change::by(&Caller::operator(org), action, format!("organization:{org}"));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }
}

/// Writes down a new organization and its owner.
pub(crate) async fn found(
    tx: &mut Tx,
    now: Timestamp,
    org: OrgId,
    name: &str,
    owner: UserId,
) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "INSERT INTO organizations (id, name, plan, timezone, week_start, created_at)
         VALUES ($1, $2, 'free', 'UTC', $3, $4)",
        org.uuid(),
        name,
        WeekStart::default().as_str(),
        to_db(now),
    )?;
    sql!(
        tx,
        run,
        "INSERT INTO org_members (org_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)",
        org.uuid(),
        owner.uuid(),
        Role::Owner.as_str(),
        to_db(now),
    )?;
    Ok(())
}
