use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use model::event::Event;
use model::ids::OrgId;
use tokio::sync::Mutex;

use super::client::{Asking, Client};
use super::encode::{Batch, EVENTS, KINDS, LINKS, RUNS, Rows, SETTINGS};
use super::fault::Fault;
use super::form::escaped;
use super::runs::{Run, Visible};
use crate::store::kinds::{Kinds, Observer};
use crate::store::links::{Link, Links};
use crate::store::touched::hours_of;
use crate::store::{Appended, Cell};

/// So many bytes go to the server at a time; every insert makes a file for each month, so it is a lot.
const CHUNK: usize = 32 << 20;
/// Most visitors of one look for what is known of them.
const VISITORS: usize = 2_000;
/// How long the end of a process waits for the ends of its runs, and how many are told at once.
const PATIENCE: Duration = Duration::from_secs(5);
const ENDS_AT_ONCE: usize = 8;

/// Appends one after another.
#[derive(Default)]
pub(super) struct Writer {
    /// The runs of this process that ended well so far; taken out while they go on.
    runs: Mutex<HashMap<OrgId, Run>>,
}

impl Writer {
    /// Stores what is not stored yet; see the module for why it does so once.
    pub(super) async fn append(
        &self,
        client: &Client,
        org: OrgId,
        batches: &[Appended],
        known: &Kinds,
    ) -> Result<(), Fault> {
        let mut runs = self.runs.lock().await;
        let is_fresh = |batch: &&Appended, stored: u64| batch.position > stored;
        // Whatever happens next, also that nobody waits any more: without a good end this run does not go on.
        let run = if let Some(run) = runs.remove(&org) {
            run
        } else {
            let stored = Visible::read(client, org).await?.position();
            if !batches.iter().any(|batch| is_fresh(&batch, stored)) {
                return Ok(());
            }
            begin(client, org).await?
        };
        let fresh: Vec<&Appended> = batches
            .iter()
            .filter(|batch| is_fresh(batch, run.position))
            .collect();
        let Some(position) = fresh.iter().map(|batch| batch.position).max() else {
            runs.insert(org, run);
            return Ok(());
        };
        let batch = Batch {
            org,
            run: run.number,
            position,
        };
        let events: Vec<&Event> = fresh.iter().flat_map(|batch| &batch.events).collect();
        add_kinds(client, org, &events, known).await?;
        add_links(client, batch, &events).await?;
        add_events(client, batch, &events).await?;
        let hours = hours_of(events.iter().copied(), |event| event.timestamp().as_microsecond());
        let run = Run { position, ..run };
        reach(client, org, &run, &hours).await?;
        let visible = Visible::read(client, org).await?;
        if visible.latest() != Some(run) || visible.position() != position {
            return Err(Fault::Overtaken);
        }
        runs.insert(org, run);
        Ok(())
    }

    /// Waits for an append that is under way, and says of every run that ended well that it did: whoever comes next goes on
    /// with it. Where that cannot be said, the next begins a run of its own.
    pub(super) async fn close(&self, client: &Client) {
        let mut runs = self.runs.lock().await;
        let ended = std::mem::take(&mut *runs)
            .into_iter()
            .map(|(org, run)| async move {
                let ends = run.resumes.saturating_add(1);
                reach(client, org, &Run { ends, ..run }, &[]).await
            });
        let ended = futures_util::stream::iter(ended).buffer_unordered(ENDS_AT_ONCE);
        let told = ended.for_each(|told| async {
            if let Err(error) = told {
                tracing::debug!(%error, "a run of appends will not be gone on with");
            }
        });
        if tokio::time::timeout(PATIENCE, told).await.is_err() {
            tracing::debug!("some runs of appends will not be gone on with");
        }
    }
}

/// Goes on with the latest run where it ended well. Otherwise it begins one: what the earlier may still write is invisible from
/// here on.
async fn begin(client: &Client, org: OrgId) -> Result<Run, Fault> {
    let visible = Visible::read(client, org).await?;
    let start = visible.position();
    let latest = visible.latest();
    let run = match latest.filter(Run::has_ended) {
        Some(run) => Run {
            resumes: run.ends,
            ..run
        },
        None => Run {
            number: latest.map_or(0, |run| run.number) + 1,
            start,
            position: start,
            ends: 0,
            resumes: 0,
        },
    };
    reach(client, org, &run, &[]).await?;
    Ok(run)
}

/// Makes what a run wrote visible up to the position that it has reached.
async fn reach(client: &Client, org: OrgId, run: &Run, hours: &[i64]) -> Result<(), Fault> {
    let mut rows = Rows::default();
    rows.run(org, run, hours);
    client.insert(RUNS, &SETTINGS, rows.into_bytes()).await
}

async fn add_events(client: &Client, batch: Batch, events: &[&Event]) -> Result<(), Fault> {
    let mut rows = Rows::default();
    for event in events {
        rows.event(batch, event);
        if rows.bytes() > CHUNK {
            client
                .insert(EVENTS, &SETTINGS, std::mem::take(&mut rows).into_bytes())
                .await?;
        }
    }
    if rows.bytes() == 0 {
        return Ok(());
    }
    client.insert(EVENTS, &SETTINGS, rows.into_bytes()).await
}

/// Kinds of events that never become visible do no harm: a question asks more values for their type than it has to.
async fn add_kinds(client: &Client, org: OrgId, events: &[&Event], known: &Kinds) -> Result<(), Fault> {
    let mut observer = Observer::new(known);
    for event in events {
        observer.observe(event.properties());
    }
    let fresh = observer.into_fresh();
    if fresh.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::default();
    for (path, kinds) in fresh.iter() {
        rows.kinds(org, path, kinds.bits());
    }
    client.insert(KINDS, &SETTINGS, rows.into_bytes()).await
}

/// Only links that say something new: a table that grew with every visit would slow every question.
async fn add_links(client: &Client, batch: Batch, events: &[&Event]) -> Result<(), Fault> {
    let links = Links::default();
    let news = links.news(events.iter().copied());
    if news.is_empty() {
        return Ok(());
    }
    let visible = Visible::read(client, batch.org).await?.condition();
    let mut rows = Rows::default();
    for some in news.chunks(VISITORS) {
        let told = told(client, &visible, some).await?;
        for (visitor, link) in some {
            if told.get(*visitor).is_none_or(|told| link < told) {
                rows.link(batch, visitor, link);
            }
        }
    }
    if rows.bytes() == 0 {
        return Ok(());
    }
    client.insert(LINKS, &SETTINGS, rows.into_bytes()).await
}

/// The least visible link of each of these visitors, as far as there are any.
async fn told(client: &Client, visible: &str, news: &[(&str, Link)]) -> Result<HashMap<String, Link>, Fault> {
    let names: Vec<String> = (0..news.len())
        .map(|number| format!("{{v{number}:String}}"))
        .collect();
    let asking = Asking::new(&format!(
        "SELECT anonymous_id, argMin(user_id, (ts, user_id)), min(ts) FROM links
         WHERE {visible} AND anonymous_id IN ({}) GROUP BY anonymous_id",
        names.join(", ")
    ));
    let asking = news
        .iter()
        .zip(0..)
        .fold(asking, |asking, ((visitor, _), number)| {
            asking.with(&format!("v{number}"), &escaped(visitor))
        });
    let links = client.rows(&asking).await?.rows.into_iter().filter_map(|row| {
        let Ok([Cell::Text(visitor), Cell::Text(user_id), Cell::Int(ts)]) = <[Cell; 3]>::try_from(row) else {
            return None;
        };
        Some((visitor, Link { ts, user_id }))
    });
    Ok(links.collect())
}
