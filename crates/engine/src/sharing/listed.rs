//! The links that there are, without what opens them.

use chrono::{DateTime, Utc};
use model::ids::{DashboardId, ShareId, UserId};
use model::role::Action;
use model::share::{Share, ViewerMay};
use sqlx::types::Json;
use uuid::Uuid;

use super::Sharing;
use crate::caller::Caller;
use crate::db::{Page, PageRequest, after, from_db, from_db_option, sql};
use crate::error::Error;

/// Reads [`ShareRow`]s of the links of which the condition holds.
macro_rules! listed {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.dashboard_id, d.name AS dashboard_name, s.name, s.created_by, u.name AS created_by_name,
                 s.created_at, s.expires_at, s.password_hash, s.viewer_may, s.embed_origins, s.embed_key_at,
                 s.last_opened_at
             FROM shares s JOIN dashboards d ON d.id = s.dashboard_id LEFT JOIN users u ON u.id = s.created_by
             WHERE ",
            $condition
        )
    };
}

#[derive(sqlx::FromRow)]
struct ShareRow {
    id: Uuid,
    dashboard_id: Uuid,
    dashboard_name: String,
    name: Option<String>,
    created_by: Option<Uuid>,
    created_by_name: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    password_hash: Option<String>,
    viewer_may: Json<Vec<ViewerMay>>,
    embed_origins: Json<Vec<String>>,
    embed_key_at: Option<DateTime<Utc>>,
    last_opened_at: Option<DateTime<Utc>>,
}

impl ShareRow {
    fn share(self) -> Share {
        Share {
            id: ShareId::new(self.id),
            dashboard_id: DashboardId::new(self.dashboard_id),
            dashboard_name: self.dashboard_name,
            name: self.name,
            created_by: self.created_by.map(UserId::new),
            created_by_name: self.created_by_name,
            created_at: from_db(self.created_at),
            expires_at: from_db_option(self.expires_at),
            has_password: self.password_hash.is_some(),
            viewer_may: self.viewer_may.0,
            embed_origins: self.embed_origins.0,
            embed_key_at: from_db_option(self.embed_key_at),
            last_opened_at: from_db_option(self.last_opened_at),
        }
    }
}

impl Sharing {
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
            listed!("s.dashboard_id = $1 AND s.org_id = $2 AND s.revoked_at IS NULL ORDER BY s.id DESC"),
            dashboard.uuid(),
            caller.org().uuid(),
        )?;
        Ok(rows.into_iter().map(ShareRow::share).collect())
    }

    /// The links of all dashboards of the organization, as [`Sharing::list`] tells those of one.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] on a wrong page request.
    pub async fn list_all(&self, caller: &Caller, request: &PageRequest) -> Result<Page<Share>, Error> {
        caller.must(Action::Share)?;
        let slice = after(request)?;
        let rows = sql!(
            self.db,
            all as ShareRow,
            listed!("s.org_id = $1 AND s.revoked_at IS NULL AND s.id < $2 ORDER BY s.id DESC LIMIT $3"),
            caller.org().uuid(),
            slice.below,
            slice.rows(),
        )?;
        let shares = rows.into_iter().map(ShareRow::share).collect();
        Ok(slice.page(shares, |share: &Share| share.id.uuid()))
    }
}
