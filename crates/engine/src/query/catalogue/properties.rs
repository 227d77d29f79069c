use std::collections::BTreeMap;

use model::catalogue::{EventProperty, PropertyType};

use super::{Look, newest};
use crate::error::Error;
use crate::query::sql::Sql;
use crate::store::{KindSet, Kinds};

/// Events that are looked at.
const MOST_EVENTS: i64 = 50_000;
/// Properties that are listed; the outermost first.
const MOST_PROPERTIES: usize = 1_000;
/// Properties that one statement counts.
const TOGETHER: usize = 100;

/// Where events say what their user is.
const SAID: [&str; 2] = ["$set.", "$set_once."];

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
    let is_said = |path: &str| SAID.iter().any(|prefix| path.starts_with(prefix));
    known.retain(|(path, _)| is_said(path));
    found.extend(of_users(counted(look, kinds, &known, None).await?));
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

/// The properties of users that events say, by the one way and the other.
fn of_users(said: Vec<EventProperty>) -> Vec<EventProperty> {
    let mut of_users: BTreeMap<String, EventProperty> = BTreeMap::new();
    for property in said {
        let path = SAID
            .iter()
            .find_map(|prefix| property.property.strip_prefix(prefix));
        let Some(name) = path.map(|path| format!("$user.{path}")) else {
            continue;
        };
        match of_users.get_mut(&name) {
            Some(known) => {
                known.count += property.count;
                let others = property.types.into_iter();
                let others: Vec<_> = others.filter(|one| !known.types.contains(one)).collect();
                known.types.extend(others);
            }
            None => {
                of_users.insert(
                    name.clone(),
                    EventProperty {
                        property: name,
                        ..property
                    },
                );
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
