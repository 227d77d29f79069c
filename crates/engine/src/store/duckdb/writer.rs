use std::sync::Arc;

use duckdb::types::{TimeUnit, Value};
use duckdb::{Connection, Transaction, params};
use model::ids::OrgId;
use tokio::sync::{mpsc, oneshot};

use super::Home;
use super::attached::Attached;
use super::fault::Fault;
use super::instance::Instance;
use crate::error::Error;
use crate::store::kinds::{Kinds, Observer};
use crate::store::links::Link;
use crate::store::{Appended, closed};

/// Callers wait for room here instead of piling up batches in memory.
const WAITING_JOBS: usize = 16;

/// Only ever in the writer's own connection.
pub(super) const STAGING: &str = "CREATE TEMP TABLE staged (id TEXT, name TEXT, ts TIMESTAMP, user_id TEXT,
    anonymous_id TEXT, session_id TEXT, properties TEXT);
    CREATE TEMP TABLE staged_links (anonymous_id TEXT, user_id TEXT, ts TIMESTAMP)";

/// Text that is no JSON cannot come from `Event::parse`; should it come, it is kept as text and costs no neighbour.
const PROPERTIES: &str =
    "coalesce(TRY_CAST(TRY_CAST(properties AS JSON) AS VARIANT), {'$unreadable': properties}::VARIANT)";

/// The one thread that writes.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

struct Job {
    home: Arc<Home>,
    work: Box<dyn FnOnce(&Instance) + Send>,
}

impl Writer {
    pub(super) fn start() -> std::io::Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING_JOBS);
        std::thread::Builder::new()
            .name("event-writer".into())
            .spawn(move || {
                while let Some(job) = waiting.blocking_recv() {
                    job.run();
                }
            })?;
        Ok(Self { jobs })
    }

    pub(super) async fn append(
        &self,
        home: &Arc<Home>,
        org: OrgId,
        batches: Vec<Appended>,
    ) -> Result<(), Error> {
        let append = move |instance: &Instance| {
            let file = instance.attach(org)?;
            store(&mut instance.writer(), &file, &batches)?;
            let events = batches.iter().map(|batch| batch.events.len()).sum();
            if file.is_kept_for_nobody(events) {
                drop(file);
                instance.let_go_of_memory(org)?;
            }
            Ok(())
        };
        self.in_turn(home, append).await
    }

    /// Does something else while nothing is appended.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        home: &Arc<Home>,
        work: impl FnOnce(&Instance) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, outcome) = oneshot::channel();
        let work = Box::new(move |instance: &Instance| {
            // A caller that went away asks for the position before it tries again.
            let _ = done.send(work(instance));
        });
        let home = Arc::clone(home);
        let job = Job {
            home: Arc::clone(&home),
            work,
        };
        self.jobs.send(job).await.map_err(|_| closed())?;
        let outcome = outcome.await.map_err(|_| closed())?;
        home.settle(outcome).await
    }

    pub(super) fn is_running(&self) -> bool {
        !self.jobs.is_closed()
    }
}

impl Job {
    fn run(self) {
        let slot = self.home.instance.blocking_read();
        // Without an answer the caller learns that the store is closed.
        if let Some(instance) = slot.as_ref() {
            (self.work)(instance);
        }
    }
}

fn store(connection: &mut Connection, file: &Attached, batches: &[Appended]) -> Result<(), Fault> {
    let stored = file.position();
    let fresh: Vec<&Appended> = batches.iter().filter(|batch| batch.position > stored).collect();
    let Some(position) = fresh.iter().map(|batch| batch.position).max() else {
        return Ok(());
    };
    let known = file.kinds();
    let mut observer = Observer::new(&known);
    let events = || fresh.iter().flat_map(|batch| &batch.events);
    for event in events() {
        observer.observe(event.properties());
    }
    let new_kinds = observer.into_fresh();
    let had_links = file.links().any();
    let new_links = file.links().news(events());
    if !new_links.is_empty() {
        file.links().set_any(true);
    }
    if !new_kinds.is_empty() {
        // Before the commit: a question that sees the new events must know their kinds.
        file.set_kinds(known.with(&new_kinds));
    }
    let committed = commit(
        connection,
        file.alias(),
        &fresh,
        &News {
            kinds: &new_kinds,
            links: &new_links,
        },
        position,
    );
    if committed.is_ok() {
        file.set_position(position);
        file.links().remember(new_links);
    } else {
        file.set_kinds(Kinds::clone(&known));
        file.links().set_any(had_links);
    }
    committed
}

/// What a batch tells beside its events.
struct News<'n> {
    kinds: &'n Kinds,
    links: &'n [(&'n str, Link)],
}

fn commit(
    connection: &mut Connection,
    alias: &str,
    batches: &[&Appended],
    news: &News<'_>,
    position: u64,
) -> Result<(), Fault> {
    let transaction = connection.transaction()?;
    stage(&transaction, batches)?;
    transaction.execute_batch(&format!(
        "INSERT INTO {alias}.events
         SELECT id, name, ts, user_id, anonymous_id, session_id, {PROPERTIES} FROM temp.staged;
         TRUNCATE temp.staged"
    ))?;
    for (path, kind) in news.kinds.iter() {
        let insert = format!("INSERT INTO {alias}.property_kinds VALUES (?, ?)");
        transaction.execute(&insert, params![path, kind.bits()])?;
    }
    if !news.links.is_empty() {
        add_links(&transaction, alias, news.links)?;
    }
    transaction.execute(&format!("UPDATE {alias}.progress SET position = ?"), [position])?;
    Ok(transaction.commit()?)
}

fn stage(transaction: &Transaction<'_>, batches: &[&Appended]) -> Result<(), Fault> {
    let mut appender = transaction.appender_to_catalog_and_db("staged", "temp", "main")?;
    for event in batches.iter().flat_map(|batch| &batch.events) {
        let timestamp = Value::Timestamp(TimeUnit::Microsecond, event.timestamp().as_microsecond());
        appender.append_row(params![
            event.id(),
            event.name(),
            timestamp,
            event.user_id(),
            event.anonymous_id(),
            event.session_id(),
            event.properties()
        ])?;
    }
    Ok(appender.flush()?)
}

/// Only links that say something new: a table that grew with every visit would slow every question.
fn add_links(transaction: &Transaction<'_>, alias: &str, links: &[(&str, Link)]) -> Result<(), Fault> {
    let mut appender = transaction.appender_to_catalog_and_db("staged_links", "temp", "main")?;
    for (anonymous_id, link) in links {
        let ts = Value::Timestamp(TimeUnit::Microsecond, link.ts);
        appender.append_row(params![anonymous_id, link.user_id, ts])?;
    }
    appender.flush()?;
    drop(appender);
    Ok(transaction.execute_batch(&format!(
        "INSERT INTO {alias}.links
         SELECT fresh.anonymous_id, fresh.user_id, fresh.ts FROM temp.staged_links AS fresh
         WHERE NOT EXISTS (
            SELECT 1 FROM {alias}.links AS stored WHERE stored.anonymous_id = fresh.anonymous_id
            AND (stored.ts < fresh.ts OR (stored.ts = fresh.ts AND stored.user_id <= fresh.user_id)));
         TRUNCATE temp.staged_links"
    ))?)
}
