//! Umami's payloads as events.

use engine::enrich::Client;
use model::event::Draft;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::compat::said::{Object, Said, id, instant, object, text};

/// What a body says.
pub(super) struct Read {
    pub(super) website: String,
    pub(super) client: Client,
    pub(super) draft: Draft<'static>,
}

/// The event of a body that `client` sent on this visit; `None` for what is none.
pub(super) fn read(body: Value, client: &Client, visit: &str) -> Option<Read> {
    let Value::Object(mut body) = body else {
        return None;
    };
    let mut payload = object(&mut body, "payload");
    let website = text(&payload, "website")
        .or_else(|| text(&payload, "hostname"))?
        .to_owned();
    let is_identify = text(&body, "type") == Some("identify");
    let data = object(&mut payload, "data");
    let mut said = Said {
        timestamp: instant(payload.get("timestamp")),
        user_id: id(payload.get("id")),
        session_id: Some(visit.to_owned()),
        ..Said::default()
    };
    if is_identify {
        "$identify".clone_into(&mut said.name);
        said.properties.insert("$set".to_owned(), Value::Object(data));
    } else {
        text(&payload, "name")
            .unwrap_or("page_view")
            .clone_into(&mut said.name);
        said.properties = data;
    }
    add_page(&mut said, &mut payload);
    let client = Client {
        is_browser: true,
        user_agent: text(&payload, "userAgent")
            .map(str::to_owned)
            .or_else(|| client.user_agent.clone()),
        address: text(&payload, "ip")
            .and_then(|ip| ip.parse().ok())
            .or(client.address),
        place: client.place.clone(),
        origin: client.origin.clone(),
    };
    Some(Read {
        website,
        client,
        draft: said.draft(),
    })
}

fn add_page(said: &mut Said, payload: &mut Object) {
    let host = text(payload, "hostname").unwrap_or_default().to_owned();
    let whole = |address: &str| {
        let is_path = address.starts_with('/') && !host.is_empty();
        Value::from(if is_path {
            format!("https://{host}{address}")
        } else {
            address.to_owned()
        })
    };
    let url = text(payload, "url").map(whole);
    let referrer = text(payload, "referrer").map(whole);
    said.put("$url", url);
    said.put("$referrer", referrer);
    said.put("$host", Some(host.clone().into()));
    // Older scripts escape it.
    let title =
        text(payload, "title").map(|title| percent_decode_str(title).decode_utf8_lossy().into_owned().into());
    said.put("$title", title);
    for (ours, theirs) in [("$language", "language"), ("$screen", "screen"), ("tag", "tag")] {
        said.put(ours, payload.remove(theirs));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_says_page_and_visitor() {
        let body = json!({"type": "event", "payload": {"website": "w", "hostname": "a.b", "url": "/c?d=1",
            "referrer": "https://e.f/", "screen": "1920x1080", "language": "de", "title": "T", "name": "signup",
            "data": {"plan": "team"}, "id": "u", "ip": "203.0.113.9", "userAgent": "UA", "timestamp": 1_767_323_045}});
        let Some(Read {
            website,
            client,
            draft,
        }) = read(body, &Client::default(), "v")
        else {
            panic!("it is a payload")
        };
        assert_eq!(
            (website.as_str(), draft.name.as_ref(), draft.user_id.as_deref()),
            ("w", "signup", Some("u"))
        );
        assert_eq!(draft.session_id.as_deref(), Some("v"));
        assert_eq!(draft.timestamp.as_deref(), Some("2026-01-02T03:04:05Z"));
        assert_eq!(
            (client.user_agent.as_deref(), client.address.is_some()),
            (Some("UA"), true)
        );
        let properties: Value =
            serde_json::from_str(draft.properties.as_deref().unwrap_or("{}")).expect("JSON");
        let expected = json!({"plan": "team", "$url": "https://a.b/c?d=1", "$referrer": "https://e.f/",
            "$host": "a.b", "$title": "T", "$language": "de", "$screen": "1920x1080"});
        assert_eq!(properties, expected);
    }
}
