//! Dashboards: the list, one page of it all, and their changes.

use leptos::prelude::*;
use model::answer::Answer;
use model::dashboard::{Dashboard, DashboardSpec, View, Widget};
use model::ids::DashboardId;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// A dashboard in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The dashboard.
    pub dashboard: Dashboard,
    /// How many widgets are on it.
    pub widgets: u32,
    /// Whether the person marked it.
    pub is_favourite: bool,
}

/// The first page of a signed-in person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Home {
    /// Every dashboard of the organization.
    pub listed: Vec<Listed>,
    /// What to do first, where that is not done yet: HTML with plain forms.
    pub guide: Option<String>,
}

/// A dashboard with everything on it answered and drawn up for the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The dashboard.
    pub dashboard: Dashboard,
    /// Its widgets, from the top left.
    pub panels: Vec<Shown>,
    /// The form that breaks down and chooses the values of variables: HTML that script listens to.
    pub switches: String,
}

/// A widget, what came of its question, and its text as HTML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The widget.
    pub widget: Widget,
    /// Its answer; none for text, or where there is a problem.
    pub answer: Option<Answer>,
    /// Why there is no answer, for people.
    pub problem: Option<String>,
    /// The Markdown of a text widget, rendered and made safe.
    pub html: Option<String>,
}

/// What to do first, and every dashboard of the organization: those that the person marked, then the one changed last in front.
#[server(prefix = "/api/fn", endpoint = "dashboards", input = Json, output = Json)]
pub async fn dashboards() -> Result<Home, AppError> {
    let caller = crate::server::caller()?;
    let engine = crate::server::engine()?;
    let favourites = engine.dashboards().favourites(&caller).await?;
    let mut listed = Vec::new();
    for dashboard in crate::server::every_dashboard(&engine, &caller).await? {
        let widgets = engine.dashboards().widgets(&caller, dashboard.id).await?.len();
        listed.push(Listed {
            is_favourite: favourites.contains(&dashboard.id),
            dashboard,
            widgets: u32::try_from(widgets).unwrap_or(u32::MAX),
        });
    }
    listed.sort_by_key(|listed| {
        let changed = std::cmp::Reverse(listed.dashboard.updated_at);
        (!listed.is_favourite, changed)
    });
    Ok(Home {
        listed,
        guide: crate::server::guide(&engine, &caller).await?,
    })
}

/// A dashboard to put something on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Opaque id.
    pub id: DashboardId,
    /// What people call it.
    pub name: String,
}

/// The names of the organization's dashboards, the one changed last in front.
#[server(prefix = "/api/fn", endpoint = "dashboard_names", input = Json, output = Json)]
pub async fn dashboard_names() -> Result<Vec<Named>, AppError> {
    let caller = crate::server::caller()?;
    let mut all = crate::server::every_dashboard(&crate::server::engine()?, &caller).await?;
    all.sort_by_key(|dashboard| std::cmp::Reverse(dashboard.updated_at));
    let named = all.into_iter().map(|dashboard| Named {
        id: dashboard.id,
        name: dashboard.name,
    });
    Ok(named.collect())
}

/// A new dashboard with nothing on it.
#[server(prefix = "/api/fn", endpoint = "create_dashboard", input = Json, output = Json)]
pub async fn create_dashboard(name: String) -> Result<Dashboard, AppError> {
    let caller = crate::server::caller()?;
    let spec = DashboardSpec {
        name,
        ..DashboardSpec::default()
    };
    Ok(crate::server::engine()?
        .dashboards()
        .create(&caller, spec)
        .await?)
}

/// One dashboard, answered.
#[server(prefix = "/api/fn", endpoint = "dashboard_page", input = Json, output = Json)]
pub async fn dashboard_page(id: DashboardId, view: View) -> Result<Page, AppError> {
    let caller = crate::server::caller()?;
    let page = crate::server::engine()?
        .dashboard_page(&caller, id, &view)
        .await?;
    Ok(crate::server::page_of(page, &view))
}

/// One dashboard without answers.
#[server(prefix = "/api/fn", endpoint = "get_dashboard", input = Json, output = Json)]
pub async fn get_dashboard(id: DashboardId) -> Result<Dashboard, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?.dashboards().get(&caller, id).await?)
}

/// Changes a dashboard's own settings, unless somebody else did so since `version`.
#[server(prefix = "/api/fn", endpoint = "replace_dashboard", input = Json, output = Json)]
pub async fn replace_dashboard(
    id: DashboardId,
    spec: DashboardSpec,
    version: i64,
) -> Result<Dashboard, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .dashboards()
        .replace(&caller, id, spec, Some(version))
        .await?)
}
