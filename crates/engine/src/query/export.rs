//! Events to take along: all that a question for events means, in the order of time, a page at a time and in bounded memory.
//!
//! Pages are read from one instant and id on, within a stretch of hours that holds few enough events: so a store reads
//! little more than it tells, however many events there are.

use std::collections::VecDeque;
use std::ops::Range;

use model::Timestamp;
use model::event::Event;
use model::ids::OrgId;
use model::query::{Filter, Query};

use super::buckets::{self, Calendar};
use super::cohort;
use super::source::Source;
use super::sql::Sql;
use super::window::Window;
use super::{Queries, user_properties};
use crate::error::Error;
use crate::store::{Cell, EventStore, Kinds, Param, Statement, event_of};

/// Most events of a page.
const MOST_EVENTS: usize = 2_000;
/// About how many events a stretch holds; a single hour may hold more.
const EVENTS_OF_A_STRETCH: u64 = 20_000;
/// Hours that are counted by one statement.
const HOURS: usize = 50_000;
const MICROS_OF_AN_HOUR: i64 = 3_600_000_000;

/// The last event that somebody has already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// When it happened.
    pub time: Timestamp,
    /// Its id.
    pub id: String,
}

/// Events under way to somebody who takes them along.
#[derive(Debug)]
pub struct Export {
    store: EventStore,
    org: OrgId,
    has_links: bool,
    event: Option<String>,
    filter: Option<Filter>,
    /// The paths of the properties of users that the filter names.
    user_properties: Vec<Vec<String>>,
    /// Stretches that are not told yet, in microseconds since 1970.
    stretches: VecDeque<Range<i64>>,
    after: Option<After>,
    total: u64,
}

impl Queries {
    /// Begins to tell events, from `after` on.
    ///
    /// # Errors
    /// As [`Queries::run`].
    pub(crate) async fn export(
        &self,
        org: OrgId,
        calendar: &Calendar,
        extent: &Query,
        is_everything: bool,
        after: Option<After>,
    ) -> Result<Export, Error> {
        let now = self.clock.now();
        let settled = cohort::settled(extent, calendar, now)?;
        self.check_patterns(&settled).await?;
        let Query::Events(events) = settled.as_ref() else {
            return Err(Error::internal("an export is of events"));
        };
        let spec = events.spec();
        let (from, to) = if is_everything {
            everything(&self.store, org).await?
        } else {
            let zone = spec.timezone.clone().unwrap_or_else(|| calendar.timezone.clone());
            let calendar = Calendar {
                timezone: zone,
                week_start: calendar.week_start,
            };
            buckets::instants(&spec.range, &calendar, now)?
        };
        let mut export = Export {
            has_links: spec.filter.is_some() && self.store.has_links(org).await?,
            store: self.store.clone(),
            org,
            event: spec.event.clone(),
            filter: spec.filter.clone(),
            user_properties: user_properties::named_in(&settled)?,
            stretches: VecDeque::new(),
            total: 0,
            after,
        };
        export.measure(from, to).await?;
        Ok(export)
    }
}

/// From the first event on, to behind the last one.
async fn everything(store: &EventStore, org: OrgId) -> Result<(Timestamp, Timestamp), Error> {
    let micros = store.dialect().micros();
    let text = format!("SELECT min({micros}), max({micros}) FROM events");
    let frame = store.fetch(org, Statement::new(text, Vec::new())).await?;
    let edge = |column: usize| frame.rows.first().and_then(|row| row.get(column)?.int());
    let time = |micros: Option<i64>| Timestamp::from_microsecond(micros.unwrap_or(0)).unwrap_or_default();
    Ok((time(edge(0)), time(edge(1).map(|last| last.saturating_add(1)))))
}

impl Export {
    /// How many events there were at the beginning, those among them that come before `after`.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The next events, in the order of time and then of ids; nothing at the end.
    ///
    /// # Errors
    /// As [`EventStore::fetch`]; asking again goes on where it was.
    pub async fn next(&mut self) -> Result<Option<Vec<Event>>, Error> {
        while let Some(stretch) = self.stretches.front().cloned() {
            let frame = self.store.fetch(self.org, self.page(&stretch)).await?;
            let is_last = frame.rows.len() < MOST_EVENTS;
            let rows = frame.rows.into_iter();
            let events: Option<Vec<Event>> = rows.map(event_of).collect();
            let mut events =
                events.ok_or_else(|| Error::internal("an event came out of the store without its fields"))?;
            if is_last {
                self.stretches.pop_front();
            } else {
                keep_twins_together(&mut events);
            }
            if let Some(last) = events.last() {
                self.after = Some(After {
                    time: last.timestamp(),
                    id: last.id().to_owned(),
                });
                return Ok(Some(events));
            }
        }
        Ok(None)
    }

    fn source<'s>(&'s self, kinds: &'s Kinds) -> Source<'s> {
        Source {
            dialect: self.store.dialect(),
            kinds,
            has_links: self.has_links,
            user_properties: &self.user_properties,
        }
    }

    /// Events from `from` to `to`, as far as they are wanted.
    fn wanted(&self, source: Source<'_>, stretch: &Range<i64>) -> Sql {
        let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
        let window = Window {
            from: time(stretch.start),
            to: time(stretch.end),
            starts: Vec::new(),
        };
        Sql::new(" FROM ")
            .add(source.events())
            .text(" WHERE ")
            .add(source.conditions(&window, self.event.as_deref(), &self.filter))
    }

    fn page(&self, stretch: &Range<i64>) -> Statement {
        let kinds = Kinds::unknown();
        let source = self.source(&kinds);
        let (micros, properties) = (source.dialect.micros(), source.dialect.properties_as_json());
        let mut sql = Sql::new(&format!(
            "SELECT {micros} AS t, id, name, user_id, anonymous_id, session_id, {properties} AS p"
        ))
        .add(self.wanted(source, stretch));
        if let Some(After { time, id }) = &self.after {
            let time = time.as_microsecond();
            sql = sql
                .text(" AND (ts > ")
                .bind(Param::Time(time))
                .text(" OR (ts = ")
                .bind(Param::Time(time))
                .text(" AND id > ")
                .bind(Param::Text(id.clone()))
                .text("))");
        }
        sql.text(&format!(" ORDER BY ts, id LIMIT {MOST_EVENTS}"))
            .into_statement()
    }

    /// Counts the wanted events by the hour and cuts them into stretches.
    async fn measure(&mut self, from: Timestamp, to: Timestamp) -> Result<(), Error> {
        let all = from.as_microsecond()..to.as_microsecond();
        let first_wanted = self.after.as_ref().map(|after| after.time.as_microsecond());
        let mut rest = all.clone();
        let mut in_stretch = 0;
        loop {
            let frame = self.store.fetch(self.org, self.hours(&rest)).await?;
            for row in &frame.rows {
                let (Some(hour), Some(events)) = (whole(row, 0), whole(row, 1)) else {
                    continue;
                };
                let events = events.unsigned_abs();
                self.total += events;
                let begin = (hour * MICROS_OF_AN_HOUR).max(all.start);
                let end = ((hour + 1) * MICROS_OF_AN_HOUR).min(all.end);
                rest.start = end;
                if first_wanted.is_some_and(|first| end <= first) {
                    continue;
                }
                match self.stretches.back_mut() {
                    Some(stretch) if in_stretch + events <= EVENTS_OF_A_STRETCH => {
                        stretch.end = end;
                        in_stretch += events;
                    }
                    _ => {
                        self.stretches.push_back(begin..end);
                        in_stretch = events;
                    }
                }
            }
            if frame.rows.len() < HOURS {
                return Ok(());
            }
        }
    }

    fn hours(&self, rest: &Range<i64>) -> Statement {
        let kinds = Kinds::unknown();
        let source = self.source(&kinds);
        let hours = source
            .dialect
            .quotient(source.dialect.micros(), MICROS_OF_AN_HOUR);
        Sql::new(&format!("SELECT h, count(*) FROM (SELECT {hours} AS h"))
            .add(self.wanted(source, rest))
            .text(&format!(") AS hours GROUP BY h ORDER BY h LIMIT {HOURS}"))
            .into_statement()
    }
}

/// Two events of one instant and id are told on one page, or the second would be taken for one that was told already.
fn keep_twins_together(events: &mut Vec<Event>) {
    let key = |event: &Event| (event.timestamp(), event.id().to_owned());
    let Some(last) = events.last().map(key) else {
        return;
    };
    let first_twin = events.iter().position(|event| key(event) == last);
    // A page of nothing but twins is told as it is.
    if let Some(first_twin) = first_twin.filter(|first| *first > 0) {
        events.truncate(first_twin);
    }
}

fn whole(row: &[Cell], column: usize) -> Option<i64> {
    row.get(column).and_then(Cell::int)
}
