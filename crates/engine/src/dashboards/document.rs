//! A dashboard as one document: out, and in again.

use model::dashboard::{Dashboard, DashboardSpec, Document, MAX_WIDGETS, Position, Widget, WidgetSpec};
use model::ids::DashboardId;
use model::problem::FieldError;
use model::role::Action;
use serde_json::json;

use super::widgets::NewWidget;
use super::{Dashboards, storable, target};
use crate::audit::Change;
use crate::caller::Caller;
use crate::error::Error;

impl Dashboards {
    /// A dashboard with its widgets, without ids, people and times: fit to be imported anywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn export(&self, caller: &Caller, id: DashboardId) -> Result<Document, Error> {
        caller.must(Action::Read)?;
        let dashboard = self.get(caller, id).await?;
        let widgets = self.widgets(caller, id).await?;
        Ok(document_of(dashboard, widgets))
    }

    /// Makes a dashboard of a document, all of it or nothing.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] with every field that is wrong.
    pub async fn import(&self, caller: &Caller, document: Document) -> Result<Dashboard, Error> {
        caller.must(Action::EditDashboards)?;
        let (spec, widgets) = checked(document)?;
        storable(&spec)?;
        let mut tx = self.db.begin().await?;
        let dashboard = self.insert(&mut tx, caller, spec).await?;
        let mut bottom = 0;
        for spec in widgets {
            storable(&spec)?;
            let size = spec.size.unwrap_or(spec.kind.usual_size());
            let position = spec.position.unwrap_or(Position { x: 0, y: bottom });
            bottom = bottom.max(position.y.saturating_add(size.h));
            let new = NewWidget {
                dashboard: dashboard.id,
                spec,
                position,
                size,
            };
            self.insert_widget(&mut tx, caller, new).await?;
        }
        let change = Change::by(caller, "dashboard.created", target(dashboard.id));
        self.finish(
            tx,
            change.with(json!({ "name": dashboard.name, "imported": true })),
        )
        .await?;
        Ok(dashboard)
    }
}

/// What a dashboard and its widgets say of themselves.
pub(super) fn document_of(dashboard: Dashboard, widgets: Vec<Widget>) -> Document {
    Document {
        dashboard: DashboardSpec {
            layout: dashboard
                .layout
                .as_object()
                .filter(|layout| !layout.is_empty())
                .cloned(),
            name: dashboard.name,
            description: dashboard.description,
            range: dashboard.range,
            filter: dashboard.filter,
        },
        widgets: widgets.into_iter().map(spec_of).collect(),
    }
}

fn spec_of(widget: Widget) -> WidgetSpec {
    WidgetSpec {
        kind: widget.kind,
        title: widget.title,
        config: widget.config,
        position: Some(widget.position),
        size: Some(widget.size),
    }
}

fn checked(document: Document) -> Result<(DashboardSpec, Vec<WidgetSpec>), Error> {
    let mut errors = Vec::new();
    let below = |prefix: &str, error: FieldError| {
        let field = format!("{prefix}.{}", error.field);
        FieldError::new(field, error.code, error.message)
    };
    if document.widgets.len() > MAX_WIDGETS {
        let message = format!("A dashboard holds at most {MAX_WIDGETS} widgets.");
        errors.push(FieldError::new("widgets", "too_many", message));
    }
    let dashboard = document.dashboard.check();
    let dashboard = dashboard.map_err(|wrong| {
        errors.extend(wrong.into_iter().map(|error| below("dashboard", error)));
    });
    let mut widgets = Vec::with_capacity(document.widgets.len());
    for (position, widget) in document.widgets.into_iter().enumerate() {
        match widget.check() {
            Ok(widget) => widgets.push(widget),
            Err(wrong) => {
                let prefix = format!("widgets[{position}]");
                errors.extend(wrong.into_iter().map(|error| below(&prefix, error)));
            }
        }
    }
    match dashboard {
        Ok(dashboard) if errors.is_empty() => Ok((dashboard, widgets)),
        _ => Err(Error::Invalid(errors)),
    }
}
