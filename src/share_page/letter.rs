//! `GET /s/{token}/email.html`: the dashboard for an e-mail, where the link lets it be taken along.

use app::share::{SharedDocument, Standing};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use engine::Error;
use model::share::ViewerMay;

use super::{gone, open, private, reader_of, updated};
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
    let reader = reader_of(&headers);
    let opened = match open(&state, &token, &headers).await {
        Ok(opened) if opened.viewer_may(ViewerMay::Download) => opened,
        Ok(_) | Err(Error::NotFound | Error::Unauthenticated(_)) => return Ok(gone(reader)),
        Err(error) => return Err(error.into()),
    };
    let asked = app::share::asked(uri.query().unwrap_or_default());
    let shared = state.engine.shared_page(&opened, asked).await?;
    let named = attachment(&shared.page.dashboard.name, "dashboard", "html");
    let link = format!("/s/{token}");
    let address = format!("{}{link}", state.site.public_url.trim_end_matches('/'));
    let document = SharedDocument {
        organization: opened.organization.clone(),
        page: shared.page,
        view: shared.view,
        filterable: Vec::new(),
        may_choose_range: false,
        may_download: false,
        path: link.clone(),
        link,
        card: None,
        theme: "light",
        updated: updated(&state, &opened, reader),
        standing: Standing::Page { nonce: None },
        reader,
    };
    let letter = app::share::letter(&document, &address, !opened.has_password);
    let file = [(header::CONTENT_DISPOSITION, named)];
    Ok((file, private(), Html(letter)).into_response())
}
