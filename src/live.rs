//! `GET /api/ws`: who may connect, and how many.

mod frames;
mod shared;
mod socket;
mod sockets;
mod subscription;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderName, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Caller;

use crate::identity::Asking;
use crate::problem::{Answered, Refusal, plain, respond};
use crate::security;
use crate::state::AppState;
pub(crate) use shared::{connect_shared, connect_signed};
use socket::Socket;
pub(crate) use sockets::Sockets;

/// Most bytes of one frame that a client sends.
const MOST_FRAME: usize = 64 * 1024;
/// What is read and written at once: most sockets are silent most of the time, and there may be thousands.
const BUFFER: usize = 4 * 1024;
/// What may wait in front of a client that reads slowly before the connection ends.
const MOST_UNSENT: usize = 4 * 1024 * 1024;
const TOKEN_PROTOCOL: &str = "bearer.";
/// The protocol that is agreed on where a client offers it, so that its token is not sent back.
const PROTOCOL: &str = "datapulse";
const X_ORGANIZATION: HeaderName = HeaderName::from_static("x-organization");

/// What a socket was opened with: enough to ask again who that is.
pub(crate) struct Credential {
    headers: HeaderMap,
}

impl Credential {
    /// The caller, as of now.
    pub(crate) async fn caller(&self, state: &AppState) -> Result<Caller, Refusal> {
        let mut request = Request::new(());
        *request.headers_mut() = self.headers.clone();
        let (mut parts, ()) = request.into_parts();
        let Asking(caller) = Asking::from_request_parts(&mut parts, state).await?;
        Ok(caller)
    }

    /// The headers that say who asks; a token in the list of protocols counts as a bearer token.
    fn of(parts: &Parts) -> Self {
        let mut headers = HeaderMap::new();
        for name in [AUTHORIZATION, X_ORGANIZATION, COOKIE] {
            for value in parts.headers.get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        let token = protocols(&parts.headers).find_map(|protocol| protocol.strip_prefix(TOKEN_PROTOCOL));
        if let Some(token) = token
            && let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}"))
        {
            headers.insert(AUTHORIZATION, value);
        }
        Self { headers }
    }

    fn is_a_cookie(&self) -> bool {
        !self.headers.contains_key(AUTHORIZATION)
    }
}

/// `GET /api/ws`
pub(crate) async fn connect(State(state): State<AppState>, request: Request) -> Answered<Response> {
    let (mut parts, _) = request.into_parts();
    let credential = Credential::of(&parts);
    // A browser sends its cookie along whichever site's page opens the socket.
    if credential.is_a_cookie() && !security::is_same_origin(&parts.headers, &state.site.public_url) {
        let detail = "This connection was opened by another site's page.";
        return Ok(respond(&plain(StatusCode::FORBIDDEN, "cross-site", detail)));
    }
    let caller = credential.caller(&state).await?;
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let detail = "Open this address as a WebSocket.";
            return Ok(respond(&plain(rejection.status(), "not-a-websocket", detail)));
        }
    };
    let Some(place) = state.sockets.enter() else {
        return Ok(full());
    };
    let socket = Socket {
        state: state.clone(),
        caller,
        credential,
        place,
    };
    Ok(configured(upgrade, &parts.headers).on_upgrade(move |connection| socket.serve(connection)))
}

/// The limits of a connection, and the protocol that was agreed on.
pub(crate) fn configured(upgrade: WebSocketUpgrade, headers: &HeaderMap) -> WebSocketUpgrade {
    let token = protocols(headers).find(|protocol| protocol.starts_with(TOKEN_PROTOCOL));
    let known = [Some(PROTOCOL.to_owned()), token.map(str::to_owned)];
    upgrade
        .max_message_size(MOST_FRAME)
        .max_frame_size(MOST_FRAME)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(MOST_UNSENT)
        .protocols(known.into_iter().flatten())
}

fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

/// There is no room for another socket.
pub(crate) fn full() -> Response {
    let detail = "Too many live connections are open. Try again in a moment.";
    let problem = respond(&plain(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail));
    ([(RETRY_AFTER, "10")], problem).into_response()
}
