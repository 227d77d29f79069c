//! Batches of 500 as fast as they are acknowledged.

use std::thread;
use std::time::{Duration, Instant};

use engine::Clock;

use super::bodies::{self, BATCH, Sender};
use super::{CONNECTIONS, counted, send_all};
use crate::Outcome;
use crate::client::{milliseconds, percentile};
use crate::server::Server;
use crate::table::Table;

const WARM_UP: usize = 60;
const REQUESTS: usize = 1_600;

/// What a flood came to.
struct Flood {
    server: Server,
    token: String,
    event_bytes: usize,
    times: Vec<Duration>,
    started: Instant,
    acknowledged: Duration,
}

impl Flood {
    fn of(sender: Sender) -> Outcome<Self> {
        let server = Server::empty()?;
        let (token, key) = server.register()?;
        let now = Clock::System.now();
        let mut requests: Vec<Vec<u8>> = (0..WARM_UP + REQUESTS)
            .map(|number| bodies::batch(&key, number, now, sender))
            .collect();
        let event_bytes = requests[0].len() / BATCH;
        let measured = requests.split_off(WARM_UP);
        send_all(server.address(), &requests)?;
        let started = Instant::now();
        let times = send_all(server.address(), &measured)?;
        let acknowledged = started.elapsed();
        Ok(Self {
            server,
            token,
            event_bytes,
            times,
            started,
            acknowledged,
        })
    }

    fn rate(&self) -> f64 {
        (REQUESTS * BATCH) as f64 / self.acknowledged.as_secs_f64()
    }
}

/// Events of programs; gives how many were acknowledged in a second.
pub(super) fn plain(table: &mut Table) -> Outcome<f64> {
    let mut flood = Flood::of(Sender::Server)?;
    while counted(&flood.server, &flood.token, None)? < (WARM_UP + REQUESTS) * BATCH {
        thread::sleep(Duration::from_millis(20));
    }
    let stored = flood.started.elapsed();
    let what = format!(
        "ingest, {CONNECTIONS} connections, batches of {BATCH}, {} bytes an event",
        flood.event_bytes
    );
    table.at_least(&what, flood.rate(), 100_000.0, "events/s");
    for percent in [50, 99] {
        let what = format!("ingest, p{percent} of a batch");
        table.note(&what, milliseconds(percentile(&mut flood.times, percent)), "ms");
    }
    let lag = stored.saturating_sub(flood.acknowledged);
    table.note(
        "ingest, from the last 202 until all is visible",
        milliseconds(lag),
        "ms",
    );
    let rate = (REQUESTS * BATCH) as f64 / stored.as_secs_f64();
    table.note("ingest, stored and visible", rate, "events/s");
    Ok(flood.rate())
}

/// Events of pages, to which all is added that can be.
pub(super) fn enriched(table: &mut Table) -> Outcome<()> {
    let flood = Flood::of(Sender::Browser)?;
    let what = format!(
        "ingest with enrichment, {CONNECTIONS} connections, batches of {BATCH}, {} bytes an event",
        flood.event_bytes
    );
    table.at_least(&what, flood.rate(), 60_000.0, "events/s");
    Ok(())
}
