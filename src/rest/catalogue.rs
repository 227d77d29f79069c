//! `/api/analytics/events/…`: which events, properties and values there are.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use engine::query::ValuesAsked;
use engine::{Engine, Error};
use model::catalogue::{EventName, EventProperty, PropertyValues};
use serde::Deserialize;

use super::{Whole, parameters};
use crate::identity::Asking;
use crate::problem::Answered;

/// Values that are listed unless somebody says otherwise.
const VALUES: usize = 50;

/// Nothing can be asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plain {}

/// `?event=`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfEvent {
    event: Option<String>,
}

/// `?property=&event=&search=&limit=`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfProperty {
    property: String,
    event: Option<String>,
    search: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/analytics/events/names`
pub(crate) async fn names(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    asked: Result<Query<Plain>, QueryRejection>,
) -> Answered<Json<Whole<EventName>>> {
    let Plain {} = parameters(asked)?;
    Ok(Json(Whole::new(engine.catalogue().names(&caller).await?)))
}

/// `GET /api/analytics/events/properties`
pub(crate) async fn properties(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    asked: Result<Query<OfEvent>, QueryRejection>,
) -> Answered<Json<Whole<EventProperty>>> {
    let event = parameters(asked)?.event;
    let found = engine.catalogue().properties(&caller, event.as_deref()).await?;
    Ok(Json(Whole::new(found)))
}

/// `GET /api/analytics/events/values`
pub(crate) async fn values(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    asked: Result<Query<OfProperty>, QueryRejection>,
) -> Answered<Json<PropertyValues>> {
    let asked = parameters(asked)?;
    let property = asked
        .property
        .parse()
        .map_err(|reason| Error::invalid("property", "invalid", format!("In `property`: {reason}.")))?;
    let asked = ValuesAsked {
        property,
        event: asked.event,
        search: asked.search,
        limit: asked.limit.unwrap_or(VALUES),
    };
    Ok(Json(engine.catalogue().values(&caller, &asked).await?))
}
