//! The pages and forms for a forgotten password and an address to confirm: plain HTML, whatever the browser does.

use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use engine::{Engine, Error};
use model::account::AddressChange;
use model::language::{Reader, key, within};
use serde::Deserialize;

use super::{back_to, known_from_now_on, to};
use crate::client::FromBrowser;
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;

const NO_ADDRESS: &str = key("That does not look like an e-mail address. Check it for typos.");
const NO_PASSWORD: &str = key("Use 8 to 128 characters, and none of the passwords that many people use.");
const TOO_OFTEN: &str = key("That was too often. Wait a minute and try again.");

/// What the page is to say.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    done: String,
    #[serde(default)]
    problem: String,
}

/// `GET /forgot`
pub(crate) async fn forgot(headers: HeaderMap, Query(said): Query<Said>) -> Response {
    let problem = (!said.problem.is_empty()).then_some(NO_ADDRESS);
    let page = within(Reads::of(&headers), || {
        app::entry::forgot(Cookies::theme(&headers), !said.done.is_empty(), problem)
    });
    (private(), Html(page)).into_response()
}

/// An address.
#[derive(Deserialize)]
pub(crate) struct Address {
    email: String,
}

/// `POST /forgot`: the same answer whether there is such an account.
pub(crate) async fn ask_for_reset(
    State(engine): State<Engine>,
    Reads(Reader { language, .. }): Reads,
    Form(form): Form<Address>,
) -> Response {
    match engine.auth().ask_for_reset(&form.email, language) {
        Ok(()) => to("/forgot?done=sent"),
        Err(_) => to("/forgot?problem=email"),
    }
}

/// `GET /reset/{token}`
pub(crate) async fn look_at_reset(
    State(engine): State<Engine>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Query(said): Query<Said>,
) -> Answered<Response> {
    let (theme, reader) = (Cookies::theme(&headers), Reads::of(&headers));
    let problem = match said.problem.as_str() {
        "" => None,
        "too_many" => Some(TOO_OFTEN),
        _ => Some(NO_PASSWORD),
    };
    match engine.auth().look_at_reset(&token).await {
        Ok(()) => {
            let page = within(reader, || app::entry::reset(theme, &token, problem));
            Ok((private(), Html(page)).into_response())
        }
        Err(Error::NotFound) => Ok(useless(theme, reader)),
        Err(other) => Err(other.into()),
    }
}

/// The password to use from now on.
#[derive(Deserialize)]
pub(crate) struct Reset {
    token: String,
    password: String,
}

/// `POST /reset`: whoever had the link read the person's mail, so nobody's guessing keeps this browser out.
pub(crate) async fn reset(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    FromBrowser(origin): FromBrowser,
    Form(form): Form<Reset>,
) -> Answered<Response> {
    let path = format!("/reset/{}", super::settings::plain(&form.token));
    match engine.auth().reset_by_link(&form.token, &form.password).await {
        Ok(user) => known_from_now_on(&engine, cookies, user, &origin, to("/login?done=reset")).await,
        Err(Error::Invalid(_)) => Ok(back_to(&path, &[("problem", "password")])),
        Err(Error::TooMany { .. }) => Ok(back_to(&path, &[("problem", "too_many")])),
        Err(Error::NotFound) => Ok(to(&path)),
        Err(other) => Err(other.into()),
    }
}

/// `GET /confirm/{token}`
pub(crate) async fn look_at_confirmation(
    State(engine): State<Engine>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Answered<Response> {
    let (theme, reader) = (Cookies::theme(&headers), Reads::of(&headers));
    if token == "done" {
        let page = within(reader, || {
            app::entry::message(theme, key("Thank you"), key("Your address is confirmed."))
        });
        return Ok((private(), Html(page)).into_response());
    }
    match engine.auth().look_at_confirmation(&token).await {
        Ok(()) => {
            let page = within(reader, || app::entry::confirm(theme, &token));
            Ok((private(), Html(page)).into_response())
        }
        Err(Error::NotFound) => Ok(useless(theme, reader)),
        Err(other) => Err(other.into()),
    }
}

/// The token of a link.
#[derive(Deserialize)]
pub(crate) struct Confirm {
    token: String,
}

/// `POST /confirm`
pub(crate) async fn confirm(State(engine): State<Engine>, Form(form): Form<Confirm>) -> Answered<Response> {
    match engine.auth().confirm_by_link(&form.token).await {
        Ok(()) => Ok(to("/confirm/done")),
        Err(Error::NotFound) => Ok(to(&format!("/confirm/{}", super::settings::plain(&form.token)))),
        Err(other) => Err(other.into()),
    }
}

/// `POST /settings/account/confirm`: sends the link once more.
pub(crate) async fn ask_to_confirm(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
) -> Answered<Response> {
    let asked = engine.auth().ask_to_confirm(&caller, language).await;
    super::settings::came_to(super::settings::ACCOUNT, "confirm", asked)
}

/// The fields of the form for another address.
#[derive(Deserialize)]
pub(crate) struct NewAddress {
    email: String,
    current: String,
    #[serde(default)]
    code: String,
}

/// `POST /settings/account/email`: sends a link to the address.
pub(crate) async fn ask_for_address(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
    Form(form): Form<NewAddress>,
) -> Answered<Response> {
    let change = AddressChange {
        email: form.email,
        current_password: form.current,
        code: Some(form.code),
    };
    let asked = engine.auth().ask_for_address(&caller, &change, language).await;
    super::settings::came_to(super::settings::ACCOUNT, "address", asked)
}

fn useless(theme: &str, reader: Reader) -> Response {
    let page = within(reader, || app::entry::useless(theme));
    (StatusCode::NOT_FOUND, private(), Html(page)).into_response()
}

/// Links are secrets: nothing keeps these pages, and nobody who is linked from them hears of their address.
pub(super) fn private() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ]
}
