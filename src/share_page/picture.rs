//! `GET /s/{token}/card.png`: what sites show where the link is posted.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use charts::{Card, CardPanel};
use engine::sharing::{Opened, SharedPage};
use model::dashboard::View;
use model::language::within;

use super::files::widget_to_take;
use super::{open, private, reader_of, without_file};
use crate::pictures;
use crate::problem::Answered;
use crate::state::AppState;

/// `GET /s/{token}/card.png`
pub(crate) async fn card(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Answered<Response> {
    let opened = match open(&state, &token, &headers).await {
        Ok(opened) => opened,
        Err(error) => return without_file(error, &headers),
    };
    let shared = state.engine.shared_page(&opened, View::default()).await?;
    let reader = reader_of(&headers);
    let png = pictures::png(move || within(reader, || drawn(&opened, &shared)), 1.0).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], private(), png).into_response())
}

/// `GET /s/{token}/widgets/{id}/chart.png`: a chart in a letter, where the link lets its figures be taken along.
pub(crate) async fn chart(
    State(state): State<AppState>,
    Path((token, widget)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let (widget, answer) = match widget_to_take(&state, (&token, &widget), &uri, &headers).await {
        Ok(found) => found,
        Err(error) => return without_file(error, &headers),
    };
    let reader = reader_of(&headers);
    let spec = app::share::picture_spec(&widget);
    let draw = move || within(reader, || charts::render(&answer, &spec)).into_string();
    let png = pictures::png(draw, 2.0).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], private(), png).into_response())
}

fn drawn(opened: &Opened, shared: &SharedPage) -> String {
    let dashboard = &shared.page.dashboard;
    let note = match &dashboard.range {
        Some(range) if dashboard.description.is_empty() => {
            app::share::range_words(range, &opened.organization.timezone)
        }
        _ => dashboard.description.clone(),
    };
    let panels: Vec<CardPanel<'_>> = shared
        .page
        .panels
        .iter()
        .filter_map(|panel| {
            Some(CardPanel {
                title: &panel.widget.title,
                answer: panel.answer.as_ref()?,
                kind: panel.widget.kind,
                options: &panel.widget.config.options,
            })
        })
        .collect();
    charts::card(&Card {
        organization: &opened.organization.name,
        title: &dashboard.name,
        note: &note,
        panels: &panels,
    })
}
