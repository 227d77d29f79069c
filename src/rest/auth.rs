//! `/api/auth`: tokens for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Engine;
use engine::auth::{PublicKey, TokenPair};
use model::account::{
    AccountDeletion, AddressChange, ApiKey, Me, Organization, OwnPatch, PasswordChange, PersonalKeyRequest,
    Registration, SignedInSession, User,
};
use model::language::Reader;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body;
use crate::client::FromProgram;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;
use crate::rest::organizations::NewKey;
use crate::rest::{Created, InPages, Whole, id};

/// Who signed in, and with which tokens to go on.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    user: User,
    organization: Option<Organization>,
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    refresh_token: String,
}

impl SignedIn {
    fn new(user: User, organization: Option<Organization>, tokens: TokenPair) -> Self {
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
    FromProgram(origin): FromProgram,
    Reads(Reader { language, .. }): Reads,
    body::Json(registration): body::Json<Registration>,
) -> Answered<(StatusCode, Json<SignedIn>)> {
    let (user, organization) = engine.auth().register(&registration).await?;
    engine.auth().confirm_soon(user.id, language);
    engine.auth().remember(user.id, &origin).await?;
    let tokens = engine.auth().issue_tokens(user.id).await?;
    Ok((
        StatusCode::CREATED,
        Json(SignedIn::new(user, Some(organization), tokens)),
    ))
}

/// The body of a log-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    email: String,
    password: String,
    /// What the authenticator app shows, or a recovery code, where the account asks for one.
    #[serde(default)]
    totp: Option<String>,
}

/// `POST /api/auth/login`
pub(crate) async fn log_in(
    State(engine): State<Engine>,
    FromProgram(origin): FromProgram,
    body::Json(LogIn {
        email,
        password,
        totp,
    }): body::Json<LogIn>,
) -> Answered<Json<SignedIn>> {
    let (user, organization) = engine
        .auth()
        .log_in(&email, &password, totp.as_deref(), &origin)
        .await?;
    let tokens = engine.auth().issue_tokens(user.id).await?;
    Ok(Json(SignedIn::new(user, organization, tokens)))
}

/// The body of a refresh.
#[derive(Deserialize, ToSchema)]
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

/// `PATCH /api/auth/me`
pub(crate) async fn change_me(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(OwnPatch { name }): body::Json<OwnPatch>,
) -> Answered<Json<Me>> {
    if let Some(name) = name {
        engine.auth().rename(&caller, &name).await?;
    }
    Ok(Json(engine.auth().me(&caller).await?))
}

/// `GET /api/auth/keys`
pub(crate) async fn keys(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    InPages(page): InPages,
) -> Answered<Json<Whole<ApiKey>>> {
    let keys = engine.organizations().personal_keys(&caller).await?;
    Ok(Json(Whole::part(keys, page, |key| key.id.to_string())?))
}

/// `POST /api/auth/keys`
pub(crate) async fn create_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(request): body::Json<PersonalKeyRequest>,
) -> Answered<Created<Json<NewKey>>> {
    let (made, key) = engine
        .organizations()
        .create_personal_key(&caller, request)
        .await?;
    let address = format!("/api/auth/keys/{}", made.id);
    Ok(Created(address, Json(NewKey::new(made, key))))
}

/// `DELETE /api/auth/keys/{key}`
pub(crate) async fn revoke_key(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(key): Path<String>,
) -> Answered<StatusCode> {
    engine
        .organizations()
        .revoke_personal_key(&caller, id(&key)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/auth/sessions`
pub(crate) async fn sessions(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    InPages(page): InPages,
) -> Answered<Json<Whole<SignedInSession>>> {
    let sessions = engine.auth().sessions(&caller).await?;
    Ok(Json(Whole::part(sessions, page, |session| {
        session.id.to_string()
    })?))
}

/// `DELETE /api/auth/sessions/{session}`
pub(crate) async fn end_session(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(session): Path<String>,
) -> Answered<StatusCode> {
    engine.auth().end_own_session(&caller, id(&session)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/auth/password`
pub(crate) async fn change_password(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(change): body::Json<PasswordChange>,
) -> Answered<StatusCode> {
    let PasswordChange {
        current_password,
        new_password,
    } = change;
    engine
        .auth()
        .change_password(&caller, &current_password, &new_password)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/auth/me/delete`
pub(crate) async fn delete_me(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(proof): body::Json<AccountDeletion>,
) -> Answered<StatusCode> {
    engine.auth().delete_account(&caller, &proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The address of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forgot {
    email: String,
}

/// `POST /api/auth/password/forgot`: the same answer whether there is such an account.
pub(crate) async fn ask_for_reset(
    State(engine): State<Engine>,
    Reads(Reader { language, .. }): Reads,
    body::Json(Forgot { email }): body::Json<Forgot>,
) -> Answered<StatusCode> {
    engine.auth().ask_for_reset(&email, language)?;
    Ok(StatusCode::ACCEPTED)
}

/// The token of a link, and the password to use from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    token: String,
    password: String,
}

/// `POST /api/auth/password/reset`
pub(crate) async fn reset_password(
    State(engine): State<Engine>,
    FromProgram(origin): FromProgram,
    body::Json(Reset { token, password }): body::Json<Reset>,
) -> Answered<StatusCode> {
    let user = engine.auth().reset_by_link(&token, &password).await?;
    engine.auth().remember(user, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/auth/email/send`
pub(crate) async fn ask_to_confirm(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
) -> Answered<StatusCode> {
    engine.auth().ask_to_confirm(&caller, language).await?;
    Ok(StatusCode::ACCEPTED)
}

/// `POST /api/auth/email`: the same answer whether the address has an account.
pub(crate) async fn ask_for_address(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
    body::Json(change): body::Json<AddressChange>,
) -> Answered<StatusCode> {
    engine.auth().ask_for_address(&caller, &change, language).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmEmail {
    token: String,
}

/// `POST /api/auth/email/confirm`
pub(crate) async fn confirm_email(
    State(engine): State<Engine>,
    body::Json(ConfirmEmail { token }): body::Json<ConfirmEmail>,
) -> Answered<StatusCode> {
    engine.auth().confirm_by_link(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The keys that access tokens are checked with: RFC 7517.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeySet {
    #[schema(value_type = Vec<Object>)]
    keys: Vec<PublicKey>,
}

/// `GET /api/auth/jwks.json`
pub(crate) async fn jwks(State(engine): State<Engine>) -> Answered<Json<KeySet>> {
    let keys = engine.auth().public_keys().await?;
    Ok(Json(KeySet { keys }))
}
