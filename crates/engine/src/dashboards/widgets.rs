//! The widgets of a dashboard. Changing one counts as a change of its dashboard.

use model::dashboard::{MAX_WIDGETS, Position, Size, Widget, WidgetSpec};
use model::ids::{DashboardId, WidgetId};
use model::role::Action;
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::rows::WidgetRow;
use super::{Dashboards, may_read_dashboard, storable, unchanged};
use crate::audit::Change;
use crate::caller::{Caller, Who};
use crate::db::{Tx, sql, to_db};
use crate::error::Error;

/// A widget that is about to be inserted.
pub(super) struct NewWidget {
    pub(super) dashboard: DashboardId,
    pub(super) spec: WidgetSpec,
    pub(super) position: Position,
    pub(super) size: Size,
}

impl Dashboards {
    /// The widgets of a dashboard, from the upper left to the lower right.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn widgets(&self, caller: &Caller, dashboard: DashboardId) -> Result<Vec<Widget>, Error> {
        self.get(caller, dashboard).await?;
        let rows = sql!(
            self.db,
            all as WidgetRow,
            "SELECT id, dashboard_id, type, title, config, x, y, w, h, created_at, version
             FROM widgets WHERE dashboard_id = $1 AND org_id = $2 ORDER BY y, x, id",
            dashboard.uuid(),
            caller.org().uuid(),
        )?;
        rows.into_iter().map(WidgetRow::widget).collect()
    }

    /// One widget; a share link reads those on the dashboard that it opens.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn widget(&self, caller: &Caller, id: WidgetId) -> Result<Widget, Error> {
        if !matches!(caller.who(), Who::Link { .. }) {
            caller.must(Action::Read)?;
        }
        let row = sql!(
            self.db,
            optional as WidgetRow,
            "SELECT id, dashboard_id, type, title, config, x, y, w, h, created_at, version
             FROM widgets WHERE id = $1 AND org_id = $2",
            id.uuid(),
            caller.org().uuid(),
        )?;
        let widget = row.ok_or(Error::NotFound)?.widget()?;
        may_read_dashboard(caller, widget.dashboard_id)?;
        Ok(widget)
    }

    /// Puts a widget on a dashboard: below the others unless it says where.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], [`Error::Conflict`] on a full dashboard.
    pub async fn create_widget(
        &self,
        caller: &Caller,
        dashboard: DashboardId,
        spec: WidgetSpec,
    ) -> Result<Widget, Error> {
        caller.must(Action::EditDashboards)?;
        let spec = spec.check()?;
        storable(&spec)?;
        let mut tx = self.db.begin().await?;
        self.touch(&mut tx, caller, dashboard, None).await?;
        let (count, bottom) = sql!(
            tx,
            one as (i64, i64),
            "SELECT count(*), coalesce(max(y + h), 0) FROM widgets WHERE dashboard_id = $1",
            dashboard.uuid(),
        )?;
        if usize::try_from(count).is_ok_and(|count| count >= MAX_WIDGETS) {
            let message = format!("A dashboard holds at most {MAX_WIDGETS} widgets. Delete one first.");
            return Err(Error::Conflict(message));
        }
        let below = Position {
            x: 0,
            y: u16::try_from(bottom).map_err(Error::internal)?,
        };
        let position = spec.position.unwrap_or(below);
        let size = spec.size.unwrap_or(spec.kind.usual_size());
        let widget = self
            .insert_widget(
                &mut tx,
                caller,
                NewWidget {
                    dashboard,
                    spec,
                    position,
                    size,
                },
            )
            .await?;
        let change = Change::by(caller, "widget.created", target(widget.id));
        self.finish(
            tx,
            change.with(json!({ "dashboard": dashboard, "title": widget.title })),
        )
        .await?;
        Ok(widget)
    }

    /// Replaces a widget; it stays where it is, and as large, unless it says otherwise.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], [`Error::Changed`].
    pub async fn replace_widget(
        &self,
        caller: &Caller,
        id: WidgetId,
        spec: WidgetSpec,
        if_version: Option<i64>,
    ) -> Result<Widget, Error> {
        caller.must(Action::EditDashboards)?;
        storable(&spec)?;
        let mut tx = self.db.begin().await?;
        let old = self.hold_widget(&mut tx, caller, id, if_version).await?;
        let spec = WidgetSpec {
            position: spec.position.or(Some(old.position)),
            size: spec.size.or(Some(old.size)),
            ..spec
        }
        .check()?;
        let position = spec.position.unwrap_or(old.position);
        let size = spec.size.unwrap_or(old.size);
        let row = sql!(
            tx,
            one as WidgetRow,
            "UPDATE widgets SET type = $3, title = $4, config = $5, x = $6, y = $7, w = $8, h = $9,
                 version = version + 1
             WHERE id = $1 AND org_id = $2
             RETURNING id, dashboard_id, type, title, config, x, y, w, h, created_at, version",
            id.uuid(),
            caller.org().uuid(),
            spec.kind.as_str(),
            spec.title,
            Json(spec.config),
            i64::from(position.x),
            i64::from(position.y),
            i64::from(size.w),
            i64::from(size.h),
        )?;
        let widget = row.widget()?;
        let change = Change::by(caller, "widget.changed", target(id));
        self.finish(
            tx,
            change.with(json!({ "dashboard": widget.dashboard_id, "title": widget.title })),
        )
        .await?;
        Ok(widget)
    }

    /// Takes a widget off its dashboard.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`].
    pub async fn delete_widget(
        &self,
        caller: &Caller,
        id: WidgetId,
        if_version: Option<i64>,
    ) -> Result<(), Error> {
        caller.must(Action::EditDashboards)?;
        let mut tx = self.db.begin().await?;
        let old = self.hold_widget(&mut tx, caller, id, if_version).await?;
        sql!(
            tx,
            run,
            "DELETE FROM widgets WHERE id = $1 AND org_id = $2",
            id.uuid(),
            caller.org().uuid()
        )?;
        let change = Change::by(caller, "widget.deleted", target(id));
        self.finish(
            tx,
            change.with(json!({ "dashboard": old.dashboard_id, "title": old.title })),
        )
        .await
    }

    /// Holds a widget's dashboard against other changes, and reads the widget as it is then.
    async fn hold_widget(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: WidgetId,
        if_version: Option<i64>,
    ) -> Result<Widget, Error> {
        let org = caller.org().uuid();
        let found = sql!(
            tx,
            optional as (Uuid,),
            "SELECT dashboard_id FROM widgets WHERE id = $1 AND org_id = $2",
            id.uuid(),
            org,
        )?;
        let (dashboard,) = found.ok_or(Error::NotFound)?;
        self.touch(tx, caller, DashboardId::new(dashboard), None).await?;
        let row = sql!(
            tx,
            optional as WidgetRow,
            "SELECT id, dashboard_id, type, title, config, x, y, w, h, created_at, version
             FROM widgets WHERE id = $1 AND org_id = $2",
            id.uuid(),
            org,
        )?;
        let widget = row.ok_or(Error::NotFound)?.widget()?;
        unchanged(if_version, widget.version)?;
        Ok(widget)
    }

    pub(super) async fn insert_widget(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        new: NewWidget,
    ) -> Result<Widget, Error> {
        let now = self.clock.now();
        let row = sql!(
            tx,
            one as WidgetRow,
            "INSERT INTO widgets
                 (id, dashboard_id, org_id, type, title, config, x, y, w, h, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
             RETURNING id, dashboard_id, type, title, config, x, y, w, h, created_at, version",
            self.random.id(now),
            new.dashboard.uuid(),
            caller.org().uuid(),
            new.spec.kind.as_str(),
            new.spec.title,
            Json(new.spec.config),
            i64::from(new.position.x),
            i64::from(new.position.y),
            i64::from(new.size.w),
            i64::from(new.size.h),
            to_db(now),
        )?;
        row.widget()
    }
}

fn target(id: WidgetId) -> String {
    format!("widget:{id}")
}
