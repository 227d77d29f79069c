//! One event a request: as many as there can be, and how long each takes at half of that load.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use engine::Clock;

use super::{accepted, bodies};
use crate::Outcome;
use crate::client::{Connection, milliseconds, percentile};
use crate::server::Server;
use crate::table::Table;

const SENDERS: usize = 32;
const TARGET: f64 = 8_000.0;
/// For each sender.
const WARM_UP: usize = 100;
const REQUESTS: usize = 2_500;
/// How long half of the load is kept up.
const PACED: Duration = Duration::from_secs(20);

pub(super) fn measure(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let (_, key) = server.register()?;
    let mut number = 0;
    let mut requests = |count: usize| -> Vec<Vec<Vec<u8>>> {
        let now = Clock::System.now();
        (0..SENDERS)
            .map(|_| {
                let from = number;
                number += count;
                (from..number)
                    .map(|number| bodies::one(&key, number, now))
                    .collect()
            })
            .collect()
    };
    send(server.address(), requests(WARM_UP), Duration::ZERO)?;
    let all = requests(REQUESTS);
    let start = Instant::now();
    send(server.address(), all, Duration::ZERO)?;
    let rate = (SENDERS * REQUESTS) as f64 / start.elapsed().as_secs_f64();
    table.at_least(
        &format!("one event a request, {SENDERS} connections"),
        rate,
        TARGET,
        "requests/s",
    );

    let pause = Duration::from_secs_f64(SENDERS as f64 / (TARGET / 2.0));
    let each = usize::try_from(PACED.as_nanos() / pause.as_nanos())?;
    let mut times = send(server.address(), requests(each), pause)?;
    let what = format!("one event a request, {:.0} requests/s", TARGET / 2.0);
    table.note(
        &format!("{what}, p50"),
        milliseconds(percentile(&mut times, 50)),
        "ms",
    );
    table.at_most(
        &format!("{what}, p99"),
        milliseconds(percentile(&mut times, 99)),
        25.0,
        "ms",
    );
    Ok(())
}

/// Every sender begins a request each `pause`; a request that could not begin in time is as late as it is.
fn send(server: SocketAddr, requests: Vec<Vec<Vec<u8>>>, pause: Duration) -> Outcome<Vec<Duration>> {
    let begin = Instant::now() + Duration::from_millis(50);
    let senders: Vec<_> = (0_u32..)
        .zip(requests)
        .map(|(place, requests)| {
            let first = begin + pause * place / SENDERS as u32;
            thread::spawn(move || {
                one_by_one(server, &requests, first, pause).map_err(|error| error.to_string())
            })
        })
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.join().map_err(|_| "a sender panicked")??);
    }
    Ok(times)
}

fn one_by_one(
    server: SocketAddr,
    requests: &[Vec<u8>],
    first: Instant,
    pause: Duration,
) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(server)?;
    let mut times = Vec::with_capacity(requests.len());
    let mut due = first;
    for request in requests {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let begun = if pause.is_zero() { Instant::now() } else { due };
        let response = connection.exchange(request)?;
        accepted(&response.head, response.status, &response.body, 1)?;
        times.push(begun.elapsed());
        due += pause;
    }
    Ok(times)
}
