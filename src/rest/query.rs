//! `/api/analytics/query`: questions and answers.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use engine::{Caller, Engine, Error};
use model::answer::Answer;
use serde::Deserialize;

use crate::identity::Asking;
use crate::problem::Answered;
use crate::rest::parameters;

/// `POST /api/analytics/query`
pub(crate) async fn ask(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    body: Bytes,
) -> Answered<Json<Answer>> {
    answer(&engine, &caller, &String::from_utf8_lossy(&body)).await
}

/// `?q=`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    q: String,
}

/// `GET /api/analytics/query?q=`
pub(crate) async fn ask_by_url(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    question: Result<Query<Question>, QueryRejection>,
) -> Answered<Json<Answer>> {
    answer(&engine, &caller, &parameters(question)?.q).await
}

async fn answer(engine: &Engine, caller: &Caller, json: &str) -> Answered<Json<Answer>> {
    let query = model::query::Query::parse(json).map_err(Error::from)?;
    Ok(Json(engine.ask(caller, &query).await?))
}
