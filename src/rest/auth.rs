//! `/api/auth`: tokens for programs.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::Engine;
use engine::auth::TokenPair;
use model::account::{Me, Organization, Registration, User};
use serde::{Deserialize, Serialize};

use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// Who signed in, and with which tokens to go on.
#[derive(Serialize)]
pub(crate) struct SignedIn {
    user: User,
    organization: Organization,
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    refresh_token: String,
}

impl SignedIn {
    fn new(user: User, organization: Organization, tokens: TokenPair) -> Self {
        let TokenPair {
            access_token,
            expires_in,
            refresh_token,
        } = tokens;
        Self {
            user,
            organization,
            access_token,
            token_type: "Bearer",
            expires_in,
            refresh_token,
        }
    }
}

/// `POST /api/auth/register`
pub(crate) async fn register(
    State(engine): State<Engine>,
    body::Json(registration): body::Json<Registration>,
) -> Answered<(StatusCode, Json<SignedIn>)> {
    let (user, organization) = engine.auth().register(&registration).await?;
    let tokens = engine.auth().issue_tokens(user.id).await?;
    Ok((
        StatusCode::CREATED,
        Json(SignedIn::new(user, organization, tokens)),
    ))
}

/// The body of a log-in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    email: String,
    password: String,
}

/// `POST /api/auth/login`
pub(crate) async fn log_in(
    State(engine): State<Engine>,
    body::Json(LogIn { email, password }): body::Json<LogIn>,
) -> Answered<Json<SignedIn>> {
    let (user, organization) = engine.auth().log_in(&email, &password).await?;
    let tokens = engine.auth().issue_tokens(user.id).await?;
    Ok(Json(SignedIn::new(user, organization, tokens)))
}

/// The body of a refresh.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    refresh_token: String,
}

/// `POST /api/auth/refresh`
pub(crate) async fn refresh(
    State(engine): State<Engine>,
    body::Json(Refresh { refresh_token }): body::Json<Refresh>,
) -> Answered<Json<SignedIn>> {
    let (user, organization, tokens) = engine.auth().refresh(&refresh_token).await?;
    Ok(Json(SignedIn::new(user, organization, tokens)))
}

/// `POST /api/auth/logout`
pub(crate) async fn log_out(State(engine): State<Engine>, Asking(caller): Asking) -> Answered<StatusCode> {
    engine.auth().log_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/auth/me`
pub(crate) async fn me(State(engine): State<Engine>, Asking(caller): Asking) -> Answered<Json<Me>> {
    Ok(Json(engine.auth().me(&caller).await?))
}
