use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use model::catalogue::{EventProperty, PropertyType};

use super::{Look, newest};
use crate::error::Error;
use crate::query::sql::Sql;
use crate::query::user_properties::said_by;
use crate::store::{KindSet, Kinds};

/// Events that are looked at.
const MOST_EVENTS: i64 = 50_000;
/// Properties that are listed; the outermost first.
const MOST_PROPERTIES: usize = 1_000;
/// Properties that one statement counts.
const TOGETHER: usize = 100;

/// The properties that events of this name have; of all events, also those that only older events have. Users keep what
/// was ever said of them, so their properties are listed whatever the name.
pub(super) async fn list(
    look: &Look<'_>,
    kinds: &Kinds,
    event: Option<&str>,
) -> Result<Vec<EventProperty>, Error> {
    let mut known: Vec<(&str, KindSet)> = kinds.iter().collect();
    known.sort_unstable_by_key(|(path, _)| (path.matches('.').count(), *path));
    known.truncate(MOST_PROPERTIES);
    let mut found = counted(look, kinds, &known, event).await?;
    found.retain(|property| event.is_none() || property.count > 0);
    let said = if event.is_none() {
        found.clone()
    } else {
        known.retain(|(path, _)| said_by(path).is_some());
        counted(look, kinds, &known, None).await?
    };
    found.extend(of_users(said));
    found.sort_by(|one, other| {
        let by_name = one.property.cmp(&other.property);
        other.count.cmp(&one.count).then(by_name)
    });
    Ok(found)
}

/// How many of the newest events have each of these.
async fn counted(
    look: &Look<'_>,
    kinds: &Kinds,
    known: &[(&str, KindSet)],
    event: Option<&str>,
) -> Result<Vec<EventProperty>, Error> {
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let newest = newest::find(look, &look.of_event(event), MOST_EVENTS).await?;
    let mut found = Vec::new();
    for some in known.chunks(TOGETHER) {
        let paths: Vec<&str> = some.iter().map(|(path, _)| *path).collect();
        let counts = counts(look, kinds, &newest.events, &paths).await?;
        found.extend(
            some.iter()
                .zip(counts)
                .map(|((path, kinds), count)| EventProperty {
                    property: (*path).to_owned(),
                    types: types(*kinds),
                    count,
                    sampled: newest.sampled,
                }),
        );
    }
    Ok(found)
}

/// The properties of users that some of these say, by the one way and the other.
fn of_users(properties: Vec<EventProperty>) -> Vec<EventProperty> {
    let mut of_users: BTreeMap<String, EventProperty> = BTreeMap::new();
    for said in properties {
        let Some(property) = said_by(&said.property).map(String::from) else {
            continue;
        };
        match of_users.entry(property) {
            Entry::Vacant(place) => {
                let property = place.key().clone();
                place.insert(EventProperty { property, ..said });
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                known.count += said.count;
                let types = said.types.into_iter();
                let new: Vec<_> = types.filter(|one| !known.types.contains(one)).collect();
                known.types.extend(new);
            }
        }
    }
    of_users.into_values().collect()
}

async fn counts(look: &Look<'_>, kinds: &Kinds, events: &Sql, paths: &[&str]) -> Result<Vec<u64>, Error> {
    let columns = paths.iter().map(|path| {
        let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
        Sql::new("count(CASE WHEN ")
            .add(look.dialect.exists(&keys, kinds))
            .text(" THEN 1 END)")
    });
    let sql = Sql::new("SELECT ")
        .add(Sql::join(columns, ", "))
        .text(" FROM ")
        .add(events.clone());
    let frame = look.fetch(sql).await?;
    let row = frame.rows.into_iter().next().unwrap_or_default();
    let counts = row
        .iter()
        .map(|cell| cell.int().and_then(|count| u64::try_from(count).ok()));
    Ok(counts.map(Option::unwrap_or_default).collect())
}

fn types(kinds: KindSet) -> Vec<PropertyType> {
    let has = |kind: KindSet| !kinds.only(KindSet::ANY.without(kind));
    let all = [
        (KindSet::TEXT, PropertyType::Text),
        (KindSet::NUMBER, PropertyType::Number),
        (KindSet::BOOL, PropertyType::Boolean),
        (KindSet::NESTED, PropertyType::Object),
    ];
    let seen = all.into_iter().filter(|(kind, _)| has(*kind));
    seen.map(|(_, name)| name).collect()
}
