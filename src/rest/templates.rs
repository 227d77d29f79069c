//! `/api/templates`

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::templates::{Template, TemplateInfo};
use engine::{Engine, Error};

use super::Whole;
use super::etag::tagged;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;
use crate::rest::Created;
use model::language::Reader;

/// `GET /api/templates`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
) -> Answered<Json<Whole<TemplateInfo>>> {
    Ok(Json(Whole::new(engine.templates(&caller).await?)))
}

/// `POST /api/templates/{name}`: the titles are in the language that the request asks for.
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
    Path(name): Path<String>,
) -> Answered<Created<Response>> {
    let template = Template::parse(&name).ok_or(Error::NotFound)?;
    let dashboard = engine.create_from_template(&caller, template, language).await?;
    let address = format!("/api/dashboards/{}", dashboard.id);
    Ok(Created(address, tagged(dashboard.version, Json(dashboard))))
}
