//! What the pages about people show.

use engine::db::PageRequest;
use engine::{Caller, Engine, Error};
use model::person::Whose;
use model::query::{EventsQuery, EventsSpec, Query};
use serde_json::Value;

use crate::api::users::{EventLine, Found, PersonPage};
use crate::error::AppError;

/// Sessions on a person's page.
const SESSIONS: u32 = 20;
/// Events on a page.
const EVENTS: usize = 50;
/// Names and properties to choose from.
const SUGGESTED: usize = 100;
/// Longer values are cut where they stand in a line.
const LONGEST: usize = 120;

/// What somebody wants to see of a question.
pub(crate) struct Wanted {
    pub(crate) question: Option<String>,
    pub(crate) search: Option<String>,
    pub(crate) events: bool,
    pub(crate) cursor: Option<String>,
}

/// The people or the events of a question.
pub(crate) async fn found(engine: &Engine, caller: &Caller, wanted: Wanted) -> Result<Found, AppError> {
    let asked = match &wanted.question {
        None => Whose::Events(Box::new(EventsSpec::last_30_days())),
        Some(json) => Whose::parse(json).map_err(Error::from)?,
    };
    let mut found = Found {
        asked: asked.clone(),
        people: Vec::new(),
        events: Vec::new(),
        names: Vec::new(),
        properties: Vec::new(),
        next: None,
    };
    let cursor = wanted.cursor;
    if wanted.events {
        let Whose::Events(asked) = asked else {
            return Err(Error::NotFound.into());
        };
        let spec = EventsSpec {
            columns: None,
            limit: EVENTS,
            cursor,
            ..*asked
        };
        let query = Query::Events(EventsQuery::parse(spec).map_err(Error::from)?);
        if let model::answer::Answer::Events(answer) = engine.ask(caller, &query).await? {
            found.events = answer.rows.iter().filter_map(line).collect();
            found.next = answer.next_cursor;
        }
    } else {
        let page = PageRequest { limit: None, cursor };
        let people = match &wanted.search {
            Some(typed) => engine.find_people(caller, typed, asked, &page).await?,
            None => engine.people(caller, asked, &page).await?,
        };
        found.people = people.items;
        found.next = people.next_cursor;
    }
    suggest(engine, caller, &mut found).await?;
    Ok(found)
}

/// Adds what conditions may be about.
async fn suggest(engine: &Engine, caller: &Caller, found: &mut Found) -> Result<(), AppError> {
    let Whose::Events(asked) = &found.asked else {
        return Ok(());
    };
    let names = engine.catalogue().names(caller).await?;
    let properties = engine
        .catalogue()
        .properties(caller, asked.event.as_deref())
        .await?;
    found.names = names
        .into_iter()
        .take(SUGGESTED)
        .map(|event| event.name)
        .collect();
    let properties = properties.into_iter().take(SUGGESTED);
    found.properties = properties.map(|property| property.property).collect();
    Ok(())
}

/// One person; not found where nothing was ever heard of them.
pub(crate) async fn person(
    engine: &Engine,
    caller: &Caller,
    id: String,
    cursor: Option<String>,
) -> Result<PersonPage, AppError> {
    let profile = match engine.profiles().user(caller, &id).await {
        Ok(profile) => Some(profile),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let id = profile.as_ref().map_or(id, |profile| profile.id.clone());
    let events = PageRequest { limit: None, cursor };
    let events = engine.person_events(caller, &id, &events).await?;
    let sessions = PageRequest {
        limit: Some(SESSIONS),
        cursor: None,
    };
    let sessions = engine.person_sessions(caller, &id, &sessions).await?.items;
    Ok(PersonPage {
        id,
        profile,
        sessions,
        events: events.items.iter().filter_map(line).collect(),
        next: events.next_cursor,
    })
}

/// A whole event as a line.
fn line(event: &Value) -> Option<EventLine> {
    let text = |key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
    let properties = event.get("properties").and_then(Value::as_object);
    Some(EventLine {
        at: text("timestamp")?.parse().ok()?,
        name: text("name")?,
        who: text("user_id").or_else(|| text("anonymous_id")),
        properties: properties
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.clone(), in_words(value)))
            .collect(),
    })
}

/// Text without its quotes, anything else as JSON; not longer than a line.
pub(crate) fn in_words(value: &Value) -> String {
    let whole = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match whole.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}
