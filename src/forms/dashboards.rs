//! The form of the list of dashboards.

use axum::extract::{Form, State};
use axum::response::{Redirect, Response};
use engine::{Engine, Error};
use model::dashboard::DashboardSpec;
use model::query::Range;
use serde::Deserialize;

use super::{back_to, to};
use crate::identity::Asking;
use crate::problem::Answered;

/// A new dashboard.
#[derive(Deserialize)]
pub(crate) struct Create {
    name: String,
    #[serde(default)]
    description: String,
}

/// `GET /dashboards`: the list is the first page.
pub(crate) async fn list() -> Redirect {
    Redirect::permanent("/")
}

/// `POST /dashboards`: leads to the new dashboard.
pub(crate) async fn create(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Create { name, description }): Form<Create>,
) -> Answered<Response> {
    let spec = DashboardSpec {
        name,
        description,
        range: Range::parse_last("30d").ok(),
        ..DashboardSpec::default()
    };
    match engine.dashboards().create(&caller, spec).await {
        Ok(dashboard) => Ok(to(&format!("/dashboards/{}", dashboard.id))),
        Err(Error::Invalid(_)) => Ok(back_to("/", &[("problem", "invalid")])),
        Err(Error::Forbidden) => Ok(back_to("/", &[("problem", "forbidden")])),
        Err(other) => Err(other.into()),
    }
}
