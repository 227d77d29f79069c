//! Umami: its script and API, at `/compat/umami`. A website is the id of an organization, or a domain.

mod translate;
mod visit;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Error;
use engine::enrich::Client;
use engine::ingest::Batch;
use model::event::{Draft, MAX_EVENTS};
use serde_json::{Value, json};

use super::wire;
use crate::client;
use crate::problem::Answered;
use crate::taking::Taking;
use translate::{Read, read};
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
        let Some(read) = read(body, client, visit.id()) else {
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
