//! What a dashboard was before it was changed, and bringing that back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::dashboard::{Dashboard, DashboardVersion, Document};
use model::ids::{DashboardId, UserId};
use model::role::Action;
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::document::document_of;
use super::rows::{DashboardRow, WidgetRow};
use super::widgets::NewWidget;
use super::{Dashboards, target};
use crate::audit::Change;
use crate::caller::Caller;
use crate::db::{Tx, from_db, sql, to_db};
use crate::error::Error;

/// Changes of one person within this time are one version.
pub(super) const TOGETHER: Duration = Duration::from_mins(5);
/// Versions of one dashboard that are kept.
const KEPT: i64 = 100;

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    document: Json<Document>,
    changed_by: Option<Uuid>,
    changed_at: DateTime<Utc>,
}

impl Row {
    fn version(self) -> DashboardVersion {
        DashboardVersion {
            version: self.version,
            name: self.document.0.dashboard.name,
            widgets: self.document.0.widgets.len(),
            changed_by: self.changed_by.map(UserId::new),
            changed_at: from_db(self.changed_at),
        }
    }
}

impl Dashboards {
    /// What a dashboard was before it was changed, the latest first; at most 100.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn versions(&self, caller: &Caller, id: DashboardId) -> Result<Vec<DashboardVersion>, Error> {
        caller.must(Action::Read)?;
        self.get(caller, id).await?;
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT version, document, changed_by, changed_at FROM dashboard_versions
             WHERE dashboard_id = $1 AND org_id = $2 ORDER BY version DESC",
            id.uuid(),
            caller.org().uuid(),
        )?;
        Ok(rows.into_iter().map(Row::version).collect())
    }

    /// Makes a dashboard what it was; what it is now becomes a version of its own. Its address and share links stay.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Changed`] when it is no longer the `expected` version.
    pub async fn restore(
        &self,
        caller: &Caller,
        id: DashboardId,
        version: i64,
        expected: Option<i64>,
    ) -> Result<Dashboard, Error> {
        caller.must(Action::EditDashboards)?;
        let mut tx = self.db.begin().await?;
        let found = sql!(
            tx,
            optional as Row,
            "SELECT version, document, changed_by, changed_at FROM dashboard_versions
             WHERE dashboard_id = $1 AND org_id = $2 AND version = $3",
            id.uuid(),
            caller.org().uuid(),
            version,
        )?;
        let Document { dashboard, widgets } = found.ok_or(Error::NotFound)?.document.0;
        self.touch(&mut tx, caller, id, expected).await?;
        self.keep_version(&mut tx, caller, id, Duration::ZERO).await?;
        let row = self.write(&mut tx, caller, id, dashboard).await?;
        sql!(
            tx,
            run,
            "DELETE FROM widgets WHERE dashboard_id = $1 AND org_id = $2",
            id.uuid(),
            caller.org().uuid(),
        )?;
        for spec in widgets {
            let new = NewWidget {
                dashboard: id,
                position: spec.position.unwrap_or_default(),
                size: spec.size.unwrap_or(spec.kind.usual_size()),
                spec,
            };
            self.insert_widget(&mut tx, caller, new).await?;
        }
        let change = Change::by(caller, "dashboard.restored", target(id));
        self.finish(tx, change.with(json!({ "version": version })))
            .await?;
        Ok(row.dashboard())
    }

    /// Keeps what a dashboard is before it is changed, unless the same person did so within `together`.
    pub(super) async fn keep_version(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: DashboardId,
        together: Duration,
    ) -> Result<(), Error> {
        let user = caller.user().map(UserId::uuid);
        let now = self.clock.now();
        let last = sql!(
            tx,
            optional as (Option<Uuid>, DateTime<Utc>),
            "SELECT changed_by, changed_at FROM dashboard_versions WHERE dashboard_id = $1
             ORDER BY version DESC LIMIT 1",
            id.uuid(),
        )?;
        if last.is_some_and(|(by, at)| by == user && from_db(at) + together > now) {
            return Ok(());
        }
        let dashboard = sql!(
            tx,
            one as DashboardRow,
            "SELECT id, name, description, layout, range, filter, created_by, created_at, updated_at, version
             FROM dashboards WHERE id = $1",
            id.uuid(),
        )?;
        let widgets = sql!(
            tx,
            all as WidgetRow,
            "SELECT id, dashboard_id, type, title, config, x, y, w, h, created_at, version
             FROM widgets WHERE dashboard_id = $1 ORDER BY y, x, id",
            id.uuid(),
        )?;
        let dashboard = dashboard.dashboard();
        let version = dashboard.version - 1;
        let widgets = widgets
            .into_iter()
            .map(WidgetRow::widget)
            .collect::<Result<_, _>>()?;
        let document = document_of(dashboard, widgets);
        sql!(
            tx,
            run,
            "INSERT INTO dashboard_versions (dashboard_id, version, org_id, document, changed_by, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            id.uuid(),
            version,
            caller.org().uuid(),
            Json(document),
            user,
            to_db(now),
        )?;
        sql!(
            tx,
            run,
            "DELETE FROM dashboard_versions WHERE dashboard_id = $1 AND version <= (
                 SELECT version FROM dashboard_versions WHERE dashboard_id = $1
                 ORDER BY version DESC LIMIT 1 OFFSET $2)",
            id.uuid(),
            KEPT,
        )?;
        Ok(())
    }
}
