//! The events themselves: a page at a time, newest first, from a cursor on.

mod cursor;

use model::Timestamp;
use model::answer::{EventsAnswer, Meta};
use model::query::{EventsQuery, Property};
use serde_json::{Value, json};

use super::asked::Asked;
use super::buckets::time_zone;
use super::sql::Sql;
use super::user_properties::Reading;
use crate::error::Error;
use crate::store::{Cell, Frame, Param, Statement};
pub(super) use cursor::Cursor;

/// The answer to a question for events.
pub(super) async fn answer(asked: &Asked<'_>, events: &EventsQuery) -> Result<EventsAnswer, Error> {
    let spec = events.spec();
    let after = spec.cursor.as_deref().map(Cursor::read).transpose()?;
    let statement = statement(asked, events, after.as_ref(), None);
    let frame = asked.fetch(vec![statement]).await?.pop().unwrap_or_default();
    let zone = time_zone(&asked.buckets.timezone)?;
    let local = frame
        .rows
        .iter()
        .take(spec.limit)
        .filter_map(|cells| instant(cells));
    Ok(EventsAnswer {
        local: local.map(|time| zone.to_datetime(time)).collect(),
        ..shaped(events, frame)
    })
}

/// The answer that the rows of a [`statement`] are, without the clocks of a place.
pub(super) fn shaped(events: &EventsQuery, mut frame: Frame) -> EventsAnswer {
    let spec = events.spec();
    let is_more = frame.rows.len() > spec.limit;
    frame.rows.truncate(spec.limit);
    let last = frame.rows.last().filter(|_| is_more);
    let row = |cells: &Vec<Cell>| match &spec.columns {
        Some(columns) => columns_of(columns, cells),
        None => whole(cells),
    };
    EventsAnswer {
        columns: spec
            .columns
            .as_ref()
            .map(|columns| columns.iter().map(ToString::to_string).collect()),
        rows: frame.rows.iter().map(row).collect(),
        local: Vec::new(),
        next_cursor: last.and_then(|cells| Some(Cursor::of(cells)?.written())),
        meta: Meta::fresh(frame.rows.len() as u64),
    }
}

/// Whose rows begin with instant and id; one more than the page holds tells whether there is a next page. `also` holds for
/// each event.
pub(super) fn statement(
    asked: &Asked<'_>,
    events: &EventsQuery,
    after: Option<&Cursor>,
    also: Option<Sql>,
) -> Statement {
    let (source, spec) = (asked.source, events.spec());
    let window = &asked.buckets.window;
    let columns = match &spec.columns {
        Some(columns) => Sql::join(columns.iter().map(|column| value(asked, column)), ", "),
        None => {
            Sql::new("name, user_id, anonymous_id, session_id, ").text(source.dialect.properties_as_json())
        }
    };
    let mut sql = Sql::new("SELECT ")
        .text(source.dialect.micros())
        .text(" AS t, id, ")
        .add(columns)
        .text(" FROM ")
        .add(source.events())
        .text(" WHERE ")
        .add(source.conditions(window, spec.event.as_deref(), &spec.filter));
    if let Some(also) = also {
        sql = sql.text(" AND ").add(also);
    }
    if let Some(after) = after {
        let time = after.within(window);
        sql = sql
            .text(" AND (ts < ")
            .bind(Param::Time(time))
            .text(" OR (ts = ")
            .bind(Param::Time(time))
            .text(" AND id < ")
            .bind(Param::Text(after.id.clone()))
            .text("))");
    }
    sql.text(&format!(" ORDER BY ts DESC, id DESC LIMIT {}", spec.limit + 1))
        .into_statement()
}

/// A column of the list: JSON text for a key of the properties, plain for a column of the event.
fn value(asked: &Asked<'_>, property: &Property) -> Sql {
    match property {
        Property::Key(path) => asked.source.dialect.as_json(path),
        Property::User(path) => asked.source.of_user(path, Reading::Json),
        // The instant is in every row already.
        Property::Timestamp => Sql::new("CAST(NULL AS VARCHAR)"),
        column => asked.source.text(column),
    }
}

fn columns_of(columns: &[Property], cells: &[Cell]) -> Value {
    let values = columns
        .iter()
        .zip(cells.iter().skip(2))
        .map(|(column, cell)| match column {
            Property::Timestamp => time(cells),
            Property::Key(_) | Property::User(_) => json_of(cell),
            _ => text(cell),
        });
    values.collect()
}

fn whole(cells: &[Cell]) -> Value {
    let cell = |position: usize| cells.get(position).unwrap_or(&Cell::Null);
    json!({
        "id": text(cell(1)),
        "name": text(cell(2)),
        "timestamp": time(cells),
        "user_id": text(cell(3)),
        "anonymous_id": text(cell(4)),
        "session_id": text(cell(5)),
        "properties": json_of(cell(6)),
    })
}

fn time(cells: &[Cell]) -> Value {
    instant(cells).map_or(Value::Null, |time| Value::from(time.to_string()))
}

fn instant(cells: &[Cell]) -> Option<Timestamp> {
    Timestamp::from_microsecond(cells.first()?.int()?).ok()
}

fn text(cell: &Cell) -> Value {
    cell.text().map_or(Value::Null, Value::from)
}

/// Text that is no JSON stays text.
pub(super) fn json_of(cell: &Cell) -> Value {
    match cell.text() {
        Some(json) => serde_json::from_str(json).unwrap_or_else(|_| Value::from(json)),
        None => Value::Null,
    }
}
