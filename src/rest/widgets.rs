//! `/api/dashboards/{id}/widgets` and `/api/widgets/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use charts::{ChartSpec, Theme};
use engine::{Engine, Error};
use model::answer::Answer;
use model::dashboard::{View, Widget, WidgetSpec};
use model::ids::WidgetId;

use super::etag::{if_match, tagged};
use super::{Whole, id};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/dashboards/{id}/widgets`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<Whole<Widget>>> {
    let items = engine.dashboards().widgets(&caller, id(&path)?).await?;
    Ok(Json(Whole::new(items)))
}

/// `POST /api/dashboards/{id}/widgets`
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(spec): body::Json<WidgetSpec>,
) -> Answered<(StatusCode, Response)> {
    let widget = engine
        .dashboards()
        .create_widget(&caller, id(&path)?, spec)
        .await?;
    Ok((StatusCode::CREATED, tagged(widget.version, Json(widget))))
}

/// `GET /api/widgets/{id}`
pub(crate) async fn get(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let widget = engine.dashboards().widget(&caller, id(&path)?).await?;
    Ok(tagged(widget.version, Json(widget)))
}

/// `PUT /api/widgets/{id}`
pub(crate) async fn replace(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
    body::Json(spec): body::Json<WidgetSpec>,
) -> Answered<Response> {
    let widget = engine
        .dashboards()
        .replace_widget(&caller, id(&path)?, spec, if_match(&headers)?)
        .await?;
    Ok(tagged(widget.version, Json(widget)))
}

/// `DELETE /api/widgets/{id}`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Answered<StatusCode> {
    engine
        .dashboards()
        .delete_widget(&caller, id(&path)?, if_match(&headers)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/widgets/{id}/data`
pub(crate) async fn data(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Json<Answer>> {
    let answer = engine
        .widget_answer(&caller, id::<WidgetId>(&path)?, &View::default())
        .await?;
    Ok(Json(answer.ok_or(Error::NotFound)?))
}

/// `GET /api/widgets/{id}/chart.svg`
pub(crate) async fn chart_svg(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let (widget, answer) = widget_and_answer(&engine, &caller, &path).await?;
    let spec = ChartSpec {
        kind: widget.kind,
        options: widget.config.options,
        width: u32::from(widget.size.w) * 100,
        height: u32::from(widget.size.h) * 72,
        theme: Theme::Light,
    };
    let svg = charts::render(&answer, &spec).into_string();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// `GET /api/widgets/{id}/data.csv`
pub(crate) async fn data_csv(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let (_, answer) = widget_and_answer(&engine, &caller, &path).await?;
    let text = crate::csv_text::of(&answer).map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"data.csv\""),
    ];
    Ok((headers, text).into_response())
}

async fn widget_and_answer(
    engine: &Engine,
    caller: &engine::Caller,
    path: &str,
) -> Answered<(Widget, Answer)> {
    let widget = engine.dashboards().widget(caller, id(path)?).await?;
    let answer = engine.widget_answer(caller, widget.id, &View::default()).await?;
    Ok((widget, answer.ok_or(Error::NotFound)?))
}
