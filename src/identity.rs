//! Who asks: from a header, a key or the session cookie to the engine's [`Caller`].

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::{Caller, Engine, Error};
use model::ids::OrgId;

use crate::cookie::Cookies;
use crate::problem::Refusal;
use crate::state::AppState;

/// The caller of a REST handler: a bearer token, a secret key, or the session cookie.
pub(crate) struct Asking(pub Caller);

impl FromRequestParts<AppState> for Asking {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        let caller = who(parts, state).await?;
        state.limits.count_caller(&caller, parts.extensions.get())?;
        Ok(Self(caller))
    }
}

/// Who asks, without counting the request.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Error::NotFound`] for an organization that is not theirs.
pub(crate) async fn who(parts: &Parts, state: &AppState) -> Result<Caller, Refusal> {
    let organization = chosen_organization(parts)?;
    if let Some(token) = bearer(&parts.headers) {
        return Ok(by_bearer(&state.engine, token, organization).await?);
    }
    if let Some(token) = state.cookies.session(&parts.headers) {
        return Ok(by_session(state, &parts.headers, token, organization).await?);
    }
    Err(unauthenticated(
        "Sign in, or send `Authorization: Bearer` with an access token or a secret key.",
    ))
}

/// The caller of a handler that takes events: as [`Asking`], or a write key in `X-Write-Key` or `?key=`.
pub(crate) struct Sending(pub Caller);

impl FromRequestParts<AppState> for Sending {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refusal> {
        if let Some(key) = write_key(parts) {
            let caller = state.engine.auth().by_key(&key).await?;
            state.limits.count_caller(&caller, parts.extensions.get())?;
            return Ok(Self(caller));
        }
        if bearer(&parts.headers).is_none() && state.cookies.session(&parts.headers).is_none() {
            return Err(unauthenticated(
                "Send a write key in `X-Write-Key` or `?key=`. You make one under Settings, API keys.",
            ));
        }
        Asking::from_request_parts(parts, state)
            .await
            .map(|Asking(caller)| Self(caller))
    }
}

/// Leaves the caller of the session cookie in the request's extensions, for the pages, and counts the request.
pub(crate) async fn remember_caller(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let token = state.cookies.session(request.headers()).map(str::to_owned);
    let caller = match token {
        Some(token) => by_session(&state, request.headers(), &token, None).await.ok(),
        None => None,
    };
    if let Some(caller) = &caller
        && let Err(refusal) = state.limits.count_caller(caller, request.extensions().get())
    {
        return refusal.into_response();
    }
    match caller {
        Some(caller) if caller.is_guest() && (request.uri().path() == "/" || needs_a_member(&request)) => {
            return (StatusCode::SEE_OTHER, [(LOCATION, "/start")]).into_response();
        }
        Some(caller) => {
            request.extensions_mut().insert(caller);
        }
        None if needs_a_member(&request) => return to_sign_in(request.uri()),
        None => {}
    }
    next.run(request).await
}

fn needs_a_member(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET
        && (path == "/live"
            || path == "/explore"
            || path.starts_with("/dashboards/")
            || path.starts_with("/settings/"))
}

/// To the log-in page, which leads back here.
fn to_sign_in(uri: &Uri) -> Response {
    let here = uri.path_and_query().map_or("/", |whole| whole.as_str());
    let query = serde_urlencoded::to_string([("next", here)]).unwrap_or_default();
    (StatusCode::SEE_OTHER, [(LOCATION, format!("/login?{query}"))]).into_response()
}

/// The member behind a session cookie: in the organization that the request names, else in the one that the person chose
/// to look at, else in the one joined first.
async fn by_session(
    state: &AppState,
    headers: &HeaderMap,
    token: &str,
    named: Option<OrgId>,
) -> Result<Caller, Error> {
    let auth = state.engine.auth();
    let chosen = Cookies::organization(headers);
    match auth.by_cookie(token, named.or(chosen)).await {
        Err(Error::NotFound) if named.is_none() && chosen.is_some() => auth.by_cookie(token, None).await,
        other => other,
    }
}

async fn by_bearer(engine: &Engine, token: &str, organization: Option<OrgId>) -> Result<Caller, Error> {
    if !["dps_", "dpw_", "dpp_"]
        .iter()
        .any(|start| token.starts_with(start))
    {
        return engine.auth().by_access_token(token, organization).await;
    }
    let caller = engine.auth().by_key(token).await?;
    match organization {
        Some(organization) if organization != caller.org() => Err(Error::NotFound),
        _ => Ok(caller),
    }
}

/// The token of `Authorization: Bearer`; schemes are named in letters of any case (RFC 9110).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn write_key(parts: &Parts) -> Option<String> {
    if let Some(key) = parts.headers.get("x-write-key") {
        return key.to_str().ok().map(|key| key.trim().to_owned());
    }
    key_in_address(&parts.uri)
}

/// The key of `?key=`, for whoever cannot set a header.
pub(crate) fn key_in_address(uri: &Uri) -> Option<String> {
    let pairs = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(name, _)| *name == "key")
        .map(|(_, key)| key.to_owned())
}

fn chosen_organization(parts: &Parts) -> Result<Option<OrgId>, Refusal> {
    let Some(value) = parts.headers.get("x-organization") else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| Error::NotFound.into())
}

fn unauthenticated(what_to_do: &str) -> Refusal {
    Error::Unauthenticated(what_to_do.to_owned()).into()
}
