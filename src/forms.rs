//! The plain HTML forms of the browser: they work without JavaScript and answer with a redirect.

pub(crate) mod dashboards;
pub(crate) mod entry;
pub(crate) mod first_steps;
pub(crate) mod keys;
pub(crate) mod oidc;
pub(crate) mod segments;
pub(crate) mod settings;
pub(crate) mod shares;
pub(crate) mod two_factor;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::auth::{FirstStep, Origin};
use engine::{Engine, Error};
use model::account::Registration;
use model::ids::UserId;
use model::language::{Clock, Language, Reader, ReadingChoice};
use serde::Deserialize;

use crate::client::FromBrowser;
use crate::cookie::{Cookies, Theme};
use crate::problem::{Answered, Refusal};
use crate::reads::Reads;

/// The fields of the log-in page.
#[derive(Deserialize)]
pub(crate) struct LogIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`
pub(crate) async fn log_in(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    FromBrowser(origin): FromBrowser,
    Form(form): Form<LogIn>,
) -> Answered<Response> {
    let begun = engine
        .auth()
        .begin_log_in(&form.email, &form.password, &origin)
        .await;
    match begun {
        Ok(FirstStep::Done(user)) => signed_in(&engine, cookies, user, &form.next, &origin).await,
        Ok(FirstStep::CodeNeeded(challenge)) => Ok(two_factor::ask_for_code(cookies, &challenge, &form.next)),
        Err(error) => {
            let problem = problem_code(error)?;
            Ok(back_to(
                "/login",
                &[
                    ("problem", &problem.code),
                    ("email", &form.email),
                    ("next", &form.next),
                ],
            ))
        }
    }
}

/// The fields of the registration page.
#[derive(Deserialize)]
pub(crate) struct Register {
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    organization: String,
    #[serde(default)]
    invitation: String,
}

/// `POST /register`
pub(crate) async fn register(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    FromBrowser(origin): FromBrowser,
    Reads(Reader { language, .. }): Reads,
    Form(form): Form<Register>,
) -> Answered<Response> {
    let organization = Some(form.organization.trim().to_owned()).filter(|name| !name.is_empty());
    let Register {
        name,
        email,
        password,
        invitation,
        ..
    } = form;
    let registration = Registration {
        email,
        password,
        name,
        organization,
        invitation: Some(invitation).filter(|token| !token.is_empty()),
    };
    match engine.auth().register(&registration).await {
        Ok((user, _)) => {
            engine.auth().confirm_soon(user.id, language);
            signed_in(&engine, cookies, user.id, "", &origin).await
        }
        Err(error) => {
            let problem = problem_code(error)?;
            let organization = registration.organization.as_deref().unwrap_or_default();
            let typed = [
                ("email", registration.email.as_str()),
                ("name", &registration.name),
                ("organization", organization),
                (
                    "invitation",
                    registration.invitation.as_deref().unwrap_or_default(),
                ),
            ];
            let reason = [("problem", problem.code.as_str()), ("field", &problem.field)];
            Ok(back_to("/register", &[&reason[..], &typed[..]].concat()))
        }
    }
}

/// `POST /logout`
pub(crate) async fn log_out(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    headers: HeaderMap,
) -> Answered<Response> {
    if let Some(token) = cookies.session(&headers)
        && let Ok(caller) = engine.auth().by_cookie(token, None).await
    {
        engine.auth().log_out(&caller).await?;
    }
    Ok(with_cookie(to("/"), cookies.end_session()))
}

/// The fields of the theme switch.
#[derive(Deserialize)]
pub(crate) struct ChooseTheme {
    theme: Theme,
    #[serde(default)]
    back: String,
}

/// `POST /theme`
pub(crate) async fn choose_theme(State(cookies): State<Cookies>, Form(form): Form<ChooseTheme>) -> Response {
    with_cookie(to(own_path(&form.back)), cookies.set_theme(form.theme))
}

/// The fields of a choice of how to read.
#[derive(Deserialize)]
pub(crate) struct ChooseReading {
    #[serde(default)]
    language: String,
    #[serde(default)]
    clock: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`
pub(crate) async fn choose_language(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    headers: HeaderMap,
    Form(form): Form<ChooseReading>,
) -> Answered<Response> {
    let choice = ReadingChoice::Language(Language::known(&form.language));
    choose_reading(&engine, cookies, &headers, choice, &form.back).await
}

/// `POST /clock`
pub(crate) async fn choose_clock(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    headers: HeaderMap,
    Form(form): Form<ChooseReading>,
) -> Answered<Response> {
    let choice = ReadingChoice::Clock(Clock::known(&form.clock));
    choose_reading(&engine, cookies, &headers, choice, &form.back).await
}

/// Keeps a choice with whoever is signed in, and in this browser.
async fn choose_reading(
    engine: &Engine,
    cookies: Cookies,
    headers: &HeaderMap,
    choice: ReadingChoice,
    back: &str,
) -> Answered<Response> {
    if let Some(token) = cookies.session(headers)
        && let Ok(caller) = engine.auth().by_cookie(token, None).await
    {
        engine.auth().choose_reading(&caller, choice).await?;
    }
    Ok(with_cookie(to(own_path(back)), cookies.choose_reading(choice)))
}

/// A session for somebody who showed who they are, in a browser that is known from now on.
async fn signed_in(
    engine: &Engine,
    cookies: Cookies,
    user: UserId,
    next: &str,
    origin: &Origin,
) -> Answered<Response> {
    let session = engine.auth().open_browser_session(user).await?;
    let lasts = session.expires_at.duration_since(engine.clock().now());
    let max_age = lasts.as_secs().unsigned_abs();
    let session = cookies.set_session(&session.token, max_age);
    let answer = with_cookie(to(own_path(next)), session);
    known_from_now_on(engine, cookies, user, origin, answer).await
}

/// The answer to a browser in which somebody showed who they are.
async fn known_from_now_on(
    engine: &Engine,
    cookies: Cookies,
    user: UserId,
    origin: &Origin,
    mut answer: Response,
) -> Answered<Response> {
    if let Some(token) = engine.auth().remember(user, origin).await? {
        let cookie = cookies.set_browser(&token);
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let chosen = engine.auth().reading(user).await?.choices();
    for choice in chosen.into_iter().filter(|choice| choice.value().is_some()) {
        let cookie = cookies.choose_reading(choice);
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

struct FormProblem {
    code: String,
    field: String,
}

/// What the page is told; only faults of ours become an error page.
fn problem_code(error: Error) -> Result<FormProblem, Refusal> {
    let (code, field) = match error {
        Error::Unauthenticated(_) => ("credentials".to_owned(), String::new()),
        Error::Conflict(_) => ("email_taken".to_owned(), "email".to_owned()),
        Error::TooMany { .. } => ("too_many".to_owned(), String::new()),
        Error::Forbidden => ("closed".to_owned(), String::new()),
        Error::NotFound => ("invitation".to_owned(), String::new()),
        Error::Invalid(errors) => {
            let first = errors.into_iter().next();
            first.map_or_else(Default::default, |error| (error.code, error.field))
        }
        other => return Err(other.into()),
    };
    Ok(FormProblem { code, field })
}

/// A path of this site, and nothing that a browser would take for another one.
fn own_path(path: &str) -> &str {
    let is_own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n'])
        && path.is_ascii();
    if is_own { path } else { "/" }
}

fn to(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

fn back_to(path: &str, fields: &[(&str, &str)]) -> Response {
    let typed: Vec<_> = fields.iter().filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_urlencoded::to_string(typed).unwrap_or_default();
    to(&format!("{path}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_never_leads_to_another_site() {
        for (path, expected) in [
            ("/dashboards/1?range=7d", "/dashboards/1?range=7d"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(path), expected, "{path}");
        }
    }
}
