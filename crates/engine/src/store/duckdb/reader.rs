use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};
use model::ids::OrgId;

use super::Home;
use super::fault::Fault;
use super::instance::Instance;
use super::values::cell;
use crate::error::Error;
use crate::store::{Frame, Statement, closed, timed_out};

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
    let running = Arc::new(Running::default());
    let _stops_when_dropped = StopOnDrop(Arc::clone(&running));
    let readers = Arc::clone(&home.readers);
    let answer = async {
        let permit = readers.acquire_owned().await.map_err(|_| closed())?;
        let work = move |instance: &Instance| {
            let _permit = permit;
            read(instance, org, &statements, &running)
        };
        home.with_instance(work).await
    };
    match tokio::time::timeout(home.time_limit, answer).await {
        Ok(outcome) => outcome,
        Err(_) => Err(timed_out(home.time_limit)),
    }
}

fn read(
    instance: &Instance,
    org: OrgId,
    statements: &[Statement],
    running: &Running,
) -> Result<Vec<Frame>, Fault> {
    let attached = instance.attach(org)?;
    attached.mark_asked();
    let connection = instance.connect()?;
    running.begin(&connection);
    let frames = read_snapshot(&connection, attached.alias(), statements, running);
    running.end();
    frames
}

fn read_snapshot(
    connection: &Connection,
    alias: &str,
    statements: &[Statement],
    running: &Running,
) -> Result<Vec<Frame>, Fault> {
    connection.execute_batch(&format!("USE {alias}; BEGIN TRANSACTION READ ONLY"))?;
    statements
        .iter()
        .map(|statement| {
            if running.is_stopped() {
                Ok(Frame::default())
            } else {
                read_one(connection, statement)
            }
        })
        .collect()
}

fn read_one(connection: &Connection, statement: &Statement) -> Result<Frame, Fault> {
    let mut prepared = connection.prepare(&statement.text)?;
    let mut rows = prepared.query(duckdb::params_from_iter(&statement.params))?;
    let mut frame = Frame::of_at_most(statement.most_rows);
    while let Some(row) = rows.next()? {
        let width = row.as_ref().column_count();
        let cells = (0..width).map(|column| row.get_ref(column).map(cell));
        frame.push(cells.collect::<duckdb::Result<_>>()?)?;
    }
    Ok(frame)
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
