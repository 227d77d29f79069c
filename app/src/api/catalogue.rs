//! Which events, properties and values there are: what inputs suggest.

use leptos::prelude::*;
use model::catalogue::{EventName, EventProperty, PropertyValues};
use model::query::Property;

use super::Json;
use crate::error::AppError;

/// The organization's events, the most frequent first.
#[server(prefix = "/api/fn", endpoint = "event_names", input = Json, output = Json)]
pub async fn event_names() -> Result<Vec<EventName>, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?.catalogue().names(&caller).await?)
}

/// The properties of events of this name, or of any; the most frequent first.
#[server(prefix = "/api/fn", endpoint = "event_properties", input = Json, output = Json)]
pub async fn event_properties(event: Option<String>) -> Result<Vec<EventProperty>, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .catalogue()
        .properties(&caller, event.as_deref())
        .await?)
}

/// The most frequent values of a property of events of this name, or of any.
#[server(prefix = "/api/fn", endpoint = "property_values", input = Json, output = Json)]
pub async fn values_of_property(
    event: Option<String>,
    property: Property,
) -> Result<PropertyValues, AppError> {
    let caller = crate::server::caller()?;
    Ok(crate::server::engine()?
        .catalogue()
        .values(&caller, &crate::server::suggested_values(event, property))
        .await?)
}
