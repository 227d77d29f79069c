//! `Idempotency-Key`: a request that is sent again under the same key is done once, and answered alike.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::idempotency::{KeptAnswer, Ticket, Turn};
use engine::{Engine, Error};
use sha2::{Digest, Sha256};

use crate::body::collect;
use crate::identity::who;
use crate::problem::Refusal;
use crate::state::AppState;

const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";
/// Most bytes of a request, and of an answer that is kept.
const MOST: usize = 4 * 1024 * 1024;
/// What belongs to an answer beside its body.
const KEPT: [&str; 3] = ["content-type", "etag", "location"];

/// Does what a `POST` asks once for each key of its caller. Questions change nothing, and events have ids of their own.
pub(crate) async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_change = *request.method() == Method::POST && !request.uri().path().starts_with("/api/analytics/");
    if !is_change || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    first_or_again(state, request, next)
        .await
        .unwrap_or_else(Refusal::into_response)
}

async fn first_or_again(state: AppState, request: Request, next: Next) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let Ok(caller) = who(&parts, &state).await else {
        // The handler says what is wrong with the credential.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let key = parts.headers.get(KEY).and_then(|key| key.to_str().ok());
    let key = key.unwrap_or_default().trim_matches('"').to_owned();
    let body = collect(body, MOST).await?;
    let mut fingerprint = Sha256::new();
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    fingerprint.update(target.as_bytes());
    fingerprint.update([0]);
    fingerprint.update(&body);
    let fingerprint = fingerprint.finalize();
    match state
        .engine
        .idempotency()
        .begin(&caller, &key, &fingerprint)
        .await?
    {
        Turn::Again(answer) => replayed(answer),
        Turn::First(ticket) => {
            let request = Request::from_parts(parts, Body::from(body));
            // Goes on when the sender hangs up: it is done, and the answer is there for the next try.
            let work = tokio::spawn(done(state.engine, ticket, request, next));
            work.await.map_err(|error| Error::internal(error).into())
        }
    }
}

async fn done(engine: Engine, ticket: Ticket, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let may_change = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    let kept = if may_change {
        engine.idempotency().release(&ticket).await.map(|()| response)
    } else {
        keep(&engine, &ticket, response).await
    };
    kept.unwrap_or_else(|error| Refusal::from(error).into_response())
}

async fn keep(engine: &Engine, ticket: &Ticket, response: Response) -> Result<Response, Error> {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, MOST).await.map_err(Error::internal)?;
    let value = |name: &&str| {
        let value = parts.headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    };
    let answer = KeptAnswer {
        status: parts.status.as_u16(),
        headers: KEPT.iter().filter_map(value).collect(),
        body: body.to_vec(),
    };
    engine.idempotency().keep(ticket, &answer).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replayed(answer: KeptAnswer) -> Result<Response, Refusal> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let response = response.header(REPLAYED, "true");
    response
        .body(Body::from(answer.body))
        .map_err(|error| Error::internal(error).into())
}
