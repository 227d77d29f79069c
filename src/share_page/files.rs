//! What viewers may take along, where the link allows it: the figures of a widget, and the dashboard as one file.

use std::fmt::Write as _;

use app::share::Standing;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::Error;
use model::answer::Answer;
use model::dashboard::Widget;
use model::ids::WidgetId;

use super::{Place, document, open, open_to_take, private, reader_of, without_file};
use crate::attachment::attachment;
use crate::problem::Answered;
use crate::site::SiteFiles;
use crate::state::AppState;

/// `GET /s/{token}/widgets/{id}/data.csv`
pub(crate) async fn csv(
    State(state): State<AppState>,
    Path((token, widget)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let (widget, answer) = match widget_to_take(&state, (&token, &widget), &uri, &headers).await {
        Ok(found) => found,
        Err(error) => return without_file(error, &headers),
    };
    let text = crate::csv_text::of(&answer).map_err(Error::internal)?;
    let file = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            attachment(&widget.title, "data", "csv"),
        ),
    ];
    Ok((file, private(), text).into_response())
}

/// `GET /s/{token}/document.html`: one file with everything in it, to keep or to send.
pub(crate) async fn file(
    State(state): State<AppState>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let opened = match open_to_take(&state, &token, &headers).await {
        Ok(opened) => opened,
        Err(error) => return without_file(error, &headers),
    };
    let standing = Standing::File {
        css: style_sheet(&state.files).await,
    };
    let page = document(
        &state,
        &opened,
        Place::new(&token, &uri, &headers, "system"),
        standing,
    )
    .await?;
    let dashboard = state
        .engine
        .dashboards()
        .get(&opened.caller, opened.dashboard)
        .await?;
    let file = [(
        header::CONTENT_DISPOSITION,
        attachment(&dashboard.name, "dashboard", "html"),
    )];
    Ok((file, private(), Html(page)).into_response())
}

/// `GET /s/{token}/document.pdf`: the same on paper.
pub(crate) async fn pdf(
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
    let page = crate::paper::answer(
        &state.engine,
        &opened.organization,
        shared.page,
        &shared.view,
        reader_of(&headers),
    )
    .await?;
    Ok((private(), page).into_response())
}

/// A widget on the dashboard behind a link, answered for what the address asks.
pub(super) async fn widget_to_take(
    state: &AppState,
    (token, widget): (&str, &str),
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(Widget, Answer), Error> {
    let asked = app::share::asked(uri.query().unwrap_or_default());
    let opened = open(state, token, headers).await?;
    let widget: WidgetId = widget.parse().map_err(|_| Error::NotFound)?;
    state.engine.shared_answer(&opened, widget, asked).await
}

/// The site's style sheet with its fonts inside.
async fn style_sheet(files: &SiteFiles) -> String {
    let css = files.bytes("pkg/datapulse.css").await.unwrap_or_default();
    let css = String::from_utf8_lossy(&css).into_owned();
    // Nothing in it may end the element that it stands in.
    let css = css.replace("</", "<\\/");
    let mut inlined = String::with_capacity(css.len() + 128 * 1024);
    let mut rest = css.as_str();
    while let Some((before, from_url)) = rest.split_once("url(") {
        let Some((reference, after)) = from_url.split_once(')') else {
            break;
        };
        let path = reference.trim_matches(['"', '\'', ' ']).trim_start_matches('/');
        inlined.push_str(before);
        inlined.push_str("url(\"");
        match files.bytes(path).await {
            Some(bytes) if !path.starts_with("data:") => {
                let kind = mime_guess::from_path(path).first_or_octet_stream();
                // Writing to a string cannot fail.
                let _ = write!(inlined, "data:{kind};base64,{}", STANDARD.encode(bytes));
            }
            _ => inlined.push_str("data:,"),
        }
        inlined.push_str("\")");
        rest = after;
    }
    inlined.push_str(rest);
    inlined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_style_sheet_carries_what_it_refers_to() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        std::fs::create_dir(folder.path().join("pkg")).expect("it can be made");
        let css = "@font-face{src:url(\"/fonts/a.woff2\")}b{background:url(/no/such.png)}i{color:red}";
        std::fs::write(folder.path().join("pkg/datapulse.css"), css).expect("it can be written");
        std::fs::create_dir(folder.path().join("fonts")).expect("it can be made");
        std::fs::write(folder.path().join("fonts/a.woff2"), [1, 2, 3]).expect("it can be written");
        let css = style_sheet(&SiteFiles::Folder(folder.path().to_owned())).await;
        assert_eq!(
            css,
            "@font-face{src:url(\"data:font/woff2;base64,AQID\")}b{background:url(\"data:,\")}i{color:red}"
        );
    }
}
