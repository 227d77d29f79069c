//! From 202 until an answer has the event, while others send too.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::Clock;

use super::bodies::{self, BATCH, Sender};
use super::{accepted, counted};
use crate::Outcome;
use crate::client::{Connection, milliseconds, percentile};
use crate::server::Server;
use crate::table::Table;

const MARKERS: usize = 100;
/// Events a second of the others.
const OTHERS: usize = 20_000;
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub(super) fn measure(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let (token, key) = server.register()?;
    let is_over = AtomicBool::new(false);
    let address = server.address();
    let mut delays = thread::scope(|scope| -> Outcome<Vec<Duration>> {
        let others = scope.spawn(|| others(address, &key, &is_over).map_err(|error| error.to_string()));
        let delays = markers(&server, &token, &key);
        is_over.store(true, Ordering::SeqCst);
        others.join().map_err(|_| "a sender panicked")??;
        delays
    })?;
    let what = format!("from 202 until an answer has the event, beside {OTHERS} events/s");
    table.note(
        &format!("{what}, p50"),
        milliseconds(percentile(&mut delays, 50)),
        "ms",
    );
    table.at_most(
        &format!("{what}, p99"),
        milliseconds(percentile(&mut delays, 99)),
        2_000.0,
        "ms",
    );
    Ok(())
}

fn markers(server: &Server, token: &str, key: &str) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(server.address())?;
    let mut delays = Vec::with_capacity(MARKERS);
    for number in 1..=MARKERS {
        let response = connection.exchange(&bodies::named(key, "marker"))?;
        accepted(&response.head, response.status, &response.body, 1)?;
        let acknowledged = Instant::now();
        while counted(server, token, Some("marker"))? < number {
            thread::sleep(LOOK_EVERY);
        }
        delays.push(acknowledged.elapsed());
    }
    Ok(delays)
}

/// Batches at an even pace until it is over.
fn others(server: SocketAddr, key: &str, is_over: &AtomicBool) -> Outcome<()> {
    let pause = Duration::from_secs_f64(BATCH as f64 / OTHERS as f64);
    let mut connection = Connection::open(server)?;
    let (now, mut due) = (Clock::System.now(), Instant::now());
    for number in 0.. {
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let request = bodies::batch(key, number, now, Sender::Server);
        let response = connection.exchange(&request)?;
        accepted(&response.head, response.status, &response.body, BATCH)?;
        due += pause;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}
