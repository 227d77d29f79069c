use model::catalogue::{PropertyValue, PropertyValues};
use model::query::Property;

use super::{Look, ValuesAsked, newest};
use crate::error::Error;
use crate::query::filter;
use crate::query::sql::Sql;
use crate::store::Cell;

/// Events with the property that are looked at.
const MOST_EVENTS: i64 = 200_000;

pub(super) async fn list(look: &Look<'_>, asked: &ValuesAsked) -> Result<PropertyValues, Error> {
    // What is said of a user holds for all their events.
    let event = match asked.property {
        Property::User(_) => None,
        _ => asked.event.as_deref(),
    };
    let condition = look.of_event(event).text(" AND ").add(has(look, &asked.property));
    let newest = newest::find(look, &condition, MOST_EVENTS).await?;
    let mut sql = Sql::new("SELECT v, count(*) AS n FROM (SELECT ")
        .add(text(look, &asked.property))
        .text(" AS v FROM ")
        .add(newest.events)
        .text(") AS valued WHERE v IS NOT NULL");
    if let Some(search) = asked.search.as_deref().filter(|search| !search.is_empty()) {
        let found = look
            .dialect
            .contains(Sql::new(&look.dialect.in_lower_case("v")), &search.to_lowercase());
        sql = sql.text(" AND ").add(found);
    }
    sql = sql.text(&format!(" GROUP BY v ORDER BY n DESC, v LIMIT {}", asked.limit));
    let frame = look.fetch(sql).await?;
    let items = frame.rows.into_iter().filter_map(value).collect();
    Ok(PropertyValues {
        items,
        sampled: newest.sampled,
    })
}

/// Of a property of users, what was ever said of somebody.
fn text(look: &Look<'_>, property: &Property) -> Sql {
    match property {
        Property::User(path) => look.source().said_text(path),
        other => look.source().text(other),
    }
}

fn has(look: &Look<'_>, property: &Property) -> Sql {
    match property {
        Property::User(path) => Sql::new("(").add(look.source().is_said(path)).text(")"),
        Property::Key(path) => look.dialect.exists(path, &look.kinds),
        Property::Timestamp => Sql::new("ts IS NOT NULL"),
        column => Sql::new(filter::column_name(column)).text(" IS NOT NULL"),
    }
}

fn value(row: Vec<Cell>) -> Option<PropertyValue> {
    let mut cells = row.into_iter();
    let (Some(Cell::Text(value)), Some(count)) = (cells.next(), cells.next()) else {
        return None;
    };
    let count = u64::try_from(count.int()?).ok()?;
    Some(PropertyValue { value, count })
}
