//! `GET /s/{token}`: a dashboard as a document, for whoever has the link.

use app::share::SharedDocument;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use engine::{Engine, Error};
use model::dashboard::View;
use model::format::bucket;
use model::query::Interval;

use crate::problem::Answered;

/// The dashboard, or one and the same page for wrong, expired and revoked links.
pub(crate) async fn show(State(engine): State<Engine>, Path(token): Path<String>) -> Answered<Response> {
    let (status, page) = match document(&engine, &token).await {
        Ok(page) => (StatusCode::OK, page),
        Err(Error::NotFound) => (StatusCode::NOT_FOUND, app::share::gone()),
        Err(error) => return Err(error.into()),
    };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (
            header::HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex"),
        ),
    ];
    Ok((status, headers, Html(page)).into_response())
}

async fn document(engine: &Engine, token: &str) -> Result<String, Error> {
    let (caller, organization, dashboard) = engine.sharing().open(token).await?;
    let page = engine
        .dashboard_page(&caller, dashboard, &View::default())
        .await?;
    let now = engine.local_now(&organization.timezone);
    let updated = format!(
        "{}, {}",
        bucket(now, Interval::Minute, false),
        bucket(now, Interval::Day, true)
    );
    Ok(app::share::document(&SharedDocument {
        organization,
        page,
        updated,
    }))
}
