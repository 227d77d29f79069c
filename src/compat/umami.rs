//! Umami: its script and API, at `/compat/umami`. A website is the id of an organization, or a domain.

mod visit;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::enrich::Client;
use engine::ingest::Batch;
use engine::{Engine, Error};
use model::event::{Draft, MAX_EVENTS, Receipt};
use serde_json::{Value, json};

use super::said::{Object, Said, id, instant, object, text};
use super::wire;
use crate::client;
use crate::problem::Answered;
use visit::Visit;

const MOST_BYTES: usize = 2 * 1024 * 1024;

/// `POST /api/send`: one page view, event or `identify`.
pub(crate) async fn send(
    State(engine): State<Engine>,
    client::From(client): client::From,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let body = wire::json(body, MOST_BYTES).await?;
    let visit = Visit::of(&headers, &engine);
    let (status, answer) = taken(&engine, &client, &visit, body).await?;
    Ok((status, Json(answer)).into_response())
}

/// `POST /api/batch`: a list of the same, each answered for itself.
pub(crate) async fn batch(
    State(engine): State<Engine>,
    client::From(client): client::From,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let items = match wire::json(body, MOST_BYTES).await? {
        Value::Array(items) if items.len() <= MAX_EVENTS => items,
        _ => {
            return Ok((
                StatusCode::BAD_REQUEST,
                Json(problem("A batch is a list of events.")),
            )
                .into_response());
        }
    };
    let visit = Visit::of(&headers, &engine);
    let (size, mut details) = (items.len(), Vec::new());
    for (index, item) in items.into_iter().enumerate() {
        let (status, response) = taken(&engine, &client, &visit, item).await?;
        if !status.is_success() {
            details.push(json!({"index": index, "response": response}));
        }
    }
    let errors = details.len();
    let answer = json!({
        "size": size,
        "processed": size - errors,
        "errors": errors,
        "details": details,
        "cache": visit.cache(),
    });
    Ok(Json(answer).into_response())
}

async fn taken(
    engine: &Engine,
    client: &Client,
    visit: &Visit,
    body: Value,
) -> Answered<(StatusCode, Value)> {
    let Some(Read {
        website,
        client,
        draft,
    }) = read(body, client, visit)
    else {
        let why = "Send {\"type\", \"payload\": {\"website\", …}}.";
        return Ok((StatusCode::BAD_REQUEST, problem(why)));
    };
    let caller = match engine.auth().by_site(&website).await {
        Err(Error::Unauthenticated(_)) => {
            return Ok((StatusCode::BAD_REQUEST, problem("Website not found.")));
        }
        caller => caller?,
    };
    let batch = Batch::of_drafts(vec![draft], None);
    let receipt = engine.take(&caller, batch, &client, false).await?;
    Ok(match receipt {
        Receipt { dropped: 1.., .. } => (StatusCode::OK, json!({"beep": "boop"})),
        Receipt { errors, .. } if !errors.is_empty() => {
            (StatusCode::BAD_REQUEST, problem(&errors[0].message))
        }
        _ => (StatusCode::OK, visit.answer()),
    })
}

fn problem(why: &str) -> Value {
    json!({"error": {"message": why, "status": 400}})
}

/// What a body says.
struct Read {
    website: String,
    client: Client,
    draft: Draft<'static>,
}

fn read(body: Value, client: &Client, visit: &Visit) -> Option<Read> {
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
        session_id: Some(visit.id().to_owned()),
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
    for (ours, theirs) in [
        ("$title", "title"),
        ("$language", "language"),
        ("$screen", "screen"),
        ("tag", "tag"),
    ] {
        said.put(ours, payload.remove(theirs));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_says_page_and_visitor() {
        let body = json!({"type": "event", "payload": {"website": "w", "hostname": "a.b", "url": "/c?d=1",
            "referrer": "https://e.f/", "screen": "1920x1080", "language": "de", "title": "T", "name": "signup",
            "data": {"plan": "team"}, "id": "u", "ip": "203.0.113.9", "userAgent": "UA", "timestamp": 1_767_323_045}});
        let visit = Visit::known("s", "v", model::Timestamp::UNIX_EPOCH);
        let Some(Read {
            website,
            client,
            draft,
        }) = read(body, &Client::default(), &visit)
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
