//! From people to statements, and from rows to people.

use model::Timestamp;
use model::person::{Person, PersonSession};
use model::query::{Comparison, EventsSpec, Filter, Op, Property, Scalar};

use crate::query::asked::Asked;
use crate::query::events::Cursor;
use crate::query::journeys::{SESSION, begins, events, stage, staged};
use crate::query::sql::Sql;
use crate::store::{Cell, Param, Statement};

/// Rows are: the instant of the latest event, the person, how many events, the instant of the earliest.
pub(super) fn people(
    asked: &Asked<'_>,
    spec: &EventsSpec,
    after: Option<&Cursor>,
    limit: usize,
) -> Statement {
    let named = named(spec);
    let each = "SELECT u, count(*) AS n, min(t) AS earliest, max(t) AS latest FROM e GROUP BY u";
    let stages = vec![
        stage(
            "e",
            events(asked, Sql::default(), named.iter().chain(&spec.filter)),
        ),
        stage("g", Sql::new(each)),
    ];
    page(stages, "g", after, limit)
}

/// Which of the people that did the events are meant.
pub(super) enum Which<'w> {
    /// Those with these ids.
    Among(&'w [String]),
    /// Those one of whose ids begins with any of these texts, behind the id `after`; so many at most.
    Beginning {
        texts: &'w [String],
        after: &'w str,
        limit: usize,
    },
}

/// Rows as of [`people`], by their ids.
pub(super) fn some_people(asked: &Asked<'_>, spec: &EventsSpec, which: &Which<'_>) -> Statement {
    let named = named(spec);
    let did = events(asked, Sql::default(), named.iter().chain(&spec.filter));
    let each = "SELECT u, count(*) AS n, min(t) AS earliest, max(t) AS latest FROM e GROUP BY u";
    let page = Sql::new("SELECT latest, u, n, earliest FROM g");
    let (own, page) = match which {
        Which::Among(ids) => {
            let list = ids.iter().cloned().map(|id| Sql::default().bind(Param::Text(id)));
            let own = asked
                .source
                .person()
                .text(" IN (")
                .add(Sql::join(list, ", "))
                .text(")");
            (own, page.text(" ORDER BY u"))
        }
        Which::Beginning { texts, after, limit } => {
            let begins = |text: &String| {
                [asked.source.person(), Sql::new("anonymous_id")]
                    .map(|id| asked.source.dialect.starts_with(id, text))
            };
            let own = Sql::new("(")
                .add(Sql::join(texts.iter().flat_map(begins), " OR "))
                .text(")");
            let page = page.text(" WHERE u > ").bind(Param::Text((*after).to_owned()));
            (own, page.text(&format!(" ORDER BY u LIMIT {limit}")))
        }
    };
    let stages = vec![stage("e", did.text(" AND ").add(own)), stage("g", Sql::new(each))];
    staged(stages, page).into_statement()
}

/// Rows as of [`people`], from the last of `stages`: `u`, `n`, `earliest` and `latest` of `people`.
pub(super) fn page(stages: Vec<Sql>, people: &str, after: Option<&Cursor>, limit: usize) -> Statement {
    let mut page = Sql::new(&format!("SELECT latest, u, n, earliest FROM {people}"));
    if let Some(after) = after {
        page = page
            .text(" WHERE latest < ")
            .bind(Param::Int(after.micros()))
            .text(" OR (latest = ")
            .bind(Param::Int(after.micros()))
            .text(" AND u > ")
            .bind(Param::Text(after.id().to_owned()))
            .text(")");
    }
    let page = page.text(&format!(" ORDER BY latest DESC, u LIMIT {}", limit + 1));
    staged(stages, page).into_statement()
}

/// A row of [`people`].
pub(super) fn person(cells: &[Cell]) -> Option<Person> {
    let [latest, id, events, earliest] = cells else {
        return None;
    };
    Some(Person {
        id: id.text()?.to_owned(),
        events: u64::try_from(events.int()?).ok()?,
        first_seen: time(earliest)?,
        last_seen: time(latest)?,
    })
}

/// Whether an event is that of the person `id`: a user, or a device that may have become one.
pub(super) fn is_of(asked: &Asked<'_>, id: &str) -> Sql {
    let is_it = |column: Sql| column.text(" = ").bind(Param::Text(id.to_owned()));
    Sql::new("(")
        .add(is_it(asked.source.person()))
        .text(" OR ")
        .add(is_it(Sql::new("anonymous_id")))
        .text(")")
}

/// Rows are: the instants of the first and the last event, how many events, the names of the first and the last.
pub(super) fn sessions(asked: &Asked<'_>, id: &str, after: Option<i64>, limit: usize) -> Statement {
    let dialect = asked.source.dialect;
    let own = events(asked, Sql::new(", name AS v, id"), None)
        .text(" AND ")
        .add(is_of(asked, id));
    let ordered = Sql::new("SELECT u, t, v, row_number() OVER o AS n, ")
        .add(begins(dialect))
        .text(" AS begins FROM e WINDOW o AS (PARTITION BY u ORDER BY t, id)");
    let grouped = format!(
        "SELECT min(t) AS earliest, max(t) AS latest, count(*) AS c, {} AS entry_name, {} AS exit_name FROM j GROUP BY u, j",
        dialect.first_value("v", "n"),
        dialect.last_value("v", "n"),
    );
    let stages = vec![
        stage("e", own),
        stage("o", ordered),
        stage(
            "j",
            Sql::new(&format!("SELECT u, t, v, n, {SESSION} AS j FROM o")),
        ),
        stage("s", Sql::new(&grouped)),
    ];
    let mut page = Sql::new("SELECT earliest, latest, c, entry_name, exit_name FROM s");
    if let Some(micros) = after {
        page = page.text(" WHERE earliest < ").bind(Param::Int(micros));
    }
    let page = page.text(&format!(" ORDER BY earliest DESC LIMIT {}", limit + 1));
    staged(stages, page).into_statement()
}

/// A row of [`sessions`].
pub(super) fn session(cells: &[Cell]) -> Option<PersonSession> {
    let [start, end, events, entry, exit] = cells else {
        return None;
    };
    Some(PersonSession {
        start: time(start)?,
        end: time(end)?,
        events: u64::try_from(events.int()?).ok()?,
        entry: entry.text()?.to_owned(),
        exit: exit.text()?.to_owned(),
    })
}

/// The name that the question asks for, as a filter.
fn named(spec: &EventsSpec) -> Option<Filter> {
    let name = Scalar::Text(spec.event.clone()?);
    let is_it = Comparison::new(Property::Name, Op::Eq, vec![name]).ok()?;
    Some(Filter::Compare(is_it))
}

fn time(cell: &Cell) -> Option<Timestamp> {
    Timestamp::from_microsecond(cell.int()?).ok()
}
