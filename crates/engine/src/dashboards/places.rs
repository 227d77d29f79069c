//! Many widgets of a dashboard moved at once.

use model::dashboard::{Widget, WidgetPlace, WidgetPlaces};
use model::ids::DashboardId;
use model::role::Action;
use serde_json::json;

use super::rows::WidgetRow;
use super::{Dashboards, target, unchanged};
use crate::audit::Change;
use crate::caller::Caller;
use crate::db::{Tx, sql};
use crate::error::Error;

impl Dashboards {
    /// Puts widgets of one dashboard where `places` says: all of them, or none where one cannot be. Gives those widgets.
    ///
    /// # Errors
    /// [`Error::NotFound`], also where a widget is on another dashboard; [`Error::Forbidden`], [`Error::Invalid`];
    /// [`Error::Changed`] where the dashboard is no longer `if_version` or a widget no longer the version of its place.
    pub async fn place_widgets(
        &self,
        caller: &Caller,
        dashboard: DashboardId,
        places: &WidgetPlaces,
        if_version: Option<i64>,
    ) -> Result<Vec<Widget>, Error> {
        caller.must(Action::EditDashboards)?;
        places.check()?;
        let mut tx = self.db.begin().await?;
        self.touch(&mut tx, caller, dashboard, if_version).await?;
        let mut widgets = Vec::with_capacity(places.widgets.len());
        for place in &places.widgets {
            widgets.push(place_widget(&mut tx, caller, dashboard, place).await?);
        }
        let change = Change::by(caller, "dashboard.arranged", target(dashboard));
        self.finish(tx, change.with(json!({ "widgets": widgets.len() })))
            .await?;
        Ok(widgets)
    }
}

async fn place_widget(
    tx: &mut Tx,
    caller: &Caller,
    dashboard: DashboardId,
    place: &WidgetPlace,
) -> Result<Widget, Error> {
    let row = sql!(
        tx,
        optional as WidgetRow,
        "UPDATE widgets SET x = $4, y = $5, w = $6, h = $7, version = version + 1
         WHERE id = $1 AND dashboard_id = $2 AND org_id = $3
         RETURNING id, dashboard_id, type, title, config, x, y, w, h, created_at, version",
        place.id.uuid(),
        dashboard.uuid(),
        caller.org().uuid(),
        i64::from(place.position.x),
        i64::from(place.position.y),
        i64::from(place.size.w),
        i64::from(place.size.h),
    )?;
    let widget = row.ok_or(Error::NotFound)?.widget()?;
    unchanged(place.version, widget.version - 1)?;
    Ok(widget)
}
