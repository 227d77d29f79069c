//! `PostHog`'s events as ours.

use jiff::SignedDuration;
use model::Timestamp;
use model::event::Draft;
use serde_json::Value;

use crate::compat::said::{Object, Said, id, instant, object, text};

/// Where `PostHog`'s cookieless mode leaves the id to the server.
const COOKIELESS: &str = "$posthog_cookieless";

/// The body of a request, taken apart.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Body {
    pub(super) key: String,
    pub(super) events: Vec<Object>,
    /// By the sender's clock.
    pub(super) sent_at: Option<Timestamp>,
    /// Whether these events are from long ago, with times that need no repair.
    pub(super) is_old: bool,
}

impl Body {
    /// Reads one event, a list of events, or an envelope with a `batch`.
    pub(super) fn read(body: Value) -> Self {
        let objects = |list: Vec<Value>| {
            let objects = list.into_iter().filter_map(|item| match item {
                Value::Object(object) => Some(object),
                _ => None,
            });
            objects.collect::<Vec<Object>>()
        };
        let (mut outer, events) = match body {
            Value::Array(list) => (Object::new(), objects(list)),
            Value::Object(mut outer) => match outer.remove("batch") {
                Some(Value::Array(list)) => (outer, objects(list)),
                _ => (Object::new(), vec![outer]),
            },
            _ => (Object::new(), Vec::new()),
        };
        let key = key_of(&outer).or_else(|| events.iter().find_map(key_of));
        let first = events.first();
        let sent_at = ["sent_at", "sentAt"]
            .into_iter()
            .find_map(|name| outer.remove(name).or_else(|| first?.get(name).cloned()));
        Self {
            key: key.unwrap_or_default(),
            sent_at: instant(sent_at.as_ref()),
            is_old: outer.get("historical_migration") == Some(&Value::Bool(true)),
            events,
        }
    }
}

fn key_of(object: &Object) -> Option<String> {
    let direct = ["api_key", "token", "$token"]
        .into_iter()
        .find_map(|name| text(object, name));
    let inner = || text(object.get("properties")?.as_object()?, "token");
    direct.or_else(inner).map(str::to_owned)
}

/// The event that `PostHog`'s stands for, at `now` by the sender's clock, where that is known; `None` for what is no event.
pub(super) fn translate(mut event: Object, now: Option<Timestamp>) -> Option<Draft<'static>> {
    let properties = object(&mut event, "properties");
    let mut said = Said {
        properties,
        ..Said::default()
    };
    for name in ["$set", "$set_once", "$unset"] {
        said.put(name, event.remove(name));
    }
    said.name = match text(&event, "event") {
        Some("$pageview") => "page_view".to_owned(),
        Some("$pageleave") => "page_leave".to_owned(),
        Some("$screen") => "screen_view".to_owned(),
        Some(name) => name.to_owned(),
        None if said.properties.contains_key("$set") => "$set".to_owned(),
        None => return None,
    };
    said.id = id(event.get("uuid")).or_else(|| id(said.properties.get("$insert_id")));
    said.timestamp = time(&event, now);
    said.session_id = id(said.properties.remove("$session_id").as_ref());
    name_people(&mut said, &event)?;
    for name in ["token", "distinct_id", "$insert_id", "$anon_distinct_id"] {
        said.properties.remove(name);
    }
    share_names(&mut said);
    Some(said.draft())
}

/// When it happened: said outright, or how many milliseconds before it was sent.
fn time(event: &Object, now: Option<Timestamp>) -> Option<Timestamp> {
    let before = || {
        let offset = SignedDuration::from_millis(event.get("offset")?.as_i64()?);
        now?.checked_sub(offset).ok()
    };
    instant(event.get("timestamp")).or_else(before)
}

/// A `distinct_id` is a device's until somebody says who they are, then a user's.
fn name_people(said: &mut Said, event: &Object) -> Option<()> {
    let properties = &said.properties;
    let distinct_id = id(event.get("distinct_id"))
        .or_else(|| id(event.get("$distinct_id")))
        .or_else(|| id(properties.get("distinct_id")))?;
    let device_id = id(properties.get("$device_id")).filter(|device| device != COOKIELESS);
    let before = id(properties.get("$anon_distinct_id")).or_else(|| id(event.get("$anon_distinct_id")));
    let alias = id(properties.get("alias")).filter(|_| said.name == "$create_alias");
    let is_device = properties.get("$is_identified") == Some(&Value::Bool(false))
        || device_id.as_ref() == Some(&distinct_id);
    if distinct_id == COOKIELESS {
        return Some(());
    }
    if is_device && said.name != "$identify" && alias.is_none() {
        said.anonymous_id = Some(distinct_id);
        return Some(());
    }
    let other_id = alias.or(before).or(device_id);
    said.anonymous_id = other_id.filter(|other| *other != distinct_id);
    said.user_id = Some(distinct_id);
    Some(())
}

/// What `PostHog` says, under the names that all ways in share; its own names stay beside them.
fn share_names(said: &mut Said) {
    let direct = |value: &Value| value.as_str() == Some("$direct");
    for name in ["$referrer", "$referring_domain"] {
        if said.properties.get(name).is_some_and(direct) {
            said.properties.remove(name);
        }
    }
    for (ours, theirs) in [
        ("$url", "$current_url"),
        ("$path", "$pathname"),
        ("$title", "title"),
        ("$referrer_domain", "$referring_domain"),
        ("$language", "$browser_language"),
    ] {
        let value = said.properties.get(theirs).cloned();
        said.put(ours, value);
    }
    let device = said.properties.get("$device_type").and_then(Value::as_str);
    let device = device.map(|word| Value::from(word.to_lowercase()));
    said.put("$device", device);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().expect("an instant")
    }

    fn translated(event: Value) -> (Draft<'static>, Value) {
        let event = Body::read(event).events.remove(0);
        let draft = translate(event, Some(now())).expect("an event");
        let properties = serde_json::from_str(draft.properties.as_deref().unwrap_or("{}")).expect("JSON");
        (draft, properties)
    }

    #[test]
    fn every_shape_of_body_is_taken_apart() {
        let event = json!({"event": "x", "distinct_id": "u"});
        let single =
            json!({"event": "x", "distinct_id": "u", "api_key": "k", "sent_at": "2026-01-02T03:04:05Z"});
        let sent = Body::read(single);
        assert_eq!(
            (sent.key.as_str(), sent.events.len(), sent.sent_at),
            ("k", 1, Some(now()))
        );
        let list = json!([{"event": "x", "properties": {"token": "k"}}, event]);
        assert_eq!(
            (
                Body::read(list.clone()).key.as_str(),
                Body::read(list).events.len()
            ),
            ("k", 2)
        );
        let batch = json!({"api_key": "k", "batch": [event, 5], "historical_migration": true});
        let sent = Body::read(batch);
        assert_eq!(
            (sent.key.as_str(), sent.events.len(), sent.is_old),
            ("k", 1, true)
        );
        assert_eq!(Body::read(json!("nothing")), Body::default());
    }

    #[test]
    fn a_browsers_page_view() {
        let (draft, properties) = translated(
            json!({"event": "$pageview", "uuid": "e1", "offset": 1500, "properties": {
            "token": "k", "distinct_id": "d", "$device_id": "d", "$is_identified": false, "$session_id": "s",
            "$current_url": "https://a.b/c", "$pathname": "/c", "$referrer": "$direct", "$device_type": "Desktop"}}),
        );
        assert_eq!(
            (draft.name.as_ref(), draft.id.as_deref()),
            ("page_view", Some("e1"))
        );
        assert_eq!(
            (draft.user_id.as_deref(), draft.anonymous_id.as_deref()),
            (None, Some("d"))
        );
        assert_eq!(draft.session_id.as_deref(), Some("s"));
        assert_eq!(draft.timestamp.as_deref(), Some("2026-01-02T03:04:03.5Z"));
        let expected = json!({"$device_id": "d", "$is_identified": false, "$current_url": "https://a.b/c",
            "$url": "https://a.b/c", "$pathname": "/c", "$path": "/c", "$device_type": "Desktop", "$device": "desktop"});
        assert_eq!(properties, expected);
    }

    #[test]
    fn people_say_who_they_are() {
        let ids = |event: Value| {
            let (draft, _) = translated(event);
            (
                draft.user_id.map(String::from),
                draft.anonymous_id.map(String::from),
            )
        };
        let both = (Some("u".to_owned()), Some("a".to_owned()));
        let identify =
            json!({"event": "$identify", "distinct_id": "u", "properties": {"$anon_distinct_id": "a"}});
        assert_eq!(ids(identify), both);
        let alias = json!({"event": "$create_alias", "distinct_id": "u", "properties": {"alias": "a"}});
        assert_eq!(ids(alias), both);
        let later = json!({"event": "x", "distinct_id": "u", "properties": {"$device_id": "a", "$is_identified": true}});
        assert_eq!(ids(later), both);
        assert_eq!(
            ids(json!({"event": "x", "distinct_id": 7})),
            (Some("7".to_owned()), None)
        );
        assert_eq!(
            ids(json!({"event": "x", "distinct_id": "$posthog_cookieless"})),
            (None, None)
        );
    }
}
