//! The events themselves, newest first.

use jiff::tz::TimeZone;
use model::event::Event;
use model::query::EventsQuery;
use serde_json::{Value, json};

use super::journeys::between;
use super::{edges, value};

/// Every row, as the answer would have them on one endless page.
pub(crate) fn answer(events: &[Event], query: &EventsQuery) -> Vec<Value> {
    let spec = query.spec();
    let zone =
        TimeZone::get(spec.timezone.as_deref().expect("questions name their zone")).expect("a known zone");
    let mut seen = between(events, edges(&spec.range, &zone), spec.filter.as_ref());
    seen.retain(|seen| spec.event.as_deref().is_none_or(|name| name == seen.event.name()));
    seen.sort_by_key(|seen| (seen.event.timestamp(), seen.event.id().to_owned()));
    seen.reverse();
    seen.iter()
        .map(|seen| match &spec.columns {
            Some(columns) => columns.iter().map(|column| value(column, seen)).collect(),
            None => json!({
                "id": seen.event.id(),
                "name": seen.event.name(),
                "timestamp": seen.event.timestamp().to_string(),
                "user_id": seen.event.user_id(),
                "anonymous_id": seen.event.anonymous_id(),
                "session_id": seen.event.session_id(),
                "properties": seen.properties,
            }),
        })
        .collect()
}
