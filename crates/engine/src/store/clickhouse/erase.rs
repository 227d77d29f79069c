//! Erasing by mutations: the server writes the parts that hold such rows anew, and it is done when the answer comes.
//!
//! Rows of every run are erased, visible or not. There is no transaction around it, so the count of erasures grows last: an
//! answer that was read in between belongs to the count before.

use model::ids::OrgId;

use super::client::{Asking, Client};
use super::fault::Fault;
use super::form::escaped;
use super::runs::Visible;
use crate::store::Erasure;

/// Most ids that one mutation names: a parameter has a size.
const MOST_IDS: usize = 100;
/// Which events are a person's.
const OF_PERSON: &str =
    "(user_id IN {ids:Array(String)} OR (user_id IS NULL AND anonymous_id IN {ids:Array(String)}))";

/// Erases, and answers how many events could be seen of what was erased.
pub(super) async fn erase(client: &Client, org: OrgId, erasure: &Erasure) -> Result<u64, Fault> {
    let mut erased = 0;
    match erasure {
        Erasure::Person(ids) => {
            for ids in ids.chunks(MOST_IDS) {
                let ids = ("ids".to_owned(), listed(ids));
                erased += count(client, org, OF_PERSON, &ids).await?;
                delete(client, org, "events", OF_PERSON, Some(&ids)).await?;
                let linked = "(anonymous_id IN {ids:Array(String)} OR user_id IN {ids:Array(String)})";
                delete(client, org, "links", linked, Some(&ids)).await?;
                link_again(client, org, &ids).await?;
            }
        }
        Erasure::Before(time) => {
            let time = ("before".to_owned(), time.as_microsecond().to_string());
            let earlier = "ts < fromUnixTimestamp64Micro({before:Int64}, 'UTC')";
            erased = count(client, org, earlier, &time).await?;
            delete(client, org, "events", earlier, Some(&time)).await?;
            // Links stay as long as there are events of the visitor that need them.
            let lonely = format!(
                "{earlier} AND anonymous_id NOT IN (SELECT assumeNotNull(anonymous_id) FROM events
                 WHERE org_id = {{org:UUID}} AND anonymous_id IS NOT NULL)"
            );
            delete(client, org, "links", &lonely, Some(&time)).await?;
        }
        Erasure::Everything => {
            let nothing = ("before".to_owned(), "0".to_owned());
            erased = count(client, org, "TRUE", &nothing).await?;
            for table in ["events", "links", "property_kinds", "runs"] {
                delete(client, org, table, "TRUE", None).await?;
            }
            return Ok(erased);
        }
    }
    say_so(client, org).await?;
    Ok(erased)
}

/// A list of texts, as a parameter is written.
fn listed(ids: &[String]) -> String {
    let quoted = ids
        .iter()
        .map(|id| format!("'{}'", escaped(id).replace('\'', "\\'")));
    format!("[{}]", quoted.collect::<Vec<_>>().join(","))
}

async fn count(client: &Client, org: OrgId, condition: &str, param: &(String, String)) -> Result<u64, Fault> {
    let visible = Visible::read(client, org).await?.condition();
    let asking = Asking::of(
        org,
        &format!("SELECT count() FROM events WHERE {visible} AND {condition}"),
    );
    let frame = client.rows(&asking.with(&param.0, &param.1)).await?;
    let count = frame.rows.first().and_then(|row| row.first()?.int());
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

async fn delete(
    client: &Client,
    org: OrgId,
    table: &str,
    condition: &str,
    param: Option<&(String, String)>,
) -> Result<(), Fault> {
    let mut params = vec![("org".to_owned(), org.uuid().to_string())];
    params.extend(param.cloned());
    let text = format!(
        "ALTER TABLE {table} DELETE WHERE org_id = {{org:UUID}} AND {condition} SETTINGS mutations_sync = 2"
    );
    client.run_long(&text, &params).await
}

/// A visitor may have been somebody else, too: what is left says so.
async fn link_again(client: &Client, org: OrgId, ids: &(String, String)) -> Result<(), Fault> {
    let visible = Visible::read(client, org).await?;
    let Some((run, position)) = visible.last_limit() else {
        return Ok(());
    };
    let text = format!(
        "INSERT INTO links (org_id, run, position, anonymous_id, user_id, ts)
         SELECT toUUID('{}'), {run}, {position}, visitor, argMin(user, (at, user)), min(at) FROM (
            SELECT assumeNotNull(anonymous_id) AS visitor, assumeNotNull(user_id) AS user, ts AS at FROM events
            WHERE {} AND user_id IS NOT NULL AND anonymous_id IN {{ids:Array(String)}})
         GROUP BY visitor",
        org.uuid(),
        visible.condition()
    );
    client.run_long(&text, std::slice::from_ref(ids)).await
}

/// Counts the erasure, in a row of the latest run that changes nothing else.
async fn say_so(client: &Client, org: OrgId) -> Result<(), Fault> {
    let text = "INSERT INTO runs (org_id, run, start, position, erasures)
         SELECT org_id, run, min(start), max(position), (SELECT max(erasures) + 1 FROM runs WHERE org_id = {org:UUID})
         FROM (SELECT org_id, run, start, position FROM runs WHERE org_id = {org:UUID})
         GROUP BY org_id, run ORDER BY run DESC LIMIT 1";
    client
        .run_long(text, &[("org".to_owned(), org.uuid().to_string())])
        .await
}
