//! `/s/{token}`: a dashboard as a document, for whoever has the link, and what can be had below that address.

mod files;
mod letter;
mod picture;
mod unlock;

use app::share::{SharedDocument, Standing};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use engine::Error;
use engine::sharing::Opened;
use leptos::nonce::Nonce;
use model::language::{Reader, within};
use model::share::ViewerMay;

use crate::cookie::Cookies;
use crate::problem::Answered;
use crate::reads::Reads;
use crate::security::{MayBeFramed, shared_page_policy};
use crate::state::AppState;
pub(crate) use files::{csv, file, pdf};
pub(crate) use letter::letter;
pub(crate) use picture::{card, chart};
pub(crate) use unlock::unlock;

/// `GET /s/{token}`: the dashboard, its password form, or one and the same page for wrong, expired and revoked links.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let opened = match open(&state, &token, &headers).await {
        Ok(opened) => opened,
        Err(error) => return closed(error, uri.path(), reader_of(&headers)),
    };
    let nonce = Nonce::new().to_string();
    let standing = Standing::Page {
        nonce: Some(nonce.clone()),
    };
    let page = document(
        &state,
        &opened,
        Place::new(&token, &uri, &headers, "system"),
        standing,
    )
    .await?;
    Ok((policy(&nonce, &[]), private(), Html(page)).into_response())
}

/// `GET /s/{token}/embed?theme=`: the same for a frame on the sites that the share names.
pub(crate) async fn embed(
    State(state): State<AppState>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let opened = match open(&state, &token, &headers).await {
        Ok(opened) => opened,
        // Whoever frames it is not known yet, so nobody may.
        Err(error) => return closed(error, uri.path(), reader_of(&headers)),
    };
    let theme = frame_theme(&uri);
    let nonce = Nonce::new().to_string();
    let standing = Standing::Framed {
        nonce: Some(nonce.clone()),
    };
    let page = document(
        &state,
        &opened,
        Place::new(&token, &uri, &headers, theme),
        standing,
    )
    .await?;
    let answer = (policy(&nonce, &opened.embed_origins), private(), Html(page));
    Ok(framable(answer.into_response(), &opened))
}

/// `GET /embed/{token}?theme=`: a share for a frame of a site that vouches for its visitor, with what it fixed.
pub(crate) async fn signed(
    State(state): State<AppState>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Answered<Response> {
    let opened = match state.engine.sharing().open_signed(&token).await {
        Ok(opened) => opened,
        Err(Error::NotFound) => return Ok(gone(reader_of(&headers))),
        Err(error) => return Err(error.into()),
    };
    let theme = frame_theme(&uri);
    let nonce = Nonce::new().to_string();
    let standing = Standing::Framed {
        nonce: Some(nonce.clone()),
    };
    let page = document(
        &state,
        &opened,
        Place::signed(&token, &uri, &headers, theme),
        standing,
    )
    .await?;
    let answer = (policy(&nonce, &opened.embed_origins), private(), Html(page));
    Ok(framable(answer.into_response(), &opened))
}

fn frame_theme(uri: &Uri) -> &'static str {
    match theme(uri) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    }
}

/// Lets the sites of the share frame an answer.
fn framable(mut answer: Response, opened: &Opened) -> Response {
    if !opened.embed_origins.is_empty() {
        answer.extensions_mut().insert(MayBeFramed);
    }
    answer
}

/// Where a page stands in its link.
struct Place<'a> {
    link: String,
    uri: &'a Uri,
    theme: &'static str,
    reader: Reader,
}

impl<'a> Place<'a> {
    fn new(token: &str, uri: &'a Uri, headers: &HeaderMap, theme: &'static str) -> Self {
        Self {
            link: format!("/s/{token}"),
            uri,
            theme,
            reader: reader_of(headers),
        }
    }

    fn signed(token: &str, uri: &'a Uri, headers: &HeaderMap, theme: &'static str) -> Self {
        Self {
            link: format!("/embed/{token}"),
            ..Self::new(token, uri, headers, theme)
        }
    }
}

async fn document(
    state: &AppState,
    opened: &Opened,
    place: Place<'_>,
    standing: Standing,
) -> Result<String, Error> {
    let asked = app::share::asked(place.uri.query().unwrap_or_default());
    let shared = state.engine.shared_page(opened, asked).await?;
    state.engine.sharing().note_look(opened).await;
    let link = place.link;
    let card = format!("{}{link}/card.png", state.site.public_url.trim_end_matches('/'));
    let is_page = matches!(standing, Standing::Page { .. });
    Ok(app::share::document(&SharedDocument {
        organization: opened.organization.clone(),
        page: shared.page,
        view: shared.view,
        filterable: shared.filterable,
        may_choose_range: opened.viewer_may(ViewerMay::Range),
        may_download: opened.viewer_may(ViewerMay::Download),
        path: place.uri.path().to_owned(),
        card: (is_page && !opened.has_password).then_some(card),
        link,
        theme: place.theme,
        updated: updated(state, opened, place.reader),
        standing,
        reader: place.reader,
    }))
}

/// Now, in words, on the clocks of the organization: `12:04, 22 Nov 2026`.
pub(crate) fn updated(state: &AppState, opened: &Opened, reader: Reader) -> String {
    within(reader, || {
        crate::paper::updated(&state.engine, &opened.organization)
    })
}

/// What the viewer reads.
pub(crate) fn reader_of(headers: &HeaderMap) -> Reader {
    Reads::of(headers)
}

/// Opens the link with what an earlier [`unlock()`] left in the browser.
pub(crate) async fn open(state: &AppState, token: &str, headers: &HeaderMap) -> Result<Opened, Error> {
    let proof = Cookies::share(headers);
    state.engine.sharing().open(token, proof).await
}

/// As [`open`], for whoever wants to take something along: not there where the link does not allow it.
async fn open_to_take(state: &AppState, token: &str, headers: &HeaderMap) -> Result<Opened, Error> {
    let opened = open(state, token, headers).await?;
    if opened.viewer_may(ViewerMay::Download) {
        Ok(opened)
    } else {
        Err(Error::NotFound)
    }
}

/// What is answered instead of a file: one page, also where a password has to be given first.
fn without_file(error: Error, headers: &HeaderMap) -> Answered<Response> {
    match error {
        Error::NotFound | Error::Unauthenticated(_) => Ok(gone(reader_of(headers))),
        other => Err(other.into()),
    }
}

/// What is answered instead of a dashboard.
fn closed(error: Error, path: &str, reader: Reader) -> Answered<Response> {
    match error {
        Error::NotFound => Ok(gone(reader)),
        Error::Unauthenticated(_) => Ok(locked(StatusCode::UNAUTHORIZED, reader, path, None)),
        other => Err(other.into()),
    }
}

/// One and the same for links that are wrong, expired or revoked, and for what a link does not allow.
fn gone(reader: Reader) -> Response {
    (StatusCode::NOT_FOUND, private(), Html(app::share::gone(reader))).into_response()
}

fn locked(status: StatusCode, reader: Reader, path: &str, problem: Option<&str>) -> Response {
    (status, private(), Html(app::share::locked(reader, path, problem))).into_response()
}

/// What belongs to nobody but whoever has the link.
fn private() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex"),
        ),
    ]
}

fn policy(nonce: &str, ancestors: &[String]) -> [(HeaderName, HeaderValue); 1] {
    let policy = HeaderValue::from_str(&shared_page_policy(nonce, ancestors));
    let policy = policy.expect("nonces and checked origins are plain ASCII");
    [(header::CONTENT_SECURITY_POLICY, policy)]
}

fn theme(uri: &Uri) -> Option<&str> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(name, value)| (name == "theme").then_some(value))
}
