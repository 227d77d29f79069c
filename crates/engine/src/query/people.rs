//! Who did the events that a question means, and one person's events and sessions. Nothing of it is kept: whoever looks
//! at a person wants to see what is there now.

mod compile;

use std::borrow::Cow;
use std::cmp::Reverse;

use model::ids::OrgId;
use model::person::{Person, PersonSession, Place};
use model::query::{EventsQuery, Query};
use serde_json::Value;

use self::compile::Which;
use super::asked::{Asked, Looking};
use super::buckets::{Buckets, Calendar};
use super::events::{self, Cursor};
use super::sql::Sql;
use super::trail::Trail;
use super::{Queries, buckets_of, cohort, funnel, paths, retention, user_properties};
use crate::db::Page;
use crate::error::Error;
use crate::store::{Cell, Frame, Kinds, Statement};

impl Queries {
    /// The people who did the events of `query`, a question for events; whoever did one last comes first. A page holds
    /// `limit` of them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor that is none; [`Error::NotFound`] for a question of another kind; otherwise as
    /// [`Queries::run`].
    pub async fn people(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Person>, Error> {
        let after = cursor.map(Cursor::read).transpose()?;
        let statement = |asked: &Asked<'_>, events: &EventsQuery| {
            compile::people(asked, events.spec(), after.as_ref(), limit)
        };
        let frame = self.rows(org, calendar, query, statement).await?;
        Ok(paged(&frame, limit, compile::person, |person| {
            Cursor::new(person.last_seen, &person.id)
        }))
    }

    /// Those of the people `ids` who did the events of `query`, by their ids.
    ///
    /// # Errors
    /// As [`Queries::people`].
    pub async fn people_among(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        ids: &[String],
    ) -> Result<Vec<Person>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.some_people(org, calendar, query, &Which::Among(ids)).await
    }

    /// The people who did the events of `query`, one of whose ids begins with `text` as it stands, in capitals or in small
    /// letters; by their ids, those behind `after`, at most `limit`.
    ///
    /// # Errors
    /// As [`Queries::people`].
    pub async fn people_beginning(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        text: &str,
        (after, limit): (&str, usize),
    ) -> Result<Vec<Person>, Error> {
        let mut texts = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()];
        texts.sort();
        texts.dedup();
        let texts = &texts;
        self.some_people(org, calendar, query, &Which::Beginning { texts, after, limit })
            .await
    }

    async fn some_people(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        which: &Which<'_>,
    ) -> Result<Vec<Person>, Error> {
        let statement =
            |asked: &Asked<'_>, events: &EventsQuery| compile::some_people(asked, events.spec(), which);
        let frame = self.rows(org, calendar, query, statement).await?;
        Ok(frame
            .rows
            .iter()
            .filter_map(|cells| compile::person(cells))
            .collect())
    }

    /// The events of `query` that the person `id` did, the newest first.
    ///
    /// # Errors
    /// As [`Queries::people`].
    pub async fn person_events(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        id: &str,
    ) -> Result<Page<Value>, Error> {
        let Query::Events(spec) = query else {
            return Err(Error::NotFound);
        };
        let after = spec.spec().cursor.as_deref().map(Cursor::read).transpose()?;
        let statement = |asked: &Asked<'_>, query: &EventsQuery| {
            events::statement(asked, query, after.as_ref(), Some(compile::is_of(asked, id)))
        };
        let frame = self.rows(org, calendar, query, statement).await?;
        let answer = events::shaped(spec, frame);
        Ok(Page {
            items: answer.rows,
            next_cursor: answer.next_cursor,
        })
    }

    /// The sessions among the events of `query` that the person `id` did, the newest first.
    ///
    /// # Errors
    /// As [`Queries::people`].
    pub async fn person_sessions(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        id: &str,
        cursor: Option<&str>,
    ) -> Result<Page<PersonSession>, Error> {
        let Query::Events(spec) = query else {
            return Err(Error::NotFound);
        };
        let limit = spec.spec().limit;
        let after = cursor.map(Cursor::read).transpose()?;
        let statement = |asked: &Asked<'_>, _: &EventsQuery| {
            compile::sessions(asked, id, after.as_ref().map(Cursor::micros), limit)
        };
        let frame = self.rows(org, calendar, query, statement).await?;
        Ok(paged(&frame, limit, compile::session, |session| {
            Cursor::new(session.start, "session")
        }))
    }

    /// The people at `place` in the answer to `query`; whoever did something last comes first. A page holds `limit` of
    /// them.
    ///
    /// # Errors
    /// As [`Queries::people`]; [`Error::Invalid`] for a place that the answer does not have.
    pub async fn people_at(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        place: &Place,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Person>, Error> {
        let part = Part {
            after: cursor.map(Cursor::read).transpose()?,
            limit,
        };
        let ready = self.ready(org, calendar, query).await?;
        let (trail, kinds) = (Trail::default(), Kinds::unknown());
        let asked = ready.asked(self.looking(org, &ready, &trail), &kinds);
        let found = match (ready.query.as_ref(), place) {
            (Query::Funnel(funnel), Place::Step { step, outcome }) => {
                funnel::people(&asked, funnel, (*step, *outcome), &part).await?
            }
            (Query::Retention(retention), Place::Cohort { start, value, period }) => {
                let cell = (*start, value.as_deref(), *period);
                listed(&asked, retention::people(&asked, retention, cell, &part)?).await?
            }
            (Query::Paths(paths), Place::Link { source, target }) => {
                let statement = paths::people(&asked, paths, (source, target), &part);
                listed(&asked, statement.ok_or_else(no_such_place)?).await?
            }
            (Query::Paths(paths), Place::Node { node }) => {
                let statement = paths::people_by(&asked, paths, node, &part);
                listed(&asked, statement.ok_or_else(no_such_place)?).await?
            }
            _ => return Err(no_such_place()),
        };
        Ok(page_of(found, limit, |person| {
            Cursor::new(person.last_seen, &person.id)
        }))
    }

    /// The rows of a statement about the events of `query`.
    async fn rows(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        statement: impl Fn(&Asked<'_>, &EventsQuery) -> Statement,
    ) -> Result<Frame, Error> {
        let ready = self.ready(org, calendar, query).await?;
        let Query::Events(events) = ready.query.as_ref() else {
            return Err(Error::NotFound);
        };
        let (trail, kinds) = (Trail::default(), Kinds::unknown());
        let asked = ready.asked(self.looking(org, &ready, &trail), &kinds);
        let mut frames = asked.fetch(vec![statement(&asked, events)]).await?;
        Ok(frames.pop().unwrap_or_default())
    }

    async fn ready<'q>(&self, org: OrgId, calendar: &Calendar, query: &'q Query) -> Result<Ready<'q>, Error> {
        let started = self.clock.now();
        let query = cohort::settled(query, calendar, started)?;
        self.check_patterns(&query).await?;
        Ok(Ready {
            buckets: buckets_of(&query, calendar, started)?,
            position: self.store.position(org).await?,
            user_properties: user_properties::named_in(&query)?,
            query,
        })
    }

    /// As if nothing were known of the values: new kinds of them may come between a look at these and the rows.
    fn looking<'l>(&'l self, org: OrgId, ready: &'l Ready<'_>, trail: &'l Trail) -> Looking<'l> {
        Looking {
            store: &self.store,
            org,
            position: ready.position,
            erasures: 0,
            buckets: &ready.buckets,
            kept: &self.kept.buckets,
            touched: None,
            trail,
            rates: &self.rates,
            portion: self.portion,
        }
    }
}

/// A question that can be asked now.
struct Ready<'q> {
    query: Cow<'q, Query>,
    buckets: Buckets,
    position: u64,
    user_properties: Vec<Vec<String>>,
}

impl Ready<'_> {
    /// Looks at visitors as if some had turned out to be users: the first may do so at any moment.
    fn asked<'r>(&'r self, looking: Looking<'r>, kinds: &'r Kinds) -> Asked<'r> {
        Asked::new(looking, kinds, true, &self.user_properties)
    }
}

/// Which of those who are found a page holds.
pub(super) struct Part {
    after: Option<Cursor>,
    limit: usize,
}

impl Part {
    /// Sorts people as pages have them, and leaves no more than this page and whether there is another need.
    pub(super) fn of(&self, mut people: Vec<Person>) -> Vec<Person> {
        if let Some(after) = &self.after {
            let place = |person: &Person| {
                (
                    Reverse(person.last_seen.as_microsecond()),
                    person.id.as_str() > after.id(),
                )
            };
            people.retain(|person| place(person) > (Reverse(after.micros()), false));
        }
        people.sort_by(|one, other| {
            let by_time = other.last_seen.cmp(&one.last_seen);
            by_time.then_with(|| one.id.cmp(&other.id))
        });
        people.truncate(self.limit + 1);
        people
    }

    /// This page and one more of `people`, whose rows are `u`, `n`, `earliest` and `latest`.
    pub(super) fn of_rows(&self, stages: Vec<Sql>, people: &str) -> Statement {
        compile::page(stages, people, self.after.as_ref(), self.limit)
    }
}

async fn listed(asked: &Asked<'_>, statement: Statement) -> Result<Vec<Person>, Error> {
    let frames = asked.fetch(vec![statement]).await?;
    let rows = frames.iter().flat_map(|frame| &frame.rows);
    Ok(rows.filter_map(|cells| compile::person(cells)).collect())
}

fn no_such_place() -> Error {
    let message = "There is no such place in the answer to this question.";
    Error::invalid("place", "invalid", message)
}

/// A page of rows, of which there is one more than it holds where there is a next page.
fn paged<T>(
    frame: &Frame,
    limit: usize,
    read: impl Fn(&[Cell]) -> Option<T>,
    place: impl Fn(&T) -> Cursor,
) -> Page<T> {
    let items = frame.rows.iter().filter_map(|cells| read(cells)).collect();
    page_of(items, limit, place)
}

/// The same, of what the rows say.
fn page_of<T>(mut items: Vec<T>, limit: usize, place: impl Fn(&T) -> Cursor) -> Page<T> {
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| is_more).map(|last| place(last).written());
    Page { items, next_cursor }
}
