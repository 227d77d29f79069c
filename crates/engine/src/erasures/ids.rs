//! Every id that a person was known by.

use std::collections::BTreeSet;

use model::ids::OrgId;

use crate::db::{Db, sql};
use crate::error::Error;
use crate::store::{Cell, EventStore, Param, Statement};

/// Ids lead to ids; nobody has more than so many.
const MOST_IDS: usize = 10_000;
/// Most ids of one statement.
const AT_ONCE: usize = 500;

/// The ids of the person who was ever known by `id`: what profiles say, and which visitor of the events turned out to be whom.
pub(super) async fn of_person(
    db: &Db,
    store: &EventStore,
    org: OrgId,
    id: &str,
) -> Result<BTreeSet<String>, Error> {
    let mut known = BTreeSet::new();
    let mut fresh = BTreeSet::from([id.to_owned()]);
    while !fresh.is_empty() {
        known.extend(fresh.iter().cloned());
        let mut found = BTreeSet::new();
        for id in &fresh {
            found.extend(of_profiles(db, org, id).await?);
        }
        let fresh_ids: Vec<String> = fresh.into_iter().collect();
        for ids in fresh_ids.chunks(AT_ONCE) {
            found.extend(of_events(store, org, ids).await?);
        }
        found.retain(|id| !known.contains(id));
        if known.len() + found.len() > MOST_IDS {
            let message = "this id is joined to more than 10,000 others, so it is not one person's";
            return Err(Error::Conflict(message.to_owned()));
        }
        fresh = found;
    }
    Ok(known)
}

async fn of_profiles(db: &Db, org: OrgId, id: &str) -> Result<Vec<String>, Error> {
    let rows = sql!(
        db,
        all as (String, String),
        "SELECT other_id, user_id FROM profile_ids WHERE org_id = $1 AND (other_id = $2 OR user_id = $2)",
        org.uuid(),
        id,
    )?;
    Ok(rows.into_iter().flat_map(|(other, user)| [other, user]).collect())
}

/// Visitors of these users, and users of these visitors.
async fn of_events(store: &EventStore, org: OrgId, ids: &[String]) -> Result<Vec<String>, Error> {
    let marks = vec!["?"; ids.len()].join(", ");
    let text = format!(
        "SELECT anonymous_id, user_id FROM ({}) AS least WHERE anonymous_id IN ({marks}) OR user_id IN ({marks})",
        store.dialect().least_links()
    );
    let params: Vec<Param> = ids.iter().chain(ids).cloned().map(Param::Text).collect();
    let frame = store.fetch(org, Statement::new(text, params)).await?;
    let texts = frame.rows.iter().flatten().filter_map(Cell::text);
    Ok(texts.map(str::to_owned).collect())
}
