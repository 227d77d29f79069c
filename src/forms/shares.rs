//! The forms of the page of share links.

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use engine::Engine;
use model::ids::ShareId;
use model::language::within;
use serde::Deserialize;

use super::entry::private;
use super::settings::came_to;
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;

const SHARES: &str = "/settings/shares";

/// A link.
#[derive(Deserialize)]
pub(crate) struct OneShare {
    share: ShareId,
}

/// `POST /settings/shares/rotate`: the page with the new address, this once. It stands in no address and in no cookie.
pub(crate) async fn rotate(
    State(engine): State<Engine>,
    State(site): State<app::server::Site>,
    Asking(caller): Asking,
    headers: HeaderMap,
    Form(OneShare { share }): Form<OneShare>,
) -> Answered<Response> {
    match engine.sharing().rotate(&caller, share, &site.public_url).await {
        Ok(made) => {
            let page = within(Reads::of(&headers), || {
                app::entry::new_address(Cookies::theme(&headers), &made.url)
            });
            Ok((private(), Html(page)).into_response())
        }
        Err(error) => came_to(SHARES, "", Err(error)),
    }
}

/// `POST /settings/shares/revoke`
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneShare { share }): Form<OneShare>,
) -> Answered<Response> {
    let revoked = engine.sharing().revoke(&caller, share).await;
    came_to(SHARES, "revoked", revoked)
}
