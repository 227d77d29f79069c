//! Share links: whoever has one sees one dashboard, until it expires or is revoked.

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::account::{Organization, display_name};
use model::ids::{DashboardId, OrgId, ShareId, UserId};
use model::role::Action;
use model::share::{NewShare, Share, ShareRequest};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Change};
use crate::caller::{Caller, Who};
use crate::clock::Clock;
use crate::db::{Db, from_db, from_db_option, sql, to_db};
use crate::error::Error;
use crate::organizations::OrganizationRow;
use crate::random::{Random, digest};

#[derive(sqlx::FromRow)]
struct ShareRow {
    id: Uuid,
    dashboard_id: Uuid,
    name: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl ShareRow {
    fn share(self) -> Share {
        Share {
            id: ShareId::new(self.id),
            dashboard_id: DashboardId::new(self.dashboard_id),
            name: self.name,
            created_at: from_db(self.created_at),
            expires_at: from_db_option(self.expires_at),
        }
    }
}

#[derive(sqlx::FromRow)]
struct OpenedRow {
    #[sqlx(flatten)]
    organization: OrganizationRow,
    dashboard_id: Uuid,
}

/// Share links.
#[derive(Clone, Debug)]
pub struct Sharing {
    db: Db,
    clock: Clock,
    random: Random,
}

impl Sharing {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { db, clock, random }
    }

    /// Makes a link below `public_url`; the answer is the only place that tells it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create(
        &self,
        caller: &Caller,
        dashboard: DashboardId,
        request: ShareRequest,
        public_url: &str,
    ) -> Result<NewShare, Error> {
        caller.must(Action::Share)?;
        let now = self.clock.now();
        let name = request.name.map(|name| display_name("name", &name)).transpose()?;
        let expires_at = request.expires_at.map(|at| from_db(to_db(at)));
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid(
                "expires_at",
                "in_the_past",
                "Choose a moment in the future.",
            ));
        }
        let id = ShareId::new(self.random.id(now));
        let token = self.random.token();
        let mut tx = self.db.begin().await?;
        let made = sql!(
            tx,
            run,
            "INSERT INTO shares (id, org_id, dashboard_id, name, token_digest, created_by, created_at, expires_at)
             SELECT $1, org_id, id, $4, $5, $6, $7, $8 FROM dashboards WHERE id = $2 AND org_id = $3",
            id.uuid(),
            dashboard.uuid(),
            caller.org().uuid(),
            name.as_deref(),
            digest(&token),
            caller.user().map(UserId::uuid),
            to_db(now),
            expires_at.map(to_db),
        )?;
        if made == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(caller, "share.created", format!("share:{id}"))
            .with(json!({ "dashboard": dashboard, "name": name, "expires_at": expires_at }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        let url = format!("{}/s/{token}", public_url.trim_end_matches('/'));
        Ok(NewShare { id, url, expires_at })
    }

    /// The links of a dashboard that were not revoked, newest first; expired ones say so.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn list(&self, caller: &Caller, dashboard: DashboardId) -> Result<Vec<Share>, Error> {
        caller.must(Action::Share)?;
        let known = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT id FROM dashboards WHERE id = $1 AND org_id = $2",
            dashboard.uuid(),
            caller.org().uuid(),
        )?;
        known.ok_or(Error::NotFound)?;
        let rows = sql!(
            self.db,
            all as ShareRow,
            "SELECT id, dashboard_id, name, created_at, expires_at FROM shares
             WHERE dashboard_id = $1 AND org_id = $2 AND revoked_at IS NULL ORDER BY id DESC",
            dashboard.uuid(),
            caller.org().uuid(),
        )?;
        Ok(rows.into_iter().map(ShareRow::share).collect())
    }

    /// Revokes a link: from now on it opens nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn revoke(&self, caller: &Caller, share: ShareId) -> Result<(), Error> {
        caller.must(Action::Share)?;
        let now: Timestamp = self.clock.now();
        let mut tx = self.db.begin().await?;
        let revoked = sql!(
            tx,
            run,
            "UPDATE shares SET revoked_at = $3 WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL",
            share.uuid(),
            caller.org().uuid(),
            to_db(now),
        )?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(caller, "share.revoked", format!("share:{share}"));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }

    /// Whoever has the link becomes a caller who sees its dashboard.
    ///
    /// # Errors
    /// [`Error::NotFound`], whether the link is wrong, expired or revoked.
    pub async fn open(&self, token: &str) -> Result<(Caller, Organization, DashboardId), Error> {
        let row = sql!(
            self.db,
            optional as OpenedRow,
            "SELECT o.id, o.name, o.plan, o.timezone, o.week_start, s.dashboard_id
             FROM shares s JOIN organizations o ON o.id = s.org_id
             WHERE s.token_digest = $1 AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $2)",
            digest(token),
            to_db(self.clock.now()),
        )?;
        let row = row.ok_or(Error::NotFound)?;
        let dashboard = DashboardId::new(row.dashboard_id);
        let organization = row.organization.organization();
        let org: OrgId = organization.id;
        Ok((Caller::new(org, Who::Link { dashboard }), organization, dashboard))
    }
}
