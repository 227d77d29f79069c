//! `/api/auth/totp`: the second factor of one's own account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::Engine;
use model::account::{TotpSetup, TwoFactor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// The password of the caller's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginTotp {
    password: String,
}

/// What the authenticator app shows, or a recovery code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpCode {
    code: String,
}

/// Each opens the account once; they are not told again.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// `GET /api/auth/totp`
pub(crate) async fn state(State(engine): State<Engine>, Asking(caller): Asking) -> Answered<Json<TwoFactor>> {
    Ok(Json(engine.auth().two_factor(&caller).await?))
}

/// `POST /api/auth/totp`
pub(crate) async fn begin(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(BeginTotp { password }): body::Json<BeginTotp>,
) -> Answered<(StatusCode, Json<TotpSetup>)> {
    let setup = engine.auth().begin_totp(&caller, &password).await?;
    Ok((StatusCode::CREATED, Json(setup)))
}

/// `POST /api/auth/totp/confirm`
pub(crate) async fn confirm(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(TotpCode { code }): body::Json<TotpCode>,
) -> Answered<Json<RecoveryCodes>> {
    let recovery_codes = engine.auth().confirm_totp(&caller, &code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// `POST /api/auth/totp/recovery-codes`
pub(crate) async fn renew(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(TotpCode { code }): body::Json<TotpCode>,
) -> Answered<Json<RecoveryCodes>> {
    let recovery_codes = engine.auth().renew_recovery_codes(&caller, &code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// `POST /api/auth/totp/off`
pub(crate) async fn turn_off(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body::Json(TotpCode { code }): body::Json<TotpCode>,
) -> Answered<StatusCode> {
    engine.auth().end_totp(&caller, &code).await?;
    Ok(StatusCode::NO_CONTENT)
}
