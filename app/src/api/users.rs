//! People as their events tell of them.

use leptos::prelude::*;
use model::Timestamp;
use model::person::{ListedPerson, PersonSession, Whose};
use model::profile::Profile;
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// An event on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLine {
    /// When it happened.
    pub at: Timestamp,
    /// What it is called.
    pub name: String,
    /// Who did it; the user, or the device.
    pub who: Option<String>,
    /// What it carries, as people read it.
    pub properties: Vec<(String, String)>,
}

/// The people or the events that a question means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The question.
    pub asked: Whose,
    /// Who did them, where people were asked for.
    pub people: Vec<ListedPerson>,
    /// The events, where these were.
    pub events: Vec<EventLine>,
    /// Names of events, to choose from.
    pub names: Vec<String>,
    /// Properties of events, to choose from.
    pub properties: Vec<String>,
    /// Leads to the next page.
    pub next: Option<String>,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonPage {
    /// The id that the page is about.
    pub id: String,
    /// What was said of them, where something was.
    pub profile: Option<Profile>,
    /// When they were there, the newest first.
    pub sessions: Vec<PersonSession>,
    /// What they did, the newest first.
    pub events: Vec<EventLine>,
    /// Leads to earlier events.
    pub next: Option<String>,
}

/// The people, or the events, of a question that an address holds as JSON; or, of its people, those of whom what was typed in
/// `search` is known.
#[server(prefix = "/api/fn", endpoint = "list_users", input = Json, output = Json)]
pub async fn list_users(
    question: Option<String>,
    search: Option<String>,
    events: bool,
    cursor: Option<String>,
) -> Result<Found, AppError> {
    let caller = crate::server::caller()?;
    let asked = crate::server::users::Wanted {
        question,
        search,
        events,
        cursor,
    };
    crate::server::users::found(&crate::server::engine()?, &caller, asked).await
}

/// One person, by any id that they ever had.
#[server(prefix = "/api/fn", endpoint = "user_page", input = Json, output = Json)]
pub async fn user_page(id: String, cursor: Option<String>) -> Result<PersonPage, AppError> {
    let caller = crate::server::caller()?;
    crate::server::users::person(&crate::server::engine()?, &caller, id, cursor).await
}
