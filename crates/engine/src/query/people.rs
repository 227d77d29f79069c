//! Who did the events that a question means, and one person's events and sessions. Nothing of it is kept: whoever looks
//! at a person wants to see what is there now.

mod compile;

use model::ids::OrgId;
use model::person::{Person, PersonSession};
use model::query::{EventsQuery, Query};
use serde_json::Value;

use super::asked::{Asked, Looking};
use super::buckets::Calendar;
use super::events::{self, Cursor};
use super::trail::Trail;
use super::{Queries, buckets_of, cohort};
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

    /// The rows of a statement about the events of `query`.
    async fn rows(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
        statement: impl Fn(&Asked<'_>, &EventsQuery) -> Statement,
    ) -> Result<Frame, Error> {
        let started = self.clock.now();
        let query = cohort::settled(query, calendar, started)?;
        let Query::Events(events) = query.as_ref() else {
            return Err(Error::NotFound);
        };
        self.check_patterns(&query).await?;
        let buckets = buckets_of(&query, calendar, started)?;
        let trail = Trail::default();
        let looking = Looking {
            store: &self.store,
            org,
            position: self.store.position(org).await?,
            erasures: 0,
            buckets: &buckets,
            kept: &self.kept.buckets,
            touched: None,
            trail: &trail,
            rates: &self.rates,
            portion: self.portion,
        };
        // As if nothing were known of the values: new kinds of them may come between a look at these and the rows.
        let kinds = Kinds::unknown();
        let statement = statement(&Asked::new(looking, &kinds, true), events);
        let mut frames = looking.fetch(vec![statement]).await?;
        Ok(frames.pop().unwrap_or_default())
    }
}

/// A page of rows, of which there is one more than it holds where there is a next page.
fn paged<T>(
    frame: &Frame,
    limit: usize,
    read: impl Fn(&[Cell]) -> Option<T>,
    place: impl Fn(&T) -> Cursor,
) -> Page<T> {
    let mut items: Vec<T> = frame.rows.iter().filter_map(|cells| read(cells)).collect();
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| is_more).map(|last| place(last).written());
    Page { items, next_cursor }
}
