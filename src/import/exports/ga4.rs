//! The table of events that Google Analytics 4 writes to `BigQuery`, exported as JSON.

use model::Timestamp;
use model::event::Draft;
use serde_json::Value;

use crate::compat::said::{Object, Said, id, object, text};

pub(super) fn translate(mut line: Object) -> Result<Draft<'static>, String> {
    let name = text(&line, "event_name")
        .ok_or("`event_name` is missing.")?
        .to_owned();
    let anonymous_id = id(line.get("user_pseudo_id"));
    let mut said = Said {
        name,
        timestamp: line.get("event_timestamp").and_then(microseconds),
        user_id: id(line.get("user_id")),
        anonymous_id: anonymous_id.clone(),
        ..Said::default()
    };
    if let Some(Value::Array(parameters)) = line.remove("event_params") {
        for parameter in parameters {
            let Some(key) = parameter.get("key").and_then(Value::as_str) else {
                continue;
            };
            let value = parameter.get("value").and_then(typed);
            match (key, value) {
                ("ga_session_id", Some(session)) => {
                    let visitor = anonymous_id.as_deref().unwrap_or_default();
                    said.session_id = id(Some(&session)).map(|session| format!("{visitor}.{session}"));
                }
                (key, value) => said.put(ours(key), value),
            }
        }
    }
    let mut device = object(&mut line, "device");
    let browser = object(&mut device, "web_info").remove("browser");
    said.put("$browser", browser.or_else(|| device.remove("browser")));
    said.put("$os", device.remove("operating_system"));
    said.put("$device", device.remove("category"));
    said.put("$language", device.remove("language"));
    let mut place = object(&mut line, "geo");
    for (ours, theirs) in [("$country", "country"), ("$region", "region"), ("$city", "city")] {
        said.put(ours, place.remove(theirs));
    }
    let mut campaign = object(&mut line, "collected_traffic_source");
    for (ours, theirs) in [
        ("utm_source", "manual_source"),
        ("utm_medium", "manual_medium"),
        ("utm_campaign", "manual_campaign_name"),
        ("utm_term", "manual_term"),
        ("utm_content", "manual_content"),
        ("gclid", "gclid"),
    ] {
        said.put(ours, campaign.remove(theirs));
    }
    let items = line
        .remove("items")
        .filter(|items| items.as_array().is_some_and(|items| !items.is_empty()));
    said.put("items", items);
    said.add_page();
    Ok(said.draft())
}

fn ours(key: &str) -> &str {
    match key {
        "page_location" => "$url",
        "page_referrer" => "$referrer",
        "page_title" => "$title",
        other => other,
    }
}

/// `{string_value, int_value, float_value, double_value}`, of which one says something. Whole numbers come as text.
fn typed(value: &Value) -> Option<Value> {
    let said = |key: &str| value.get(key).filter(|value| !value.is_null()).cloned();
    let whole = || {
        let value = said("int_value")?;
        let number = value.as_str().and_then(|text| text.parse::<i64>().ok());
        Some(number.map_or(value, Value::from))
    };
    said("string_value")
        .or_else(whole)
        .or_else(|| said("double_value"))
        .or_else(|| said("float_value"))
}

fn microseconds(value: &Value) -> Option<Timestamp> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Timestamp::from_microsecond(number).ok()
}
