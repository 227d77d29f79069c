//! Events over HTTP, acknowledged durable: in batches, one at a time, until they are in an answer, and for minutes.

mod appender;
mod batches;
mod bodies;
mod raw;
mod single;
mod steady;
mod visible;

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::Outcome;
use crate::client::Connection;
use crate::server::Server;
use crate::table::Table;
use bodies::BATCH;

/// Senders that have a connection each.
const CONNECTIONS: usize = 4;

/// All but the minutes of full load.
pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let plain = batches::plain(table)?;
    batches::enriched(table)?;
    raw::measure(table, plain)?;
    appender::measure(table)?;
    single::measure(table)?;
    visible::measure(table)
}

/// Full load for ten minutes.
pub(crate) fn measure_steady(table: &mut Table) -> Outcome<()> {
    steady::measure(table)
}

/// Sends the requests over [`CONNECTIONS`] connections; gives how long each took.
fn send_all(server: SocketAddr, requests: &[Vec<u8>]) -> Outcome<Vec<Duration>> {
    let share = requests.len().div_ceil(CONNECTIONS);
    let senders: Vec<_> = requests
        .chunks(share)
        .map(<[Vec<u8>]>::to_vec)
        .map(|part| thread::spawn(move || send(server, &part).map_err(|error| error.to_string())))
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.join().map_err(|_| "a sender panicked")??);
    }
    Ok(times)
}

fn send(server: SocketAddr, requests: &[Vec<u8>]) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(server)?;
    let mut times = Vec::with_capacity(requests.len());
    for request in requests {
        let response = connection.exchange(request)?;
        accepted(&response.head, response.status, &response.body, BATCH)?;
        times.push(response.whole);
    }
    Ok(times)
}

/// An error unless the answer is a 202 that counts so many events.
fn accepted(head: &str, status: u16, body: &[u8], events: usize) -> Outcome<()> {
    let body = String::from_utf8_lossy(body);
    if status == 202 && body.contains(&format!("\"accepted\":{events},")) {
        Ok(())
    } else {
        Err(format!("{head} {body}").into())
    }
}

/// How many events called `name`, or of all names, an answer counts.
fn counted(server: &Server, token: &str, name: Option<&str>) -> Outcome<usize> {
    let series = name.map_or_else(
        || json!({"measure": "count"}),
        |name| json!({"event": name, "measure": "count"}),
    );
    let question = json!({
        "kind": "trend", "series": [series], "interval": "month",
        "range": {"from": "2020-01-01T00:00:00Z", "to": "2040-01-01T00:00:00Z"},
    });
    let answer = server.post("/api/analytics/query", token, &question)?;
    Ok(answer["series"][0]["total"].as_u64().unwrap_or_default() as usize)
}
