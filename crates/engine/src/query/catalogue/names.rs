//! The names of events with exact counts, brought up to date by reading what was stored since.

use std::collections::HashMap;

use model::Timestamp;
use model::catalogue::EventName;
use model::ids::OrgId;

use crate::error::Error;
use crate::query::dialect::Dialect;
use crate::query::sql::Sql;
use crate::store::{Cell, EventStore, Frame, Param, Statement};

/// Every name up to a version of the data.
#[derive(Clone, Debug)]
pub(super) struct Names {
    version: (u64, u64),
    /// The last event that was counted, by the store's column of arrival.
    last: i64,
    counted: HashMap<String, Counted>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    count: u64,
    /// Microseconds since 1970.
    first: i64,
    last: i64,
}

/// Before any event.
const NOTHING: i64 = -1;

/// The names at `version` (how often events were erased, and the position), from those that were read before where the store can tell what came since.
pub(super) async fn read(
    store: &EventStore,
    dialect: Dialect,
    org: OrgId,
    version: (u64, u64),
    earlier: Option<&Names>,
) -> Result<Names, Error> {
    let column = dialect.arrival();
    if let Some(earlier) = earlier.filter(|_| column.is_some()) {
        let frames = store.fetch_all(org, statements(column, earlier.last)).await?;
        let names = earlier.clone().with(version, &frames);
        // Where events were taken away, what was counted before is no longer true.
        if names.events() == stored(&frames) {
            return Ok(names);
        }
    }
    let frames = store.fetch_all(org, statements(column, NOTHING)).await?;
    Ok(Names::none().with(version, &frames))
}

/// What was stored after `last`, by name, and how many events there are in all.
fn statements(column: Option<&str>, last: i64) -> Vec<Statement> {
    let Some(column) = column else {
        let all = "SELECT name, count(*), min(ts), max(ts), 0 FROM events GROUP BY name";
        return vec![Sql::new(all).into_statement()];
    };
    let since = Sql::new(&format!(
        "SELECT name, count(*), min(ts), max(ts), max({column}) FROM events WHERE {column} > "
    ));
    vec![
        since
            .bind(Param::Int(last))
            .text(" GROUP BY name")
            .into_statement(),
        Sql::new("SELECT count(*) FROM events").into_statement(),
    ]
}

fn stored(frames: &[Frame]) -> u64 {
    let count = frames.get(1).and_then(|frame| frame.rows.first()?.first()?.int());
    count
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or_default()
}

impl Names {
    fn none() -> Self {
        Self {
            version: (0, 0),
            last: NOTHING,
            counted: HashMap::new(),
        }
    }

    fn with(mut self, version: (u64, u64), frames: &[Frame]) -> Self {
        self.version = version;
        for row in frames.first().into_iter().flat_map(|frame| &frame.rows) {
            self.add(row);
        }
        self
    }

    fn add(&mut self, row: &[Cell]) {
        let [
            Cell::Text(name),
            Cell::Int(count),
            Cell::Int(first),
            Cell::Int(last),
            arrived,
        ] = row
        else {
            return;
        };
        self.last = self.last.max(arrived.int().unwrap_or(NOTHING));
        let counted = self.counted.entry(name.clone()).or_insert(Counted {
            count: 0,
            first: *first,
            last: *last,
        });
        counted.count += u64::try_from(*count).unwrap_or_default();
        counted.first = counted.first.min(*first);
        counted.last = counted.last.max(*last);
    }

    /// How often events were erased before, and the position.
    pub(super) fn version(&self) -> (u64, u64) {
        self.version
    }

    /// One more than the last event that was counted, by the store's column of arrival.
    pub(super) fn end(&self) -> i64 {
        self.last.saturating_add(1)
    }

    fn events(&self) -> u64 {
        self.counted.values().map(|counted| counted.count).sum()
    }

    pub(super) fn bytes(&self) -> usize {
        self.counted.keys().map(|name| 100 + name.len()).sum()
    }

    /// The most frequent first, then by name.
    pub(super) fn listed(&self) -> Vec<EventName> {
        let at = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
        let mut listed: Vec<EventName> = self
            .counted
            .iter()
            .map(|(name, counted)| EventName {
                name: name.clone(),
                count: counted.count,
                first_seen: at(counted.first),
                last_seen: at(counted.last),
            })
            .collect();
        listed.sort_by(|one, other| {
            other
                .count
                .cmp(&one.count)
                .then_with(|| one.name.cmp(&other.name))
        });
        listed
    }
}
