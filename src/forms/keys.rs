//! The forms of the page of keys.

use app::api::keys::{WantedKey, lines};
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use engine::{Engine, Error};
use model::ids::KeyId;
use model::language::within;
use serde::Deserialize;

use super::back_to;
use super::entry::private;
use super::settings::{came_to, field};
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;

const KEYS: &str = "/settings/keys";

/// `POST /settings/keys/create`: the page with the key, this once. It stands in no address and in no cookie.
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answered<Response> {
    let Some(wanted) = WantedKey::of_form(&fields) else {
        return Ok(back_to(KEYS, &[("problem", "kind")]));
    };
    let name = wanted.name.clone();
    match app::server::keys::make(&engine, &caller, wanted).await {
        Ok((made, key)) => {
            let page = within(Reads::of(&headers), || {
                app::entry::new_key(Cookies::theme(&headers), &made.name, &key)
            });
            Ok((private(), Html(page)).into_response())
        }
        Err(Error::Invalid(errors)) => Ok(back_to(KEYS, &[("problem", field(&errors)), ("name", &name)])),
        Err(error) => came_to(KEYS, "", Err(error)),
    }
}

/// A key, and the sites whose pages may send with it, one in a line.
#[derive(Deserialize)]
pub(crate) struct Sites {
    key: KeyId,
    #[serde(default)]
    origins: String,
}

/// `POST /settings/keys/sites`
pub(crate) async fn change_sites(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Sites { key, origins }): Form<Sites>,
) -> Answered<Response> {
    let changed = app::server::keys::change_sites(&engine, &caller, key, lines(&origins)).await;
    came_to(KEYS, "saved", changed.map(drop))
}

/// A key.
#[derive(Deserialize)]
pub(crate) struct OneKey {
    key: KeyId,
}

/// `POST /settings/keys/revoke`
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneKey { key }): Form<OneKey>,
) -> Answered<Response> {
    let revoked = app::server::keys::revoke(&engine, &caller, key).await;
    came_to(KEYS, "revoked", revoked)
}
