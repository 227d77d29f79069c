//! `GET /s/{token}/email.html`: the dashboard for an e-mail, where the link lets it be taken along.

use app::share::Letter;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use super::{open_to_take, private, reader_of, updated, without_file};
use crate::attachment::attachment;
use crate::problem::Answered;
use crate::state::AppState;

/// `GET /s/{token}/email.html`
pub(crate) async fn letter(
    State(state): State<AppState>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let opened = match open_to_take(&state, &token, &headers).await {
        Ok(opened) => opened,
        Err(error) => return without_file(error, &headers),
    };
    let asked = app::share::asked(uri.query().unwrap_or_default());
    let shared = state.engine.shared_page(&opened, asked).await?;
    let reader = reader_of(&headers);
    let letter = app::share::letter(&Letter {
        organization: &opened.organization,
        page: &shared.page,
        view: &shared.view,
        address: &format!("{}/s/{token}", state.site.public_url.trim_end_matches('/')),
        has_pictures: !opened.has_password,
        updated: &updated(&state, &opened, reader),
        reader,
    });
    let named = attachment(&shared.page.dashboard.name, "dashboard", "html");
    Ok(([(header::CONTENT_DISPOSITION, named)], private(), Html(letter)).into_response())
}
