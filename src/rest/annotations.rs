//! `/api/annotations` and `/api/dashboards/{id}/annotations`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Engine;
use model::annotation::{Annotation, AnnotationSpec};

use super::{Created, InPages, Whole, id};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/annotations`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    InPages(page): InPages,
) -> Answered<Json<Whole<Annotation>>> {
    let all = engine.annotations().list(&caller, None).await?;
    Ok(Json(Whole::part(all, page, |one| one.id.to_string())?))
}

/// `POST /api/annotations`
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(spec): body::Json<AnnotationSpec>,
) -> Answered<Created<Json<Annotation>>> {
    let annotation = engine.annotations().create(&caller, None, spec).await?;
    let address = format!("/api/annotations/{}", annotation.id);
    Ok(Created(address, Json(annotation)))
}

/// `GET /api/dashboards/{id}/annotations`
pub(crate) async fn list_of_dashboard(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<Annotation>>> {
    let dashboard = Some(id(&path)?);
    let all = engine.annotations().list(&caller, dashboard).await?;
    Ok(Json(Whole::part(all, page, |one| one.id.to_string())?))
}

/// `POST /api/dashboards/{id}/annotations`
pub(crate) async fn create_on_dashboard(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(spec): body::Json<AnnotationSpec>,
) -> Answered<Created<Json<Annotation>>> {
    let dashboard = Some(id(&path)?);
    let annotation = engine.annotations().create(&caller, dashboard, spec).await?;
    let address = format!("/api/annotations/{}", annotation.id);
    Ok(Created(address, Json(annotation)))
}

/// `DELETE /api/annotations/{id}`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Answered<StatusCode> {
    engine.annotations().delete(&caller, id(&path)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
