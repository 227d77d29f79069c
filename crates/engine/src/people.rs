//! People as their events tell of them: who did something, what one person did, and when they were there.

mod search;

use model::dashboard::View;
use model::ids::{OrgId, WidgetId};
use model::person::{ListedPerson, Mark, PersonSession, Whose, behind};
use model::query::{Edge, EventsQuery, EventsSpec, Query, Range};
use model::role::Action;
use serde_json::Value;

use crate::caller::Caller;
use crate::db::{Page, PageRequest};
use crate::engine::Engine;
use crate::error::Error;

/// Items of a page unless somebody says otherwise, and most of them.
const USUAL: u32 = 50;
const MOST: u32 = 200;

impl Engine {
    /// The people whom `whose` means, whoever did something last in front.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] for a question that cannot be answered or a cursor that is not one.
    pub async fn people(
        &self,
        caller: &Caller,
        whose: Whose,
        page: &PageRequest,
    ) -> Result<Page<ListedPerson>, Error> {
        caller.must(Action::Read)?;
        let limit = limit_of(page)?;
        let (query, place) = match whose {
            Whose::Events(spec) => (Query::Events(EventsQuery::parse(*spec)?), None),
            Whose::At(at) => (at.query, Some(at.place)),
        };
        let calendar = self.organizations().calendar(caller.org()).await?;
        let query = self.segments().expanded(caller.org(), &query).await?;
        let (queries, cursor) = (self.queries(), page.cursor.as_deref());
        let found = match place {
            None => {
                queries
                    .people(caller.org(), &calendar, &query, cursor, limit)
                    .await
            }
            Some(place) => {
                queries
                    .people_at(caller.org(), &calendar, &query, &place, cursor, limit)
                    .await
            }
        }?;
        let mut items: Vec<ListedPerson> = found.items.into_iter().map(ListedPerson::from).collect();
        self.name_all(caller.org(), &mut items).await?;
        Ok(Page {
            items,
            next_cursor: found.next_cursor,
        })
    }

    /// Says what people are called, where something was said of them.
    async fn name_all(&self, org: OrgId, people: &mut [ListedPerson]) -> Result<(), Error> {
        let ids: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
        let mut known = self.profiles().among(org, &ids).await?;
        for person in people {
            if let Some(known) = known.remove(&person.id) {
                (person.name, person.email) = (known.name, known.email);
            }
        }
        Ok(())
    }

    /// What one person did, the newest first: whole events.
    ///
    /// # Errors
    /// As [`Engine::people`]; [`Error::NotFound`] for somebody of whom nothing was ever heard, or who was erased.
    pub async fn person_events(
        &self,
        caller: &Caller,
        id: &str,
        page: &PageRequest,
    ) -> Result<Page<Value>, Error> {
        caller.must(Action::Read)?;
        let limit = limit_of(page)?;
        let calendar = self.organizations().calendar(caller.org()).await?;
        let ever = self.ever(page.cursor.clone(), limit)?;
        let found = self
            .queries()
            .person_events(caller.org(), &calendar, &ever, id)
            .await?;
        self.must_be_known(caller, id, page, found.items.is_empty())
            .await?;
        Ok(found)
    }

    /// The sessions of one person, the newest first.
    ///
    /// # Errors
    /// As [`Engine::person_events`].
    pub async fn person_sessions(
        &self,
        caller: &Caller,
        id: &str,
        page: &PageRequest,
    ) -> Result<Page<PersonSession>, Error> {
        caller.must(Action::Read)?;
        let limit = limit_of(page)?;
        let calendar = self.organizations().calendar(caller.org()).await?;
        let ever = self.ever(None, limit)?;
        let found = self
            .queries()
            .person_sessions(caller.org(), &calendar, &ever, id, page.cursor.as_deref())
            .await?;
        self.must_be_known(caller, id, page, found.items.is_empty())
            .await?;
        Ok(found)
    }

    /// Whom a mark of a widget's chart stands for, as the widget is seen through `view`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a widget that the caller may not see; [`Error::Invalid`] where nobody is behind such a mark.
    pub async fn behind(
        &self,
        caller: &Caller,
        widget: WidgetId,
        view: &View,
        mark: &Mark,
    ) -> Result<Whose, Error> {
        caller.must(Action::Read)?;
        let widget = self.widget_seen(caller, widget, view).await?;
        let query = widget.config.query.ok_or(Error::NotFound)?;
        behind(&query, mark).ok_or_else(|| {
            Error::invalid(
                "widget",
                "not_events",
                "Nobody in particular is behind this mark. Look at a chart over time, or at its steps one by one.",
            )
        })
    }

    /// Somebody without events may be known by what was said of them.
    async fn must_be_known(
        &self,
        caller: &Caller,
        id: &str,
        page: &PageRequest,
        did_nothing: bool,
    ) -> Result<(), Error> {
        if did_nothing && page.cursor.is_none() {
            self.profiles().user(caller, id).await?;
        }
        Ok(())
    }

    /// Everything that ever happened.
    fn ever(&self, cursor: Option<String>, limit: usize) -> Result<Query, Error> {
        // Clocks of senders may be ahead by a day.
        let to = self.clock().now() + jiff::SignedDuration::from_hours(48);
        let range = Range::Between {
            from: Edge::Time(model::Timestamp::UNIX_EPOCH),
            to: Edge::Time(to),
        };
        let spec = EventsSpec {
            event: None,
            columns: None,
            limit,
            cursor,
            range,
            timezone: None,
            filter: None,
        };
        Ok(Query::Events(EventsQuery::parse(spec)?))
    }
}

fn limit_of(page: &PageRequest) -> Result<usize, Error> {
    let limit = page.limit.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) {
        return Ok(limit as usize);
    }
    let message = format!("Ask for 1 to {MOST} items.");
    Err(Error::invalid("limit", "out_of_range", message))
}
