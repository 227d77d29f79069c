//! Organizations: their settings, their keys and their record of changes.

mod first_steps;
mod ingest;
mod invitations;
mod keys;
mod letters;
mod life;
mod members;

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use model::account::{
    Membership, Organization, OrganizationPatch, OrganizationSettings, WeekStart, display_name,
};
use model::erasure::retention_days;
use model::ids::{OrgId, UserId};
use model::ingest::IngestRules;
use model::problem::FieldError;
use model::query::Query;
use model::role::{Action, Role};
use moka::sync::Cache;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Change, Entry, EntryFilter};
use crate::auth::Registration;
use crate::caller::{Caller, Who};
use crate::clock::Clock;
use crate::db::{Db, Page, PageRequest, sql};
use crate::error::Error;
use crate::mail::Mailer;
use crate::query::buckets::Calendar;
use crate::random::Random;
pub(crate) use invitations::take_invitation;
pub(crate) use life::found;

pub use members::LAST_OWNER;

const CALENDAR_REMEMBERED: Duration = Duration::from_secs(2);
const CALENDARS_REMEMBERED: u64 = 10_000;

fn checked(patch: OrganizationPatch) -> Result<OrganizationPatch, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = match patch.name.map(|name| display_name("name", &name)).transpose() {
        Ok(name) => name,
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let timezone = patch.timezone.map(|zone| zone.trim().to_owned());
    if timezone.as_ref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        let message = "There is no such time zone. Use an IANA name such as `Europe/Berlin`.";
        errors.push(FieldError::new("timezone", "unknown", message));
    }
    let domains = match patch.domains.as_deref().map(ingest::checked_domains).transpose() {
        Ok(domains) => domains,
        Err(error) => {
            errors.push(error);
            None
        }
    };
    if let Some(Err(error)) = patch.retention_days.map(retention_days) {
        errors.push(error);
    }
    if errors.is_empty() {
        Ok(OrganizationPatch {
            name,
            timezone,
            week_start: patch.week_start,
            ingest: patch.ingest,
            domains,
            retention_days: patch.retention_days,
        })
    } else {
        Err(errors)
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct OrganizationRow {
    id: Uuid,
    name: String,
    plan: String,
    timezone: String,
    week_start: String,
}

impl OrganizationRow {
    pub(crate) fn organization(self) -> Organization {
        Organization {
            id: OrgId::new(self.id),
            name: self.name,
            plan: self.plan,
            timezone: self.timezone,
            week_start: WeekStart::parse(&self.week_start),
        }
    }
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    #[sqlx(flatten)]
    organization: OrganizationRow,
    role: String,
}

/// The organizations and what belongs to them.
#[derive(Clone, Debug)]
pub struct Organizations {
    db: Db,
    clock: Clock,
    random: Random,
    calendars: Cache<OrgId, Calendar>,
    rules: Cache<OrgId, Arc<IngestRules>>,
    mailer: Mailer,
    registration: Registration,
}

impl Organizations {
    /// Works on `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, random: Random) -> Self {
        let calendars = Cache::builder()
            .max_capacity(CALENDARS_REMEMBERED)
            .time_to_live(CALENDAR_REMEMBERED)
            .build();
        let rules = Cache::builder()
            .max_capacity(CALENDARS_REMEMBERED)
            .time_to_live(CALENDAR_REMEMBERED)
            .build();
        Self {
            db,
            clock,
            random,
            calendars,
            rules,
            mailer: Mailer::to_the_log(),
            registration: Registration::Open,
        }
    }

    /// The same organizations, on a server where not everybody may make an account.
    #[must_use]
    pub fn with_registration(self, registration: Registration) -> Self {
        Self { registration, ..self }
    }

    /// The same organizations, whose invitations go out through `mailer`.
    #[must_use]
    pub fn with_mailer(self, mailer: Mailer) -> Self {
        Self { mailer, ..self }
    }

    /// Every organization that the user belongs to, the one joined first in front.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that is not a user.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Membership>, Error> {
        let user = caller.user().ok_or(Error::Forbidden)?;
        Ok(visible(caller, memberships(&self.db, user).await?))
    }

    /// Every organization there is, in the order of their names: for whoever operates this machine.
    ///
    /// # Errors
    /// [`Error::Internal`], [`Error::Unavailable`].
    pub async fn all(&self) -> Result<Vec<Organization>, Error> {
        let rows = sql!(
            self.db,
            all as OrganizationRow,
            "SELECT id, name, plan, timezone, week_start FROM organizations ORDER BY name, id",
        )?;
        Ok(rows.into_iter().map(OrganizationRow::organization).collect())
    }

    /// One organization.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn get(&self, caller: &Caller, org: OrgId) -> Result<Organization, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::Read)?;
        self.read(org).await
    }

    /// Changes an organization's name, its calendar, its sites or what becomes of its events.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], [`Error::Conflict`] for a domain of somebody else.
    pub async fn update(
        &self,
        caller: &Caller,
        org: OrgId,
        patch: OrganizationPatch,
    ) -> Result<OrganizationSettings, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageOrganization)?;
        let patch = checked(patch)?;
        let mut tx = self.db.begin().await?;
        let row = sql!(
            tx,
            optional as OrganizationRow,
            "UPDATE organizations SET name = coalesce($2, name), timezone = coalesce($3, timezone),
                 week_start = coalesce($4, week_start)
             WHERE id = $1 RETURNING id, name, plan, timezone, week_start",
            org.uuid(),
            patch.name,
            patch.timezone,
            patch.week_start.map(WeekStart::as_str),
        )?;
        let organization = row.ok_or(Error::NotFound)?.organization();
        let change = Change::by(&caller, "organization.changed", format!("organization:{org}")).with(json!({
            "name": organization.name,
            "timezone": organization.timezone,
            "week_start": organization.week_start,
            "ingest": patch.ingest,
            "domains": patch.domains,
            "retention_days": patch.retention_days,
        }));
        if let Some(patch) = patch.ingest {
            ingest::change_rules(&mut tx, org, patch).await?;
        }
        if let Some(days) = patch.retention_days {
            ingest::change_retention(&mut tx, org, days).await?;
        }
        if let Some(domains) = &patch.domains {
            ingest::replace_domains(&mut tx, org, domains).await?;
        }
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await?;
        self.calendars.invalidate(&org);
        self.rules.invalidate(&org);
        self.settings(&caller, org).await
    }

    /// Where an organization's days and weeks begin; at most two seconds old.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn calendar(&self, org: OrgId) -> Result<Calendar, Error> {
        if let Some(calendar) = self.calendars.get(&org) {
            return Ok(calendar);
        }
        let Organization {
            timezone, week_start, ..
        } = self.read(org).await?;
        let calendar = Calendar { timezone, week_start };
        self.calendars.insert(org, calendar.clone());
        Ok(calendar)
    }

    /// What was changed in an organization, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`] on a wrong filter or page request.
    pub async fn audit(
        &self,
        caller: &Caller,
        org: OrgId,
        filter: &EntryFilter,
        request: &PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageOrganization)?;
        let zone = self.calendar(org).await?.timezone;
        let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
        audit::entries(&self.db, org, &zone, filter, request).await
    }

    /// What was ever done in an organization, as in [`Entry::action`], in order.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn audited_actions(&self, caller: &Caller, org: OrgId) -> Result<Vec<String>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageOrganization)?;
        audit::actions(&self.db, org).await
    }

    /// Writes down that somebody took events along.
    pub(crate) async fn record_export(
        &self,
        caller: &Caller,
        asked: Option<&Query>,
        events: u64,
    ) -> Result<(), Error> {
        let org = caller.org();
        let change = Change::by(caller, "events.exported", format!("organization:{org}"))
            .with(json!({ "asked": asked, "events": events }));
        let mut tx = self.db.begin().await?;
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await
    }

    /// The caller as a member of `org`, which need not be the organization that the request named.
    pub(crate) async fn within(&self, caller: &Caller, org: OrgId) -> Result<Caller, Error> {
        if caller.org() == org {
            return Ok(caller.clone());
        }
        let Who::Member { user, session, .. } = caller.who() else {
            return Err(Error::NotFound);
        };
        let standing = standing(&self.db, *user, org).await?.ok_or(Error::NotFound)?;
        let who = Who::Member {
            user: *user,
            session: *session,
            role: standing.role,
        };
        Ok(Caller::new(org, who).with_suspension(standing.suspended))
    }

    async fn read(&self, org: OrgId) -> Result<Organization, Error> {
        let row = sql!(
            self.db,
            optional as OrganizationRow,
            "SELECT id, name, plan, timezone, week_start FROM organizations WHERE id = $1",
            org.uuid(),
        )?;
        row.map(OrganizationRow::organization).ok_or(Error::NotFound)
    }
}

/// What a user is in an organization.
pub(crate) struct Standing {
    pub(crate) role: Role,
    pub(crate) suspended: bool,
}

/// What a user is in `org`; `None` where the user does not belong.
pub(crate) async fn standing(db: &Db, user: UserId, org: OrgId) -> Result<Option<Standing>, Error> {
    let row = sql!(
        db,
        optional as (String, bool),
        "SELECT m.role, o.suspended_at IS NOT NULL FROM org_members m JOIN organizations o ON o.id = m.org_id
         WHERE m.user_id = $1 AND m.org_id = $2",
        user.uuid(),
        org.uuid(),
    )?;
    let Some((role, suspended)) = row else {
        return Ok(None);
    };
    let role = known_role(&role)?;
    Ok(Some(Standing { role, suspended }))
}

/// A personal key is for one organization and sees no other.
pub(crate) fn visible(caller: &Caller, mut memberships: Vec<Membership>) -> Vec<Membership> {
    if matches!(caller.who(), Who::Personal { .. }) {
        memberships.retain(|membership| membership.organization.id == caller.org());
    }
    memberships
}

/// Every organization that a user belongs to, the one joined first in front.
pub(crate) async fn memberships(db: &Db, user: UserId) -> Result<Vec<Membership>, Error> {
    let rows = sql!(
        db,
        all as MembershipRow,
        "SELECT o.id, o.name, o.plan, o.timezone, o.week_start, m.role
         FROM org_members m JOIN organizations o ON o.id = m.org_id
         WHERE m.user_id = $1 ORDER BY m.joined_at, m.org_id",
        user.uuid(),
    )?;
    let membership = |row: MembershipRow| {
        Ok(Membership {
            organization: row.organization.organization(),
            role: known_role(&row.role)?,
        })
    };
    rows.into_iter().map(membership).collect()
}

pub(crate) fn known_role(word: &str) -> Result<Role, Error> {
    Role::parse(word).ok_or_else(|| Error::internal(format!("there is no role `{word}`")))
}
