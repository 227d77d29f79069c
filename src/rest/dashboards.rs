//! `/api/dashboards`

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use engine::db::{Page, PageRequest};
use engine::{Engine, Error};
use model::dashboard::{Dashboard, DashboardSpec, DashboardVersion, Document};

use super::etag::{if_match, tagged};
use super::{Created, InPages, Whole, id, parameters};
use crate::attachment::attachment;
use crate::body;
use crate::identity::Asking;
use crate::paper;
use crate::problem::Answered;
use crate::reads::Reads;

/// `GET /api/dashboards`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    page: Result<Query<PageRequest>, QueryRejection>,
) -> Answered<Json<Page<Dashboard>>> {
    Ok(Json(engine.dashboards().list(&caller, &parameters(page)?).await?))
}

/// `GET /api/dashboards/{id}/document.pdf?range=&from=&to=&filter=&breakdown=&var.PROPERTY=`: as the page with this address
/// shows it.
pub(crate) async fn pdf(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    Reads(reader): Reads,
    uri: Uri,
) -> Answered<Response> {
    let view = app::view_of(uri.query().unwrap_or_default())
        .map_err(|message| Error::invalid("query", "invalid", message))?;
    let page = engine.dashboard_page(&caller, id(&path)?, &view).await?;
    let organization = engine.organizations().get(&caller, caller.org()).await?;
    Ok(paper::answer(&engine, &organization, page, &view, reader).await?)
}

/// `POST /api/dashboards`
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(spec): body::Json<DashboardSpec>,
) -> Answered<Created<Response>> {
    let dashboard = engine.dashboards().create(&caller, spec).await?;
    let address = format!("/api/dashboards/{}", dashboard.id);
    Ok(Created(address, tagged(dashboard.version, Json(dashboard))))
}

/// `GET /api/dashboards/{id}`
pub(crate) async fn get(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let dashboard = engine.dashboards().get(&caller, id(&path)?).await?;
    Ok(tagged(dashboard.version, Json(dashboard)))
}

/// `PUT /api/dashboards/{id}`
pub(crate) async fn replace(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
    body::Json(spec): body::Json<DashboardSpec>,
) -> Answered<Response> {
    let dashboard = engine
        .dashboards()
        .replace(&caller, id(&path)?, spec, if_match(&headers)?)
        .await?;
    Ok(tagged(dashboard.version, Json(dashboard)))
}

/// `DELETE /api/dashboards/{id}`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Answered<StatusCode> {
    engine
        .dashboards()
        .delete(&caller, id(&path)?, if_match(&headers)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/dashboards/{id}/duplicate`
pub(crate) async fn duplicate(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Created<Response>> {
    let dashboard = engine.dashboards().duplicate(&caller, id(&path)?).await?;
    let address = format!("/api/dashboards/{}", dashboard.id);
    Ok(Created(address, tagged(dashboard.version, Json(dashboard))))
}

/// `GET /api/dashboards/{id}/export`
pub(crate) async fn export(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<Response> {
    let document = engine.dashboards().export(&caller, id(&path)?).await?;
    let headers = [(
        header::CONTENT_DISPOSITION,
        attachment(&document.dashboard.name, "dashboard", "json"),
    )];
    Ok((headers, Json(document)).into_response())
}

/// `POST /api/dashboards/import`
pub(crate) async fn import(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(document): body::Json<Document>,
) -> Answered<Created<Response>> {
    let dashboard = engine.dashboards().import(&caller, document).await?;
    let address = format!("/api/dashboards/{}", dashboard.id);
    Ok(Created(address, tagged(dashboard.version, Json(dashboard))))
}

/// `PUT /api/dashboards/{id}/favourite`
pub(crate) async fn mark(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<StatusCode> {
    engine.dashboards().mark(&caller, id(&path)?, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/dashboards/{id}/favourite`
pub(crate) async fn unmark(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<StatusCode> {
    engine.dashboards().mark(&caller, id(&path)?, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/dashboards/{id}/versions`
pub(crate) async fn versions(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<DashboardVersion>>> {
    let versions = engine.dashboards().versions(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(versions, page, |one| one.version.to_string())?))
}

/// `POST /api/dashboards/{id}/versions/{version}/restore`
pub(crate) async fn restore(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((path, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answered<Response> {
    let (dashboard, version) = (id(&path)?, id(&version)?);
    let dashboard = engine
        .dashboards()
        .restore(&caller, dashboard, version, if_match(&headers)?)
        .await?;
    Ok(tagged(dashboard.version, Json(dashboard)))
}
