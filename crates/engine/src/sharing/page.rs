//! What a link shows: the saved questions and no others, through what its viewer may choose.

use std::sync::Arc;

use model::dashboard::{DashboardPage, View, Widget};
use model::ids::WidgetId;
use model::query::{Comparison, Filter, Op, Property, Query};
use model::share::ViewerMay;

use super::Opened;
use crate::engine::Engine;
use crate::error::Error;
use crate::live::Watch;

/// A shared dashboard, answered.
#[derive(Clone, Debug)]
pub struct SharedPage {
    /// The dashboard.
    pub page: DashboardPage,
    /// How it is looked at: what was asked for, as far as the link allows it.
    pub view: View,
    /// The properties that a viewer may filter by; none where they may not.
    pub filterable: Vec<Property>,
}

impl Engine {
    /// The dashboard behind a link, as its viewer wants to see it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn shared_page(&self, opened: &Opened, asked: View) -> Result<SharedPage, Error> {
        let widgets = self
            .dashboards()
            .widgets(&opened.caller, opened.dashboard)
            .await?;
        let filterable = filterable(opened, &widgets);
        let view = allowed(opened, &filterable, asked);
        let fixed = View {
            filter: Filter::both(opened.fixed().as_ref(), view.filter.as_ref()),
            ..view.clone()
        };
        let page = self
            .dashboard_page(&opened.caller, opened.dashboard, &fixed)
            .await?;
        let page = shown_to(opened, page);
        Ok(SharedPage {
            page,
            view,
            filterable,
        })
    }

    /// A widget on the shared dashboard with its answer, for whoever may take figures along.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such widget, it has no figures, or the link does not allow it.
    pub async fn shared_answer(
        &self,
        opened: &Opened,
        id: WidgetId,
        asked: View,
    ) -> Result<(Widget, model::answer::Answer), Error> {
        if !opened.viewer_may(ViewerMay::Download) {
            return Err(Error::NotFound);
        }
        let widgets = self
            .dashboards()
            .widgets(&opened.caller, opened.dashboard)
            .await?;
        let view = allowed(opened, &filterable(opened, &widgets), asked);
        let widget = widgets.into_iter().find(|widget| widget.id == id);
        let widget = widget.ok_or(Error::NotFound)?;
        let view = View {
            filter: Filter::both(opened.fixed().as_ref(), view.filter.as_ref()),
            ..view
        };
        let answer = self.widget_answer(&opened.caller, id, &view).await?;
        Ok((widget, answer.ok_or(Error::NotFound)?))
    }

    /// Watches the dashboard behind a link as it was saved, with what was fixed for its viewer: views that viewers choose
    /// would be without number. The answers of widgets that the viewer [may not see](Opened::may_see) are among what is
    /// watched.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::TooMany`].
    pub async fn watch_shared(&self, opened: &Opened) -> Result<Arc<Watch>, Error> {
        let view = View {
            filter: opened.fixed(),
            ..View::default()
        };
        self.watch_for_viewers(&opened.caller, opened.dashboard, view)
            .await
    }
}

fn shown_to(opened: &Opened, mut page: DashboardPage) -> DashboardPage {
    for panel in &mut page.panels {
        if !opened.may_see(&panel.widget) {
            panel.answer = None;
            panel.problem = Some("This cannot be shown here.".to_owned());
        }
    }
    page
}

/// What the dashboard breaks down by: a viewer chooses among values that they see anyway.
fn filterable(opened: &Opened, widgets: &[Widget]) -> Vec<Property> {
    if !opened.viewer_may(ViewerMay::Filter) {
        return Vec::new();
    }
    let queries = widgets.iter().filter_map(|widget| widget.config.query.as_ref());
    let mut properties: Vec<Property> = queries.filter_map(broken_down_by).collect();
    properties.sort();
    properties.dedup();
    properties
}

fn broken_down_by(query: &Query) -> Option<Property> {
    match query {
        Query::Trend(trend) => Some(trend.spec().breakdown.as_ref()?.property.clone()),
        _ => None,
    }
}

/// What was asked for, without what the link does not allow.
fn allowed(opened: &Opened, filterable: &[Property], asked: View) -> View {
    let may_be_compared = |comparison: &Comparison| {
        matches!(comparison.op, Op::Eq | Op::In) && filterable.contains(&comparison.property)
    };
    let is_allowed = |leaf: &&Filter| match leaf {
        Filter::Compare(comparison) => may_be_compared(comparison),
        _ => false,
    };
    View {
        range: asked.range.filter(|_| opened.viewer_may(ViewerMay::Range)),
        filter: asked
            .filter
            .filter(|filter| filter.leaves().iter().all(is_allowed)),
        ..View::default()
    }
}
