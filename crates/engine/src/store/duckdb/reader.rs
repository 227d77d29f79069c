use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle, Row};
use model::ids::OrgId;

use super::Home;
use super::fault::Fault;
use super::instance::Instance;
use super::values::cell;
use crate::error::Error;
use crate::store::{Cell, Frame, Statement, TakesRows, closed, timed_out};

/// A statement that began just when it was cancelled misses one interrupt, so it gets them until it ends.
const BETWEEN_INTERRUPTS: Duration = Duration::from_millis(20);

/// Every statement already uses all cores, so a few at a time are enough.
pub(super) fn concurrent_questions() -> usize {
    2 * std::thread::available_parallelism().map_or(2, NonZero::get)
}

pub(super) async fn fetch_all(
    home: &Arc<Home>,
    org: OrgId,
    statements: Vec<Statement>,
) -> Result<Vec<Frame>, Error> {
    let read = move |connection: &Connection, running: &Running| {
        let frame = |statement| {
            if running.is_stopped() {
                return Ok(Frame::default());
            }
            read_one(connection, statement)
        };
        statements.iter().map(frame).collect()
    };
    ask(home, org, read).await
}

/// Gives every row of a statement to `rows` as soon as it is read.
pub(super) async fn work_off<R: TakesRows>(
    home: &Arc<Home>,
    org: OrgId,
    statement: Statement,
    rows: R,
) -> Result<R, Error> {
    ask(home, org, move |connection, running| {
        work_off_one(connection, &statement, running, rows)
    })
    .await
}

/// Runs `read` in a snapshot of the organization's events; dropping the future stops it.
async fn ask<T: Send + 'static>(
    home: &Arc<Home>,
    org: OrgId,
    read: impl FnOnce(&Connection, &Running) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Error> {
    let running = Arc::new(Running::default());
    let _stops_when_dropped = StopOnDrop(Arc::clone(&running));
    let readers = Arc::clone(&home.readers);
    let answer = async {
        let permit = readers.acquire_owned().await.map_err(|_| closed())?;
        let work = move |instance: &Instance| {
            let _permit = permit;
            in_snapshot(instance, org, &running, read)
        };
        home.with_instance(work).await
    };
    match tokio::time::timeout(home.time_limit, answer).await {
        Ok(outcome) => outcome,
        Err(_) => Err(timed_out(home.time_limit)),
    }
}

fn in_snapshot<T>(
    instance: &Instance,
    org: OrgId,
    running: &Running,
    read: impl FnOnce(&Connection, &Running) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let attached = instance.attach(org)?;
    attached.mark_asked();
    let connection = instance.connect()?;
    running.begin(&connection);
    let begin = format!("USE {}; BEGIN TRANSACTION READ ONLY", attached.alias());
    let outcome = match connection.execute_batch(&begin) {
        Ok(()) => read(&connection, running),
        Err(error) => Err(error.into()),
    };
    running.end();
    outcome
}

fn read_one(connection: &Connection, statement: &Statement) -> Result<Frame, Fault> {
    let mut prepared = connection.prepare(&statement.text)?;
    let mut rows = prepared.query(duckdb::params_from_iter(&statement.params))?;
    let mut frame = Frame::of_at_most(statement.most_rows);
    while let Some(row) = rows.next()? {
        frame.push(cells(row)?)?;
    }
    Ok(frame)
}

fn work_off_one<R: TakesRows>(
    connection: &Connection,
    statement: &Statement,
    running: &Running,
    mut taker: R,
) -> Result<R, Fault> {
    let mut prepared = connection.prepare(&statement.text)?;
    let mut rows = prepared.query(duckdb::params_from_iter(&statement.params))?;
    while let Some(row) = rows.next()? {
        if running.is_stopped() {
            break;
        }
        taker.take(cells(row)?);
    }
    Ok(taker)
}

fn cells(row: &Row<'_>) -> duckdb::Result<Vec<Cell>> {
    let width = row.as_ref().column_count();
    (0..width).map(|column| row.get_ref(column).map(cell)).collect()
}

/// What a question is doing, so that it can be stopped and nothing else is.
#[derive(Default)]
struct Running(Mutex<State>);

#[derive(Default)]
struct State {
    stopped: bool,
    statement: Option<Arc<InterruptHandle>>,
}

impl Running {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, connection: &Connection) {
        self.state().statement = Some(connection.interrupt_handle());
    }

    fn end(&self) {
        self.state().statement = None;
    }

    fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Interrupts what runs; says whether something does.
    fn interrupt(&self) -> bool {
        let mut state = self.state();
        state.stopped = true;
        let Some(statement) = &state.statement else {
            return false;
        };
        statement.interrupt();
        true
    }
}

struct StopOnDrop(Arc<Running>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        if !self.0.interrupt() {
            return;
        }
        let running = Arc::clone(&self.0);
        std::thread::spawn(move || {
            while running.interrupt() {
                std::thread::sleep(BETWEEN_INTERRUPTS);
            }
        });
    }
}
