//! Widgets: their changes, and what the editor needs to know.
#![cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        reason = "a server function is async even where it waits for nothing"
    )
)]

use leptos::prelude::*;
use model::answer::Answer;
use model::dashboard::{View, Widget, WidgetPlaces, WidgetSpec};
use model::ids::{DashboardId, WidgetId};
use model::query::Query;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// One widget.
#[server(prefix = "/api/fn", endpoint = "get_widget", input = Json, output = Json)]
pub async fn get_widget(id: WidgetId) -> Result<Widget, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?.dashboards().widget(&caller, id).await?)
}

/// One widget with its question as it is seen through `view`.
#[server(prefix = "/api/fn", endpoint = "widget_seen", input = Json, output = Json)]
pub async fn widget_seen(id: WidgetId, view: View) -> Result<Widget, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?.widget_seen(&caller, id, &view).await?)
}

/// Adds a widget to a dashboard.
#[server(prefix = "/api/fn", endpoint = "create_widget", input = Json, output = Json)]
pub async fn create_widget(dashboard: DashboardId, spec: WidgetSpec) -> Result<Widget, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .dashboards()
        .create_widget(&caller, dashboard, spec)
        .await?)
}

/// Changes a widget, unless somebody else did so since `version`.
#[server(prefix = "/api/fn", endpoint = "replace_widget", input = Json, output = Json)]
pub async fn replace_widget(id: WidgetId, spec: WidgetSpec, version: i64) -> Result<Widget, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .dashboards()
        .replace_widget(&caller, id, spec, Some(version))
        .await?)
}

/// Moves and resizes widgets of a dashboard, all or none: none where somebody else changed one since its version.
#[server(prefix = "/api/fn", endpoint = "place_widgets", input = Json, output = Json)]
pub async fn place_widgets(dashboard: DashboardId, places: WidgetPlaces) -> Result<Vec<Widget>, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .dashboards()
        .place_widgets(&caller, dashboard, &places, None)
        .await?)
}

/// Deletes a widget.
#[server(prefix = "/api/fn", endpoint = "delete_widget", input = Json, output = Json)]
pub async fn delete_widget(id: WidgetId) -> Result<(), AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .dashboards()
        .delete_widget(&caller, id, None)
        .await?)
}

/// Answers a question that no widget asks yet.
#[server(prefix = "/api/fn", endpoint = "ask", input = Json, output = Json)]
pub async fn ask(query: Query) -> Result<Answer, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?.ask(&caller, &query).await?)
}

/// How a question was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The statements that the store was asked with, with their parameters as text.
    pub statements: Vec<(String, Vec<String>)>,
    /// Milliseconds from question to answer.
    pub elapsed_ms: u64,
    /// Events that the store looked at.
    pub rows_read: u64,
    /// Whether every figure is exact.
    pub exact: bool,
}

/// Answers a question anew and tells how.
#[server(prefix = "/api/fn", endpoint = "explain", input = Json, output = Json)]
pub async fn explain(query: Query) -> Result<Explanation, AppError> {
    let caller = crate::server::caller()?;
    let (answer, statements) = crate::server::engine()?.explain(&caller, &query).await?;
    let meta = answer.meta();
    let told = statements.into_iter().map(|statement| {
        let parameters = statement.parameters.iter().map(ToString::to_string);
        (statement.pretty(), parameters.collect())
    });
    Ok(Explanation {
        statements: told.collect(),
        elapsed_ms: meta.elapsed_ms,
        rows_read: meta.rows_read,
        exact: meta.exact,
    })
}

/// Markdown as safe HTML.
#[server(prefix = "/api/fn", endpoint = "markdown", input = Json, output = Json)]
pub async fn markdown(text: String) -> Result<String, AppError> {
    crate::server::caller()?;
    Ok(crate::markdown::to_html(&text))
}
