//! The second factor in the browser: the code after the password, and the page that turns it on and off.

use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use engine::auth::Challenge;
use engine::{Caller, Engine, Error};
use model::language::{key, within};
use serde::Deserialize;

use super::entry::private;
use super::{back_to, signed_in, to, with_cookie};
use crate::client::FromBrowser;
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;

const PAGE: &str = "/settings/two-factor";

/// What the page is to say, and where to go on.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    done: String,
    #[serde(default)]
    problem: String,
    #[serde(default)]
    next: String,
}

/// To the page that asks for the code, with what shows that the password was right.
pub(super) fn ask_for_code(cookies: Cookies, challenge: &Challenge, next: &str) -> Response {
    let cookie = cookies.set_challenge(&challenge.token, challenge.lasts.as_secs());
    with_cookie(back_to("/login/code", &[("next", next)]), cookie)
}

/// `GET /login/code`
pub(crate) async fn code_page(headers: HeaderMap, Query(said): Query<Said>) -> Response {
    let page = within(Reads::of(&headers), || {
        app::entry::code(Cookies::theme(&headers), &said.next, words(&said.problem))
    });
    (private(), Html(page)).into_response()
}

/// A code, and where to go on.
#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /login/code`
pub(crate) async fn log_in(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    FromBrowser(origin): FromBrowser,
    headers: HeaderMap,
    Form(form): Form<Code>,
) -> Answered<Response> {
    let challenge = Cookies::challenge(&headers).unwrap_or_default();
    let again = |problem| back_to("/login/code", &[("problem", problem), ("next", &form.next)]);
    match engine.auth().finish_log_in(challenge, &form.code).await {
        Ok(user) => {
            let mut answer = signed_in(&engine, cookies, user, &form.next, &origin).await?;
            let gone = cookies.set_challenge("", 0);
            answer.headers_mut().append(axum::http::header::SET_COOKIE, gone);
            Ok(answer)
        }
        Err(Error::CodeNeeded { .. }) => Ok(again("code")),
        Err(Error::TooMany { .. }) => Ok(again("too_many")),
        Err(Error::Unauthenticated(_)) => Ok(back_to("/login", &[("problem", "over"), ("next", &form.next)])),
        Err(other) => Err(other.into()),
    }
}

/// `GET /settings/two-factor`
pub(crate) async fn settings_page(
    State(engine): State<Engine>,
    headers: HeaderMap,
    caller: Option<axum::Extension<Caller>>,
    Query(said): Query<Said>,
) -> Answered<Response> {
    let Some(axum::Extension(caller)) = caller else {
        return Ok(back_to("/login", &[("next", PAGE)]));
    };
    let state = engine.auth().two_factor(&caller).await?;
    let pending = engine.auth().pending_totp(&caller).await?;
    let notice = words(&said.problem).or((said.done == "off").then_some(key("Two-factor sign-in is off.")));
    let page = within(Reads::of(&headers), || {
        app::entry::two_factor(Cookies::theme(&headers), state, pending, notice)
    });
    Ok((private(), Html(page)).into_response())
}

/// The password, typed again.
#[derive(Deserialize)]
pub(crate) struct Begin {
    password: String,
}

/// `POST /settings/two-factor/begin`
pub(crate) async fn begin(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Begin { password }): Form<Begin>,
) -> Answered<Response> {
    came_to(engine.auth().begin_totp(&caller, &password).await.map(drop), "")
}

/// `POST /settings/two-factor/confirm`: the page with the recovery codes, this once.
pub(crate) async fn confirm(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    headers: HeaderMap,
    Form(Code { code, .. }): Form<Code>,
) -> Answered<Response> {
    match engine.auth().confirm_totp(&caller, &code).await {
        Ok(codes) => Ok(told_once(&headers, &codes)),
        Err(error) => came_to(Err(error), ""),
    }
}

/// `POST /settings/two-factor/codes`: new recovery codes, this once.
pub(crate) async fn renew(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    headers: HeaderMap,
    Form(Code { code, .. }): Form<Code>,
) -> Answered<Response> {
    match engine.auth().renew_recovery_codes(&caller, &code).await {
        Ok(codes) => Ok(told_once(&headers, &codes)),
        Err(error) => came_to(Err(error), ""),
    }
}

/// `POST /settings/two-factor/off`
pub(crate) async fn turn_off(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Code { code, .. }): Form<Code>,
) -> Answered<Response> {
    came_to(engine.auth().end_totp(&caller, &code).await, "off")
}

fn told_once(headers: &HeaderMap, codes: &[String]) -> Response {
    let page = within(Reads::of(headers), || {
        app::entry::recovery_codes(Cookies::theme(headers), codes)
    });
    (private(), Html(page)).into_response()
}

fn came_to(result: Result<(), Error>, done: &str) -> Answered<Response> {
    let problem = match result {
        Ok(()) if done.is_empty() => return Ok(to(PAGE)),
        Ok(()) => return Ok(back_to(PAGE, &[("done", done)])),
        Err(Error::Invalid(errors)) if errors.iter().any(|error| error.field == "current_password") => {
            "password"
        }
        Err(Error::Invalid(_)) => "code",
        Err(Error::TooMany { .. }) => "too_many",
        Err(Error::Conflict(_)) => "on",
        Err(Error::NotFound) => "begin",
        Err(Error::Forbidden) => "forbidden",
        Err(other) => return Err(other.into()),
    };
    Ok(back_to(PAGE, &[("problem", problem)]))
}

fn words(problem: &str) -> Option<&'static str> {
    Some(match problem {
        "" => return None,
        "code" => key(
            "That code is wrong, was used, or is over. Take the next one that your app shows, or a recovery code.",
        ),
        "password" => key("That is not your password. Type the one that you sign in with."),
        "too_many" => key("Too many codes were wrong. Wait five minutes, then try again."),
        "on" => key("Two-factor sign-in is on already."),
        "begin" => key("That took too long. Begin again."),
        "forbidden" => key("Only somebody who signed in may do this."),
        _ => key("That did not work. Try again in a moment."),
    })
}
