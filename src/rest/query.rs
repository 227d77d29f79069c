//! `/api/analytics/query`: questions and answers.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use engine::query::Explained;
use engine::{Caller, Engine, Error};
use model::answer::Answer;
use model::query::{SqlQuery, SqlSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::body;
use crate::identity::Asking;
use crate::problem::{Answered, Refusal};
use crate::rest::parameters;

/// An answer, with the statements behind it where they were asked for.
#[derive(Serialize)]
pub(crate) struct Told {
    #[serde(flatten)]
    answer: Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<Vec<Explained>>,
}

/// `?explain=1`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    explain: Option<String>,
}

/// `?q=`, and perhaps `&explain=1`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    q: String,
    explain: Option<String>,
}

/// `POST /api/analytics/query`
pub(crate) async fn ask(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    how: Result<Query<How>, QueryRejection>,
    body::Json(question): body::Json<Value>,
) -> Answered<Json<Told>> {
    let query = model::query::Query::from_value(question).map_err(Error::from)?;
    answer(&engine, &caller, &query, parameters(how)?.explain.as_deref()).await
}

/// `GET /api/analytics/query?q=`
pub(crate) async fn ask_by_url(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    question: Result<Query<Question>, QueryRejection>,
) -> Answered<Json<Told>> {
    let Question { q, explain } = parameters(question)?;
    let query = model::query::Query::parse(&q).map_err(Error::from)?;
    answer(&engine, &caller, &query, explain.as_deref()).await
}

/// `POST /api/analytics/sql`
pub(crate) async fn ask_in_sql(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    how: Result<Query<How>, QueryRejection>,
    body::Json(question): body::Json<SqlSpec>,
) -> Answered<Json<Told>> {
    let query = SqlQuery::parse(question)
        .map(model::query::Query::Sql)
        .map_err(Error::from)?;
    answer(&engine, &caller, &query, parameters(how)?.explain.as_deref()).await
}

async fn answer(
    engine: &Engine,
    caller: &Caller,
    query: &model::query::Query,
    explain: Option<&str>,
) -> Answered<Json<Told>> {
    let (answer, explain) = if is_on(explain)? {
        let (answer, statements) = engine.explain(caller, query).await?;
        (answer, Some(statements))
    } else {
        (engine.ask(caller, query).await?, None)
    };
    Ok(Json(Told { answer, explain }))
}

fn is_on(explain: Option<&str>) -> Result<bool, Refusal> {
    match explain {
        None | Some("0" | "false") => Ok(false),
        Some("" | "1" | "true") => Ok(true),
        Some(_) => Err(Error::invalid("explain", "invalid", "Write `explain=1`, or leave it out.").into()),
    }
}
