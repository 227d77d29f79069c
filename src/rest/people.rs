//! `/api/analytics/users` and what belongs to one of them: who did something, what one person did, and their sessions.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use engine::db::{Page, PageRequest};
use engine::{Engine, Error};
use model::dashboard::View;
use model::person::{ListedPerson, Mark, PersonSession, Whose};
use model::query::{Edge, EventsSpec, Property, Range};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{id, parameters};
use crate::identity::Asking;
use crate::problem::{Answered, Refusal};

/// `?q=&search=&limit=&cursor=`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Who {
    q: Option<String>,
    search: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /api/analytics/users`: who did the events that the question `q` means, or is at a place of the answer to it; without
/// it, everybody of the last 30 days. With `search`, those of whom that is known.
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    who: Result<Query<Who>, QueryRejection>,
) -> Answered<Json<Page<ListedPerson>>> {
    let Who {
        q,
        search,
        limit,
        cursor,
    } = parameters(who)?;
    let whose = match q {
        Some(q) => Whose::parse(&q).map_err(Error::from)?,
        None => Whose::Events(Box::new(EventsSpec::last_30_days())),
    };
    let page = PageRequest { limit, cursor };
    let found = match search {
        Some(text) => engine.find_people(&caller, &text, whose, &page).await?,
        None => engine.people(&caller, whose, &page).await?,
    };
    Ok(Json(found))
}

/// `GET /api/analytics/users/{id}/events`
pub(crate) async fn events(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(user): Path<String>,
    page: Result<Query<PageRequest>, QueryRejection>,
) -> Answered<Json<Page<Value>>> {
    let page = parameters(page)?;
    Ok(Json(engine.person_events(&caller, &user, &page).await?))
}

/// `GET /api/analytics/users/{id}/sessions`
pub(crate) async fn sessions(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(user): Path<String>,
    page: Result<Query<PageRequest>, QueryRejection>,
) -> Answered<Json<Page<PersonSession>>> {
    let page = parameters(page)?;
    Ok(Json(engine.person_sessions(&caller, &user, &page).await?))
}

/// `?from=&to=&value=` of the mark, or its `place` as JSON, and what the address of its page says: the `range`, or
/// the `first` and `last` day, the `filter`, the `breakdown`, and the chosen `variables` as an object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marked {
    from: Option<String>,
    to: Option<String>,
    value: Option<String>,
    place: Option<String>,
    range: Option<String>,
    first: Option<String>,
    last: Option<String>,
    filter: Option<String>,
    breakdown: Option<Property>,
    variables: Option<String>,
}

/// `GET /api/widgets/{id}/behind`: the question for the events or the users that a mark of the widget's chart stands for.
pub(crate) async fn behind(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    marked: Result<Query<Marked>, QueryRejection>,
) -> Answered<Json<Whose>> {
    let Marked {
        from,
        to,
        value,
        place,
        range,
        first,
        last,
        filter,
        breakdown,
        variables,
    } = parameters(marked)?;
    let view = View {
        range: seen(range.as_deref(), edges("first", first.zip(last))?)?,
        filter: filter.as_deref().map(|text| json("filter", text)).transpose()?,
        compare: None,
        breakdown,
        variables: variables
            .as_deref()
            .map_or(Ok(BTreeMap::new()), |text| json("variables", text))?,
    };
    let time = edges("from", from.zip(to))?;
    let place = place.as_deref().map(|text| json("place", text)).transpose()?;
    let mark = Mark { place, time, value };
    Ok(Json(engine.behind(&caller, id(&path)?, &view, &mark).await?))
}

/// The range of the page, as its address says it: `7d`, `last_month`, or a first and a last day.
fn seen(range: Option<&str>, days: Option<(Edge, Edge)>) -> Result<Option<Range>, Refusal> {
    let Some(range) = range else {
        return Ok(days.map(|(from, to)| Range::Between { from, to }));
    };
    let range = Range::parse_word(range)
        .map_err(|reason| Error::invalid("range", "invalid", format!("In `range`: {reason}.")))?;
    Ok(Some(range))
}

/// A day, or a moment, and another.
fn edges(field: &str, ends: Option<(String, String)>) -> Result<Option<(Edge, Edge)>, Refusal> {
    let Some((from, to)) = ends else {
        return Ok(None);
    };
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) => Ok(Some((from, to))),
        _ => Err(Error::invalid(
            field,
            "invalid",
            "Write a day like `2015-05-17`, or an RFC 3339 time.",
        )
        .into()),
    }
}

fn json<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, Refusal> {
    let message = |error| format!("`{field}` cannot be read: {error}.");
    let read: Result<T, _> = serde_json::from_str(text);
    Ok(read.map_err(|error| Error::invalid(field, "invalid", message(error)))?)
}
