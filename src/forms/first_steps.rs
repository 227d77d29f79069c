//! The forms of the first steps.

use axum::extract::{Form, State};
use axum::response::Response;
use engine::first_steps::Wish;
use engine::templates::Template;
use engine::{Engine, Error};
use model::language::{Reader, t, within};
use serde::Deserialize;

use super::{back_to, to, with_cookie};
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;
use crate::reads::Reads;

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct Wishes {
    wish: Wish,
}

/// `POST /first-steps`: puts them away, or brings them back.
pub(crate) async fn wish(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Wishes { wish }): Form<Wishes>,
) -> Answered<Response> {
    match engine.organizations().wish_first_steps(&caller, wish).await {
        Ok(()) => Ok(to("/")),
        Err(Error::Forbidden) => Ok(back_to("/", &[("problem", "forbidden")])),
        Err(other) => Err(other.into()),
    }
}

/// `POST /first-steps/key`: the key is told on the page that follows, from a cookie that lasts a day: it may stand in a
/// web page for everybody to read.
pub(crate) async fn make_key(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
) -> Answered<Response> {
    let name = within(language, || t("Website"));
    match engine.first_key(&caller, name).await {
        Ok(key) => Ok(with_cookie(to("/"), cookies.tell_first_key(&key))),
        Err(Error::Forbidden) => Ok(back_to("/", &[("problem", "forbidden")])),
        Err(other) => Err(other.into()),
    }
}

/// The template that was chosen.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    template: String,
}

/// `POST /dashboards/from-template`: leads to the new dashboard.
pub(crate) async fn from_template(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Reads(Reader { language, .. }): Reads,
    Form(Chosen { template }): Form<Chosen>,
) -> Answered<Response> {
    let template = Template::parse(&template).ok_or(Error::NotFound)?;
    match engine.create_from_template(&caller, template, language).await {
        Ok(dashboard) => Ok(to(&format!("/dashboards/{}", dashboard.id))),
        Err(Error::Conflict(_)) => Ok(back_to("/", &[("problem", "events")])),
        Err(Error::Forbidden) => Ok(back_to("/", &[("problem", "forbidden")])),
        Err(other) => Err(other.into()),
    }
}
