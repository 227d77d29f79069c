//! Signing in at another server: there and back.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use engine::auth::{CONNECTED_ELSEWHERE, FirstStep, OidcBegun, OidcDone, UNCONFIRMED};
use engine::{Engine, Error};
use serde::Deserialize;

use super::entry::private;
use super::{back_to, signed_in, to, two_factor, with_cookie};
use crate::client::FromBrowser;
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;

/// Where to go on.
#[derive(Deserialize)]
pub(crate) struct Begin {
    #[serde(default)]
    next: String,
}

/// `POST /login/oidc`
pub(crate) async fn begin(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    headers: HeaderMap,
    Form(Begin { next }): Form<Begin>,
) -> Answered<Response> {
    match engine.auth().begin_oidc(None, &next).await {
        Ok(begun) => Ok(leave(cookies, &headers, &begun)),
        Err(Error::Unavailable { .. }) => Ok(back_to("/login", &[("problem", "oidc_away")])),
        Err(other) => Err(other.into()),
    }
}

/// `POST /settings/account/connect`: somebody who is signed in wants to sign in there from now on.
pub(crate) async fn connect(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    headers: HeaderMap,
) -> Answered<Response> {
    match engine.auth().begin_oidc(Some(&caller), "").await {
        Ok(begun) => Ok(leave(cookies, &headers, &begun)),
        Err(error) => super::settings::came_to(super::settings::ACCOUNT, "", Err(error)),
    }
}

/// To the other server. Not by a redirect: the policy that keeps forms on this site would hold for it too.
fn leave(cookies: Cookies, headers: &HeaderMap, begun: &OidcBegun) -> Response {
    let page = model::language::within(crate::reads::Reads::of(headers), || {
        app::entry::leave(Cookies::theme(headers), &begun.url)
    });
    let refresh = HeaderValue::from_str(&format!("0; url={}", begun.url));
    let mut answer = (private(), Html(page)).into_response();
    if let Ok(refresh) = refresh {
        answer.headers_mut().insert(header::REFRESH, refresh);
    }
    with_cookie(answer, cookies.set_oidc(&begun.state, begun.lasts.as_secs()))
}

/// What the other server sends back.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// `GET /login/oidc/callback`
pub(crate) async fn callback(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    FromBrowser(origin): FromBrowser,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Answered<Response> {
    let is_ours = Cookies::oidc(&headers).is_some_and(|state| state == back.state);
    if !is_ours || back.code.is_empty() {
        return Ok(back_to("/login", &[("problem", "oidc")]));
    }
    let mut answer = match engine.auth().finish_oidc(&back.state, &back.code).await {
        Ok(OidcDone::Connected) => to("/settings/account?done=connected"),
        Ok(OidcDone::SignedIn { step, next }) => match step {
            FirstStep::Done(user) => signed_in(&engine, cookies, user, &next, &origin).await?,
            FirstStep::CodeNeeded(challenge) => two_factor::ask_for_code(cookies, &challenge, &next),
        },
        Err(error) => back_to("/login", &[("problem", problem(error)?)]),
    };
    answer
        .headers_mut()
        .append(header::SET_COOKIE, cookies.set_oidc("", 0));
    Ok(answer)
}

fn problem(error: Error) -> Answered<&'static str> {
    Ok(match error {
        Error::Conflict(why) if why == UNCONFIRMED => "oidc_unconfirmed",
        Error::Conflict(why) if why == CONNECTED_ELSEWHERE => "oidc_taken",
        Error::Conflict(_) => "oidc_email",
        Error::Forbidden => "closed",
        Error::Unauthenticated(_) | Error::NotFound => "oidc",
        Error::Unavailable { .. } => "oidc_away",
        other => return Err(other.into()),
    })
}
