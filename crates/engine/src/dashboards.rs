//! Dashboards and their widgets: the verbs of the pages where people look at figures.

mod copy;
mod document;
mod favourites;
mod places;
mod rows;
mod versions;
mod widgets;

use model::Timestamp;
use model::dashboard::{Dashboard, DashboardSpec};
use model::ids::DashboardId;
use model::role::Action;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::types::Json;

use crate::audit::{self, Change};
use crate::caller::{Caller, Who};
use crate::clock::Clock;
use crate::db::{Db, Page, PageRequest, Tx, after, sql, to_db};
use crate::error::Error;
use crate::random::Random;
use rows::DashboardRow;

/// The dashboards of an organization.
#[derive(Clone, Debug)]
pub struct Dashboards {
    db: Db,
    clock: Clock,
    random: Random,
}

impl Dashboards {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { db, clock, random }
    }

    /// The organization's dashboards, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] on a wrong page request.
    pub async fn list(&self, caller: &Caller, request: &PageRequest) -> Result<Page<Dashboard>, Error> {
        caller.must(Action::Read)?;
        let slice = after(request)?;
        let rows = sql!(
            self.db,
            all as DashboardRow,
            "SELECT id, name, description, layout, range, filter, created_by, created_at, updated_at, version
             FROM dashboards WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            caller.org().uuid(),
            slice.below,
            slice.rows(),
        )?;
        Ok(slice.page(
            rows.into_iter().map(DashboardRow::dashboard).collect(),
            |d: &Dashboard| d.id.uuid(),
        ))
    }

    /// Makes a dashboard without widgets.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create(&self, caller: &Caller, spec: DashboardSpec) -> Result<Dashboard, Error> {
        caller.must(Action::EditDashboards)?;
        let spec = spec.check()?;
        storable(&spec)?;
        let mut tx = self.db.begin().await?;
        let dashboard = self.insert(&mut tx, caller, spec).await?;
        let change = Change::by(caller, "dashboard.created", target(dashboard.id));
        self.finish(tx, change.with(json!({ "name": dashboard.name })))
            .await?;
        Ok(dashboard)
    }

    /// One dashboard; a share link reads the one that it opens.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn get(&self, caller: &Caller, id: DashboardId) -> Result<Dashboard, Error> {
        may_read_dashboard(caller, id)?;
        let row = sql!(
            self.db,
            optional as DashboardRow,
            "SELECT id, name, description, layout, range, filter, created_by, created_at, updated_at, version
             FROM dashboards WHERE id = $1 AND org_id = $2",
            id.uuid(),
            caller.org().uuid(),
        )?;
        row.map(DashboardRow::dashboard).ok_or(Error::NotFound)
    }

    /// Replaces what a dashboard says of itself; its widgets stay.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], [`Error::Changed`] when it is no longer
    /// `if_version`.
    pub async fn replace(
        &self,
        caller: &Caller,
        id: DashboardId,
        spec: DashboardSpec,
        if_version: Option<i64>,
    ) -> Result<Dashboard, Error> {
        caller.must(Action::EditDashboards)?;
        let spec = spec.check()?;
        storable(&spec)?;
        let mut tx = self.db.begin().await?;
        self.touch(&mut tx, caller, id, if_version).await?;
        let row = self.write(&mut tx, caller, id, spec).await?;
        let dashboard = row.dashboard();
        let change = Change::by(caller, "dashboard.changed", target(id));
        self.finish(tx, change.with(json!({ "name": dashboard.name })))
            .await?;
        Ok(dashboard)
    }

    /// Deletes a dashboard with its widgets and share links.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`].
    pub async fn delete(
        &self,
        caller: &Caller,
        id: DashboardId,
        if_version: Option<i64>,
    ) -> Result<(), Error> {
        caller.must(Action::EditDashboards)?;
        let mut tx = self.db.begin().await?;
        self.touch(&mut tx, caller, id, if_version).await?;
        let (name,) = sql!(
            tx,
            one as (String,),
            "DELETE FROM dashboards WHERE id = $1 AND org_id = $2 RETURNING name",
            id.uuid(),
            caller.org().uuid(),
        )?;
        let change = Change::by(caller, "dashboard.deleted", target(id));
        self.finish(tx, change.with(json!({ "name": name }))).await
    }

    /// Puts the fields of a checked dashboard where those of another were.
    async fn write(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: DashboardId,
        spec: DashboardSpec,
    ) -> Result<DashboardRow, Error> {
        sql!(
            tx,
            one as DashboardRow,
            "UPDATE dashboards SET name = $3, description = $4, layout = $5, range = $6, filter = $7
             WHERE id = $1 AND org_id = $2
             RETURNING id, name, description, layout, range, filter, created_by, created_at, updated_at, version",
            id.uuid(),
            caller.org().uuid(),
            spec.name,
            spec.description,
            Json(spec.layout.unwrap_or_default()),
            spec.range.map(Json),
            spec.filter.map(Json),
        )
    }

    /// Counts one change of a dashboard, and holds it against others until the transaction ends.
    async fn touch(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: DashboardId,
        if_version: Option<i64>,
    ) -> Result<(), Error> {
        let touched = sql!(
            tx,
            optional as (i64,),
            "UPDATE dashboards SET version = version + 1, updated_at = $3 WHERE id = $1 AND org_id = $2
             RETURNING version",
            id.uuid(),
            caller.org().uuid(),
            to_db(self.clock.now()),
        )?;
        let (version,) = touched.ok_or(Error::NotFound)?;
        unchanged(if_version, version - 1)?;
        self.keep_version(tx, caller, id, versions::TOGETHER).await
    }

    async fn insert(&self, tx: &mut Tx, caller: &Caller, spec: DashboardSpec) -> Result<Dashboard, Error> {
        let now = self.clock.now();
        let row = sql!(
            tx,
            one as DashboardRow,
            "INSERT INTO dashboards
                 (id, org_id, name, description, layout, range, filter, created_by, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1)
             RETURNING id, name, description, layout, range, filter, created_by, created_at, updated_at, version",
            self.random.id(now),
            caller.org().uuid(),
            spec.name,
            spec.description,
            Json(spec.layout.unwrap_or_default()),
            spec.range.map(Json),
            spec.filter.map(Json),
            caller.user().map(model::ids::UserId::uuid),
            to_db(now),
        )?;
        Ok(row.dashboard())
    }

    async fn finish(&self, mut tx: Tx, change: Change) -> Result<(), Error> {
        let now: Timestamp = self.clock.now();
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }
}

/// Whether the caller may see this dashboard, should it be the organization's.
///
/// # Errors
/// [`Error::NotFound`] for a share link of another dashboard, [`Error::Forbidden`].
pub fn may_read_dashboard(caller: &Caller, id: DashboardId) -> Result<(), Error> {
    match caller.who() {
        Who::Link { dashboard } if *dashboard == id => Ok(()),
        Who::Link { .. } => Err(Error::NotFound),
        Who::Member { .. }
        | Who::Key { .. }
        | Who::Personal { .. }
        | Who::Guest { .. }
        | Who::Site
        | Who::Operator => caller.must(Action::Read),
    }
}

fn target(id: DashboardId) -> String {
    format!("dashboard:{id}")
}

pub(crate) fn unchanged(expected: Option<i64>, version: i64) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != version => Err(Error::Changed),
        _ => Ok(()),
    }
}

/// PostgreSQL keeps no NUL in text; both databases refuse it here, so that they stay alike.
pub(crate) fn storable(spec: &impl Serialize) -> Result<(), Error> {
    let value = serde_json::to_value(spec).map_err(Error::internal)?;
    match path_of_nul(&value) {
        None => Ok(()),
        Some(field) => Err(Error::invalid(field, "invalid", "Leave out NUL characters.")),
    }
}

fn path_of_nul(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items.iter().find_map(path_of_nul),
        Value::Object(fields) => fields.iter().find_map(|(name, field)| {
            if name.contains('\0') {
                return Some(String::new());
            }
            let rest = path_of_nul(field)?;
            Some(if rest.is_empty() {
                name.clone()
            } else {
                format!("{name}.{rest}")
            })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
