//! Segment's messages as events.

use model::event::Draft;
use serde_json::{Value, json};

use crate::compat::said::{Object, Said, id, instant, object, text};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
}

impl Kind {
    /// By the last word of the path.
    pub(super) fn of_call(call: &str) -> Option<Self> {
        match call {
            "track" | "t" => Some(Self::Track),
            "identify" | "i" => Some(Self::Identify),
            "page" | "p" => Some(Self::Page),
            "screen" | "s" => Some(Self::Screen),
            "group" | "g" => Some(Self::Group),
            "alias" | "a" => Some(Self::Alias),
            _ => None,
        }
    }

    /// By what the message calls itself.
    pub(super) fn of_type(message: &Object) -> Option<Self> {
        text(message, "type")
            .filter(|word| word.len() > 1)
            .and_then(Self::of_call)
    }
}

/// A message of a batch with the context of the batch around its own.
pub(super) fn merged(message: Value, outer: &Object) -> Option<Object> {
    let Value::Object(mut message) = message else {
        return None;
    };
    if let Some(Value::Object(around)) = outer.get("context") {
        let mut context = around.clone();
        context.extend(object(&mut message, "context"));
        message.insert("context".to_owned(), Value::Object(context));
    }
    Some(message)
}

/// The event that a message stands for.
///
/// # Errors
/// A sentence that says what is missing.
pub(super) fn translate(kind: Kind, mut message: Object) -> Result<Draft<'static>, String> {
    let context = object(&mut message, "context");
    let mut said = Said {
        id: id(message.get("messageId")),
        timestamp: instant(message.get("originalTimestamp")).or_else(|| instant(message.get("timestamp"))),
        user_id: id(message.get("userId")),
        anonymous_id: id(message.get("anonymousId")),
        session_id: id(context.get("sessionId")),
        ..Said::default()
    };
    match kind {
        Kind::Track => {
            let name = text(&message, "event").ok_or("`event` must name what was tracked.")?;
            name.clone_into(&mut said.name);
            said.properties = object(&mut message, "properties");
        }
        Kind::Page | Kind::Screen => {
            let name = if kind == Kind::Page {
                "page_view"
            } else {
                "screen_view"
            };
            name.clone_into(&mut said.name);
            said.properties = object(&mut message, "properties");
            said.put("name", message.remove("name"));
            said.put("category", message.remove("category"));
        }
        Kind::Identify => {
            "$identify".clone_into(&mut said.name);
            let traits = object(&mut message, "traits");
            said.properties.insert("$set".to_owned(), Value::Object(traits));
        }
        Kind::Group => {
            let group = id(message.get("groupId")).ok_or("`groupId` must name the group.")?;
            "$groupidentify".clone_into(&mut said.name);
            let traits = object(&mut message, "traits");
            said.put("$groups", Some(json!({ "group": group })));
            said.put("$group_type", Some("group".into()));
            said.put("$group_key", Some(group.into()));
            said.put("$group_set", Some(Value::Object(traits)));
        }
        Kind::Alias => {
            let previous = id(message.get("previousId")).ok_or("`previousId` must name the other id.")?;
            "$create_alias".clone_into(&mut said.name);
            said.anonymous_id = Some(previous);
        }
    }
    if said.user_id.is_none() && said.anonymous_id.is_none() {
        return Err("A message needs a `userId` or an `anonymousId`.".to_owned());
    }
    add_context(&mut said, context);
    Ok(said.draft())
}

/// What the SDK says of page, program and device, under the names that all ways in share.
fn add_context(said: &mut Said, mut context: Object) {
    let mut page = object(&mut context, "page");
    for (ours, theirs) in [
        ("$url", "url"),
        ("$path", "path"),
        ("$title", "title"),
        ("$referrer", "referrer"),
    ] {
        let own = said
            .properties
            .get(theirs)
            .filter(|_| said.name == "page_view")
            .cloned();
        said.put(ours, own.or_else(|| page.remove(theirs)));
    }
    let mut campaign = object(&mut context, "campaign");
    for (ours, theirs) in [
        ("utm_source", "source"),
        ("utm_medium", "medium"),
        ("utm_campaign", "name"),
        ("utm_term", "term"),
        ("utm_content", "content"),
    ] {
        said.put(ours, campaign.remove(theirs));
    }
    for (ours, theirs, key) in [
        ("$lib", "library", "name"),
        ("$lib_version", "library", "version"),
        ("$app_name", "app", "name"),
        ("$app_version", "app", "version"),
        ("$os", "os", "name"),
        ("$os_version", "os", "version"),
        ("$device_type", "device", "type"),
        ("$device_model", "device", "model"),
        ("$device_manufacturer", "device", "manufacturer"),
        ("$screen_width", "screen", "width"),
        ("$screen_height", "screen", "height"),
        ("$country", "location", "country"),
        ("$region", "location", "region"),
        ("$city", "location", "city"),
    ] {
        let value = context.get(theirs).and_then(|part| part.get(key)).cloned();
        said.put(ours, value);
    }
    for (ours, theirs) in [
        ("$user_agent", "userAgent"),
        ("$ip", "ip"),
        ("$language", "locale"),
        ("$timezone", "timezone"),
    ] {
        said.put(ours, context.remove(theirs));
    }
    if let Some(group) = id(context.get("groupId")) {
        said.put("$groups", Some(json!({ "group": group })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(kind: Kind, message: Value) -> (Draft<'static>, Value) {
        let Value::Object(message) = message else {
            panic!("a message is an object")
        };
        let draft = translate(kind, message).expect("it is a message");
        let properties = serde_json::from_str(draft.properties.as_deref().unwrap_or("{}")).expect("JSON");
        (draft, properties)
    }

    #[test]
    fn a_track_keeps_its_properties_and_gains_its_context() {
        let message = json!({"type": "track", "event": "Order Completed", "userId": 7, "messageId": "m1",
            "originalTimestamp": "2026-01-02T03:04:05.678Z", "timestamp": "2026-01-02T04:00:00Z",
            "properties": {"total": 12.5, "items": [{"sku": "a"}]},
            "context": {"ip": "203.0.113.9", "groupId": "acme", "page": {"url": "https://a.b/c", "path": "/c"},
                "campaign": {"name": "spring", "source": "mail"}, "library": {"name": "node", "version": "1"}}});
        let (draft, properties) = translated(Kind::Track, message);
        assert_eq!(
            (draft.name.as_ref(), draft.id.as_deref()),
            ("Order Completed", Some("m1"))
        );
        assert_eq!(draft.user_id.as_deref(), Some("7"));
        assert_eq!(draft.timestamp.as_deref(), Some("2026-01-02T03:04:05.678Z"));
        let expected = json!({"total": 12.5, "items": [{"sku": "a"}], "$ip": "203.0.113.9",
            "$groups": {"group": "acme"}, "$url": "https://a.b/c", "$path": "/c", "utm_campaign": "spring",
            "utm_source": "mail", "$lib": "node", "$lib_version": "1"});
        assert_eq!(properties, expected);
    }

    #[test]
    fn people_and_groups_say_who_they_are() {
        let identify = json!({"userId": "u", "anonymousId": "a", "traits": {"email": "a@b.c"}});
        let (draft, properties) = translated(Kind::Identify, identify);
        assert_eq!(
            (draft.name.as_ref(), draft.anonymous_id.as_deref()),
            ("$identify", Some("a"))
        );
        assert_eq!(properties, json!({"$set": {"email": "a@b.c"}}));
        let group = json!({"userId": "u", "groupId": "acme", "traits": {"plan": "team"}});
        let (_, properties) = translated(Kind::Group, group);
        assert_eq!(properties["$group_set"], json!({"plan": "team"}));
        let (draft, _) = translated(Kind::Alias, json!({"previousId": "old", "userId": "new"}));
        assert_eq!(draft.anonymous_id.as_deref(), Some("old"));
    }

    #[test]
    fn somebody_must_have_done_it() {
        let Value::Object(message) = json!({"event": "x"}) else {
            panic!("an object")
        };
        assert!(translate(Kind::Track, message).is_err());
    }
}
