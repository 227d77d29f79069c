//! `POST /s/{token}`: the password of a link, by a plain form.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use engine::Error;
use model::language::key;
use serde::Deserialize;

use super::{closed, locked, private, reader_of};
use crate::client::FromBrowser;
use crate::problem::Answered;
use crate::state::AppState;

/// The field of the form.
#[derive(Deserialize)]
pub(crate) struct Unlock {
    password: String,
}

/// `POST /s/{token}` and `POST /s/{token}/embed`: back to the page, which opens from now on.
pub(crate) async fn unlock(
    State(state): State<AppState>,
    Path(token): Path<String>,
    uri: Uri,
    FromBrowser(origin): FromBrowser,
    headers: HeaderMap,
    Form(form): Form<Unlock>,
) -> Answered<Response> {
    let reader = reader_of(&headers);
    let unlocked = state
        .engine
        .sharing()
        .unlock(&token, &form.password, &origin)
        .await;
    match unlocked {
        Ok((opened, proof)) => {
            let is_framed = !opened.embed_origins.is_empty();
            let cookie = state.cookies.set_share(&token, &proof, is_framed);
            let back = [(header::LOCATION, uri.path().to_owned())];
            let mut answer = (StatusCode::SEE_OTHER, private(), back).into_response();
            answer.headers_mut().insert(header::SET_COOKIE, cookie);
            Ok(answer)
        }
        Err(Error::Unauthenticated(_)) => {
            let problem = reader
                .language
                .say(key("That is not the password. Check it and try again."));
            Ok(locked(
                StatusCode::UNAUTHORIZED,
                reader,
                uri.path(),
                Some(problem),
            ))
        }
        Err(Error::TooMany { retry_after }) => {
            let problem = reader.language.say(key(
                "Too many tries at the moment. Wait a little, then try again.",
            ));
            let page = locked(StatusCode::TOO_MANY_REQUESTS, reader, uri.path(), Some(problem));
            let wait = [(header::RETRY_AFTER, retry_after.as_secs().max(1).to_string())];
            Ok((wait, page).into_response())
        }
        Err(error) => closed(error, uri.path(), reader),
    }
}
