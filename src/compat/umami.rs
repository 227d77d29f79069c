//! Umami: its script and API, at `/compat/umami`. A website is the id of an organization, or a domain.

mod visit;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Error;
use engine::enrich::Client;
use engine::ingest::Batch;
use model::event::{Draft, MAX_EVENTS};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::said::{Object, Said, id, instant, object, text};
use super::wire;
use crate::client;
use crate::problem::Answered;
use crate::taking::Taking;
use visit::Visit;

const MOST_BYTES: usize = 2 * 1024 * 1024;

/// `POST /api/send`: one page view, event or `identify`.
pub(crate) async fn send(
    taking: Taking,
    client::From(client): client::From,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let body = wire::json(body, MOST_BYTES).await?;
    let visit = Visit::of(&headers, &taking.engine);
    let mut answers = taken(&taking, &client, &visit, vec![body]).await?;
    let (status, answer) = answers.pop().unwrap_or_else(|| (StatusCode::OK, visit.answer()));
    Ok((status, Json(answer)).into_response())
}

/// `POST /api/batch`: a list of the same, each answered for itself.
pub(crate) async fn batch(
    taking: Taking,
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
    let visit = Visit::of(&headers, &taking.engine);
    let answers = taken(&taking, &client, &visit, items).await?;
    let size = answers.len();
    let wrong = answers
        .into_iter()
        .enumerate()
        .filter(|(_, (status, _))| !status.is_success());
    let details: Vec<Value> = wrong
        .map(|(index, (_, response))| json!({"index": index, "response": response}))
        .collect();
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

type Answer = (StatusCode, Value);

/// Events of one website and one visitor's client: they are kept together.
struct Group {
    website: String,
    client: Client,
    drafts: Vec<Draft<'static>>,
    /// Where in the request each of them was.
    places: Vec<usize>,
}

/// Takes all of them, those that belong together at once; answers each for itself.
async fn taken(taking: &Taking, client: &Client, visit: &Visit, bodies: Vec<Value>) -> Answered<Vec<Answer>> {
    let mut answers: Vec<Answer> = vec![(StatusCode::OK, visit.answer()); bodies.len()];
    let mut groups: Vec<Group> = Vec::new();
    for (place, body) in bodies.into_iter().enumerate() {
        let Some(read) = read(body, client, visit) else {
            let why = "Send {\"type\", \"payload\": {\"website\", …}}.";
            answers[place] = (StatusCode::BAD_REQUEST, problem(why));
            continue;
        };
        let Read {
            website,
            client,
            draft,
        } = read;
        let belongs = |group: &&mut Group| group.website == website && group.client == client;
        match groups.iter_mut().find(belongs) {
            Some(group) => {
                group.drafts.push(draft);
                group.places.push(place);
            }
            None => groups.push(Group {
                website,
                client,
                drafts: vec![draft],
                places: vec![place],
            }),
        }
    }
    for group in groups {
        group.take(taking, &mut answers).await?;
    }
    Ok(answers)
}

impl Group {
    async fn take(self, taking: &Taking, answers: &mut [Answer]) -> Answered<()> {
        let caller = match taking.engine.auth().by_site(&self.website).await {
            Err(Error::Unauthenticated(_)) => {
                for place in self.places {
                    answers[place] = (StatusCode::BAD_REQUEST, problem("Website not found."));
                }
                return Ok(());
            }
            caller => caller?,
        };
        let is_one = self.drafts.len() == 1;
        let batch = Batch::of_drafts(self.drafts, None);
        let receipt = taking.take(&caller, batch, &self.client).await?;
        for error in &receipt.errors {
            if let Some(place) = self.places.get(error.index) {
                answers[*place] = (StatusCode::BAD_REQUEST, problem(&error.message));
            }
        }
        // What is not wanted is not told apart from what is, but to whoever sends it alone: the script then stops.
        if is_one && receipt.dropped > 0 {
            answers[self.places[0]] = (StatusCode::OK, json!({"beep": "boop"}));
        }
        Ok(())
    }
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
