//! Minutes of as much as is accepted: what the server takes of the memory, and how often it says "later".

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::Clock;

use super::bodies::{self, BATCH, Sender};
use super::{CONNECTIONS, accepted};
use crate::Outcome;
use crate::client::Connection;
use crate::machine::resident_mb;
use crate::server::Server;
use crate::table::Table;

const DURATION: Duration = Duration::from_mins(10);
/// Memory is looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a sender that was told "later" waits.
const LATER: Duration = Duration::from_millis(200);

/// What the senders came to so far.
#[derive(Default)]
struct Tally {
    accepted: AtomicU64,
    later: AtomicU64,
    next: AtomicUsize,
}

pub(super) fn measure(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let (_, key) = server.register()?;
    let tally = Tally::default();
    let end = Instant::now() + DURATION;
    let mut memory = thread::scope(|scope| -> Outcome<Vec<f64>> {
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| send(server.address(), &key, &tally, end).map_err(|error| error.to_string()))
            })
            .collect();
        let memory = watch(&server, &tally, end);
        for sender in senders {
            sender.join().map_err(|_| "a sender panicked")??;
        }
        memory
    })?;
    let minutes = DURATION.as_secs() / 60;
    let rate = tally.accepted.load(Ordering::SeqCst) as f64 / DURATION.as_secs_f64();
    table.note(&format!("{minutes} minutes of full load"), rate, "events/s");
    let later = tally.later.load(Ordering::SeqCst) as f64;
    table.note("requests that were told to come later", later, "");
    memory.sort_by(f64::total_cmp);
    table.note(
        "memory of the server meanwhile, median",
        memory[memory.len() / 2],
        "MB",
    );
    let most = memory.last().copied().unwrap_or_default();
    table.at_most("memory of the server meanwhile, most", most, 300.0, "MB");
    Ok(())
}

fn watch(server: &Server, tally: &Tally, end: Instant) -> Outcome<Vec<f64>> {
    let (mut memory, mut second) = (Vec::new(), 0_u64);
    while Instant::now() < end {
        thread::sleep(LOOK_EVERY);
        let now = resident_mb(server.process()).ok_or("the server's memory cannot be read")?;
        memory.push(now);
        second += 1;
        if second.is_multiple_of(30) {
            let accepted = tally.accepted.load(Ordering::SeqCst);
            eprintln!("  after {second} s: {accepted} events, {now:.0} MB");
        }
    }
    Ok(memory)
}

fn send(server: SocketAddr, key: &str, tally: &Tally, end: Instant) -> Outcome<()> {
    let mut connection = Connection::open(server)?;
    let now = Clock::System.now();
    while Instant::now() < end {
        let number = tally.next.fetch_add(1, Ordering::SeqCst);
        let request = bodies::batch(key, number, now, Sender::Server);
        loop {
            let response = connection.exchange(&request)?;
            if response.status != 503 {
                accepted(&response.head, response.status, &response.body, BATCH)?;
                tally.accepted.fetch_add(BATCH as u64, Ordering::SeqCst);
                break;
            }
            tally.later.fetch_add(1, Ordering::SeqCst);
            thread::sleep(LATER);
        }
    }
    Ok(())
}
