//! What other tools export: a line is one of their events, in their own words.

mod ga4;
mod mixpanel;
mod umami;

use model::event::Draft;
use serde_json::{Map, Value};

use crate::compat::said::Object;
use crate::compat::{posthog, segment};
pub(super) use umami::UmamiRows;

/// A tool whose export has one JSON object on each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Messages, as Segment's raw data in S3 has them.
    Segment,
    /// Events, as `PostHog` exports them in batches.
    Posthog,
    /// The raw export of Mixpanel.
    Mixpanel,
    /// The table of events that Google Analytics 4 writes to `BigQuery`, as JSON.
    Ga4,
}

/// The line as an event that has an id: its own, or `id`.
///
/// # Errors
/// A sentence that says what is wrong.
pub(super) fn event(tool: Tool, line: &[u8], id: &str) -> Result<String, String> {
    let object: Object = serde_json::from_slice(line).map_err(|error| {
        let why = error.to_string().replace(" at line 1 column ", " at column ");
        format!("This is not a JSON object: {why}.")
    })?;
    let draft = match tool {
        Tool::Segment => segment::exported(object)?,
        Tool::Posthog => posthog::exported(object)?,
        Tool::Mixpanel => mixpanel::translate(object)?,
        Tool::Ga4 => ga4::translate(object)?,
    };
    dated(&draft)?;
    Ok(json(&draft, id))
}

/// Without a time of its own, everything would have happened today.
fn dated(draft: &Draft<'_>) -> Result<(), String> {
    match draft.timestamp {
        Some(_) => Ok(()),
        None => Err("This event has no time.".to_owned()),
    }
}

/// The text of the event on our own wire.
fn json(draft: &Draft<'_>, id: &str) -> String {
    let mut fields = Map::new();
    let id = draft.id.as_deref().unwrap_or(id);
    for (key, value) in [
        ("id", Some(id)),
        ("name", Some(draft.name.as_ref())),
        ("timestamp", draft.timestamp.as_deref()),
        ("user_id", draft.user_id.as_deref()),
        ("anonymous_id", draft.anonymous_id.as_deref()),
        ("session_id", draft.session_id.as_deref()),
    ] {
        if let Some(value) = value {
            fields.insert(key.to_owned(), value.into());
        }
    }
    let fields = Value::Object(fields).to_string();
    let open = fields.strip_suffix('}').unwrap_or(&fields);
    let properties = draft.properties.as_deref().unwrap_or("{}");
    format!("{open},\"properties\":{properties}}}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(tool: Tool, line: &Value) -> Value {
        let text = event(tool, line.to_string().as_bytes(), "line").expect("it is an event");
        serde_json::from_str(&text).expect("it writes JSON")
    }

    #[test]
    fn segments_messages() {
        let line = json!({"type": "track", "event": "Order Completed", "userId": "u", "anonymousId": "a",
            "messageId": "m1", "timestamp": "2026-01-02T03:04:05Z", "properties": {"total": 1}});
        let expected = json!({"id": "m1", "name": "Order Completed", "timestamp": "2026-01-02T03:04:05Z",
            "user_id": "u", "anonymous_id": "a", "properties": {"total": 1}});
        assert_eq!(read(Tool::Segment, &line), expected);
    }

    #[test]
    fn posthogs_events_with_properties_as_text() {
        let line = json!({"uuid": "e1", "event": "$pageview", "distinct_id": "u", "timestamp": "2026-01-02 03:04:05.000000",
            "properties": "{\"$current_url\":\"https://a.b/c\",\"$pathname\":\"/c\"}"});
        let expected = json!({"id": "e1", "name": "page_view", "timestamp": "2026-01-02T03:04:05Z", "user_id": "u",
            "properties": {"$current_url": "https://a.b/c", "$url": "https://a.b/c", "$pathname": "/c", "$path": "/c"}});
        assert_eq!(read(Tool::Posthog, &line), expected);
    }

    #[test]
    fn mixpanels_events() {
        let line = json!({"event": "$mp_web_page_view", "properties": {"time": 1_767_323_045, "distinct_id": "u",
            "$device_id": "d", "$user_id": "u", "$insert_id": "i1", "$current_url": "https://a.b/c?x=1",
            "mp_country_code": "DE", "$browser": "Chrome", "plan": "team"}});
        let expected = json!({"id": "i1", "name": "page_view", "timestamp": "2026-01-02T03:04:05Z", "user_id": "u",
            "anonymous_id": "d", "properties": {"$url": "https://a.b/c?x=1", "$host": "a.b", "$path": "/c",
                "$country": "DE", "$browser": "Chrome", "plan": "team"}});
        assert_eq!(read(Tool::Mixpanel, &line), expected);
        let anonymous =
            json!({"event": "x", "properties": {"time": 1_767_323_045, "distinct_id": "$device:d"}});
        assert_eq!(read(Tool::Mixpanel, &anonymous)["anonymous_id"], "d");
    }

    #[test]
    fn google_analytics_events() {
        let line = json!({"event_timestamp": "1767323045678901", "event_name": "purchase", "user_id": "u",
            "user_pseudo_id": "p.1", "event_params": [
                {"key": "page_location", "value": {"string_value": "https://a.b/c"}},
                {"key": "ga_session_id", "value": {"int_value": "77"}},
                {"key": "value", "value": {"double_value": 12.5}}],
            "device": {"category": "mobile", "operating_system": "iOS", "web_info": {"browser": "Safari"}},
            "geo": {"country": "Germany", "city": "Munich"},
            "collected_traffic_source": {"manual_source": "news", "gclid": null}, "items": [{"item_id": "a"}]});
        let expected = json!({"id": "line", "name": "purchase", "timestamp": "2026-01-02T03:04:05.678901Z",
            "user_id": "u", "anonymous_id": "p.1", "session_id": "p.1.77", "properties": {"$url": "https://a.b/c",
                "$host": "a.b", "$path": "/c", "value": 12.5, "$device": "mobile", "$os": "iOS", "$browser": "Safari",
                "$country": "Germany", "$city": "Munich", "utm_source": "news", "items": [{"item_id": "a"}]}});
        assert_eq!(read(Tool::Ga4, &line), expected);
    }

    #[test]
    fn broken_lines_say_why() {
        let broken = |tool, line: &str| event(tool, line.as_bytes(), "line").expect_err(line);
        assert!(broken(Tool::Segment, "{").starts_with("This is not a JSON object"));
        assert_eq!(
            broken(Tool::Segment, r#"{"type":"delete"}"#),
            "`type` must be track, identify, page, screen, group or alias."
        );
        assert_eq!(
            broken(Tool::Posthog, r#"{"event":"x","distinct_id":"u"}"#),
            "This event has no time."
        );
        assert_eq!(
            broken(Tool::Mixpanel, r#"{"event":"x"}"#),
            "This event has no time."
        );
        assert_eq!(broken(Tool::Ga4, "{}"), "`event_name` is missing.");
    }
}
