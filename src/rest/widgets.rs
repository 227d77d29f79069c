//! `/api/dashboards/{id}/widgets` and `/api/widgets/{id}`

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use charts::{ChartSpec, Theme};
use engine::{Engine, Error};
use model::answer::Answer;
use model::dashboard::{View, Widget, WidgetPlaces, WidgetSpec};
use model::ids::WidgetId;
use model::language::within;
use serde::Deserialize;

use super::etag::{if_match, tagged};
use super::{Created, InPages, Whole, id, parameters};
use crate::attachment::attachment;
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;
use crate::{paper, pictures};

/// Pixels of a picture's longer side.
const LARGEST_PICTURE: u32 = 4_000;

/// `GET /api/dashboards/{id}/widgets`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<Widget>>> {
    let items = engine.dashboards().widgets(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(items, page, |widget| widget.id.to_string())?))
}

/// `POST /api/dashboards/{id}/widgets`
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(spec): body::Json<WidgetSpec>,
) -> Answered<Created<Response>> {
    let widget = engine
        .dashboards()
        .create_widget(&caller, id(&path)?, spec)
        .await?;
    let address = format!("/api/widgets/{}", widget.id);
    Ok(Created(address, tagged(widget.version, Json(widget))))
}

/// `PATCH /api/dashboards/{id}/widgets`
pub(crate) async fn place(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
    body::Json(places): body::Json<WidgetPlaces>,
) -> Answered<Json<Whole<Widget>>> {
    let version = if_match(&headers)?;
    let widgets = engine
        .dashboards()
        .place_widgets(&caller, id(&path)?, &places, version)
        .await?;
    Ok(Json(Whole::new(widgets)))
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

/// How large a picture is and in which colours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Picture {
    width: Option<u32>,
    height: Option<u32>,
    theme: Option<Colours>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colours {
    Light,
    Dark,
    Page,
}

impl Picture {
    /// The widget's own size where nothing else is asked; at most as large as a wall.
    fn spec(&self, widget: Widget) -> ChartSpec {
        let size = widget.size;
        let pixels = |asked: Option<u32>, own: u32| asked.unwrap_or(own).clamp(1, LARGEST_PICTURE);
        ChartSpec {
            kind: widget.kind,
            options: widget.config.options,
            width: pixels(self.width, u32::from(size.w) * 100),
            height: pixels(self.height, u32::from(size.h) * 72),
            theme: match self.theme {
                None | Some(Colours::Light) => Theme::Light,
                Some(Colours::Dark) => Theme::Dark,
                Some(Colours::Page) => Theme::Page,
            },
        }
    }
}

/// `GET /api/widgets/{id}/chart.svg`
pub(crate) async fn chart_svg(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    Reads(reader): Reads,
    picture: Result<Query<Picture>, QueryRejection>,
) -> Answered<Response> {
    let (widget, answer) = widget_and_answer(&engine, &caller, &path).await?;
    let spec = parameters(picture)?.spec(widget);
    let svg = within(reader, || charts::render(&answer, &spec)).into_string();
    if svg.is_empty() {
        // Tables and lists are no pictures.
        return Err(Error::NotFound.into());
    }
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// `GET /api/widgets/{id}/chart.png`: the same, with two pixels for each unit where it is not very large.
pub(crate) async fn chart_png(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    Reads(reader): Reads,
    picture: Result<Query<Picture>, QueryRejection>,
) -> Answered<Response> {
    const LARGE: u32 = 2_000;
    let (widget, answer) = widget_and_answer(&engine, &caller, &path).await?;
    let mut spec = parameters(picture)?.spec(widget);
    if spec.theme == Theme::Page {
        // A picture has no page around it.
        spec.theme = Theme::Light;
    }
    let scale = if spec.width.max(spec.height) > LARGE {
        1.0
    } else {
        2.0
    };
    let draw = move || within(reader, || charts::render(&answer, &spec)).into_string();
    let png = pictures::png(draw, scale).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// `GET /api/widgets/{id}/chart.pdf`: its card, as large as it stands on the grid.
pub(crate) async fn chart_pdf(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    Reads(reader): Reads,
) -> Answered<Response> {
    let (widget, answer) = widget_and_answer(&engine, &caller, &path).await?;
    Ok(paper::widget(widget, answer, reader).await?)
}

/// `GET /api/widgets/{id}/data.csv`
pub(crate) async fn data_csv(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let (widget, answer) = widget_and_answer(&engine, &caller, &path).await?;
    let text = crate::csv_text::of(&answer).map_err(Error::internal)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            attachment(&widget.title, "data", "csv"),
        ),
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
