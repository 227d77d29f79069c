//! A second dashboard like the first.

use model::dashboard::{Dashboard, DashboardSpec, Widget, WidgetSpec};
use model::ids::DashboardId;
use model::role::Action;
use serde_json::{Value, json};

use super::widgets::NewWidget;
use super::{Dashboards, target};
use crate::audit::Change;
use crate::caller::Caller;
use crate::error::Error;

const LONGEST_NAME: usize = 200;

impl Dashboards {
    /// Makes a copy of a dashboard with all its widgets, and none of its share links.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn duplicate(&self, caller: &Caller, id: DashboardId) -> Result<Dashboard, Error> {
        caller.must(Action::EditDashboards)?;
        let original = self.get(caller, id).await?;
        let widgets = self.widgets(caller, id).await?;
        let mut tx = self.db.begin().await?;
        let copy = self.insert(&mut tx, caller, spec_of(original)).await?;
        for widget in widgets {
            self.insert_widget(&mut tx, caller, placed(copy.id, widget))
                .await?;
        }
        let change = Change::by(caller, "dashboard.created", target(copy.id));
        self.finish(tx, change.with(json!({ "name": copy.name, "copy_of": id })))
            .await?;
        Ok(copy)
    }
}

fn spec_of(original: Dashboard) -> DashboardSpec {
    let layout = match original.layout {
        Value::Object(fields) => Some(fields),
        _ => None,
    };
    DashboardSpec {
        name: format!("Copy of {}", original.name)
            .chars()
            .take(LONGEST_NAME)
            .collect(),
        description: original.description,
        layout,
        range: original.range,
        filter: original.filter,
    }
}

fn placed(dashboard: DashboardId, widget: Widget) -> NewWidget {
    let Widget {
        kind,
        title,
        config,
        position,
        size,
        ..
    } = widget;
    let spec = WidgetSpec {
        kind,
        title,
        config,
        position: Some(position),
        size: Some(size),
    };
    NewWidget {
        dashboard,
        spec,
        position,
        size,
    }
}
