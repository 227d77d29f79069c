//! What a browser asks before a page of another site sends events. A key in the address says whose they are to be, so that
//! a site which the key does not name is told before it sends anything. A key in a header or in the body is not known
//! then: whoever sends with it hears it with the answer.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Error;

use crate::client::customer;
use crate::identity::key_in_address;
use crate::problem::{Answered, Refusal};
use crate::state::AppState;

/// A page of a site, about to send with a key.
struct Question {
    key: String,
    origin: String,
}

impl Question {
    fn of(request: &Request) -> Option<Self> {
        if request.method() != Method::OPTIONS {
            return None;
        }
        let origin = request.headers().get(header::ORIGIN)?;
        Some(Self {
            key: key_in_address(request.uri())?,
            // A page's site is plain ASCII; what is not is no site that a key can name.
            origin: origin.to_str().unwrap_or("null").to_owned(),
        })
    }
}

/// Refuses the question of a page whose site the key does not name.
pub(crate) async fn refuse_other_sites(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Some(question) = Question::of(&request) else {
        return next.run(request).await;
    };
    let who = customer(state.proxies.client(peer, request.headers()));
    let answered = match state.limits.count_address(who) {
        Ok(()) => may_send(&state, &question).await,
        Err(refusal) => Err(refusal),
    };
    match answered {
        Ok(true) => next.run(request).await,
        Ok(false) => Refusal::from(Error::OtherSite).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn may_send(state: &AppState, question: &Question) -> Answered<bool> {
    match state.engine.auth().by_key(&question.key).await {
        Ok(caller) => Ok(caller.may_come_from(Some(&question.origin))),
        // Whoever sends with an unknown key hears what is wrong with it.
        Err(Error::Unauthenticated(_)) => Ok(true),
        Err(other) => Err(other.into()),
    }
}
