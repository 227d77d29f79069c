//! An organization's events, cut into pages by the hour.

use model::event::Event;
use model::ids::OrgId;

use crate::error::Error;
use crate::store::{Cell, EventStore, Frame, Param, Statement, event_of};

/// About how many events a page has; a single hour may have more.
const EVENTS_OF_A_PAGE: u64 = 20_000;
/// Rows of one statement.
const ROWS: u64 = 20_000;
/// Hours that are counted by one statement.
const HOURS: usize = 50_000;
const MICROS_OF_AN_HOUR: i64 = 3_600_000_000;

/// A stretch of whole hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Its first hour, counted from 1970.
    first_hour: i64,
    /// The first hour after it.
    end_hour: i64,
    pub(super) events: u64,
}

/// All pages, in the order of time.
pub(super) async fn pages_of(store: &EventStore, org: OrgId) -> Result<Vec<Page>, Error> {
    let mut pages: Vec<Page> = Vec::new();
    let mut after = i64::MIN / MICROS_OF_AN_HOUR;
    loop {
        let frame = store.fetch(org, hours_after(store, after)).await?;
        for row in &frame.rows {
            let (Some(hour), Some(events)) = (whole(row.first()), whole(row.get(1))) else {
                continue;
            };
            let events = u64::try_from(events).unwrap_or(0);
            after = hour;
            match pages.last_mut() {
                Some(page) if page.events + events <= EVENTS_OF_A_PAGE => {
                    page.end_hour = hour + 1;
                    page.events += events;
                }
                _ => pages.push(Page {
                    first_hour: hour,
                    end_hour: hour + 1,
                    events,
                }),
            }
        }
        if frame.rows.len() < HOURS {
            return Ok(pages);
        }
    }
}

/// How many events there are.
pub(super) async fn events_in_all(store: &EventStore, org: OrgId) -> Result<u64, Error> {
    let count = Statement::new("SELECT count(*) FROM events", Vec::new());
    let frame = store.fetch(org, count).await?;
    let count = frame.rows.first().and_then(|row| whole(row.first()));
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// The events of a page.
pub(super) async fn events_of(store: &EventStore, org: OrgId, page: &Page) -> Result<Vec<Event>, Error> {
    let mut events = Vec::with_capacity(usize::try_from(page.events).unwrap_or(0));
    let mut skipped = 0;
    while skipped < page.events {
        let frame = store.fetch(org, rows_of(store, page, skipped)).await?;
        if frame.rows.is_empty() {
            break;
        }
        skipped += frame.rows.len() as u64;
        events.extend(events_in(frame)?);
    }
    Ok(events)
}

fn hours_after(store: &EventStore, hour: i64) -> Statement {
    let micros = store.dialect().micros();
    let hours = store.dialect().quotient(micros, MICROS_OF_AN_HOUR);
    let text = format!(
        "SELECT h, count(*) FROM (SELECT {hours} AS h FROM events) AS hours WHERE h > {hour}
         GROUP BY h ORDER BY h LIMIT {HOURS}"
    );
    Statement::new(text, Vec::new())
}

/// Two events of one instant and id, sent more than seven days apart, are told apart by what they hold.
fn rows_of(store: &EventStore, page: &Page, skipped: u64) -> Statement {
    let dialect = store.dialect();
    let (micros, properties) = (dialect.micros(), dialect.properties_as_json());
    let text = format!(
        "SELECT {micros} AS t, id, name, user_id, anonymous_id, session_id, {properties} AS p FROM events
         WHERE ts >= ? AND ts < ? ORDER BY t, id, name, user_id, anonymous_id, session_id, p
         LIMIT {ROWS} OFFSET {skipped}"
    );
    let hours = [page.first_hour, page.end_hour];
    let params = hours.map(|hour| Param::Time(hour * MICROS_OF_AN_HOUR));
    Statement::new(text, params.to_vec())
}

fn events_in(frame: Frame) -> Result<Vec<Event>, Error> {
    let rows = frame.rows.into_iter();
    rows.map(|row| {
        event_of(row).ok_or_else(|| Error::internal("an event came out of the store without its fields"))
    })
    .collect()
}

fn whole(cell: Option<&Cell>) -> Option<i64> {
    cell.and_then(Cell::int)
}
