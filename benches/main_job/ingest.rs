//! Events over HTTP, acknowledged durable, in batches of 500.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use engine::Clock;
use model::Timestamp;
use serde_json::json;

use crate::Outcome;
use crate::client::{Connection, milliseconds, percentile};
use crate::server::Server;
use crate::table::Table;

const BATCH: usize = 500;
const CONNECTIONS: usize = 4;
const WARM_UP: usize = 60;
const REQUESTS: usize = 1_600;
/// What a browser and a proxy in front of us add to a request.
const BROWSER: &str = "Origin: https://shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nX-Forwarded-For: 203.0.113.7\r\nCF-IPCountry: DE\r\n";

/// What is sent.
#[derive(Clone, Copy)]
enum Sender {
    /// A program: its events are stored as they are.
    Server,
    /// A page: its events say where it is, and all that can be added to them is added.
    Browser,
}

pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    measure_plain(table)?;
    measure_enriched(table)
}

fn measure_enriched(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let (_, key) = server.register()?;
    let now = Clock::System.now();
    let mut requests: Vec<Vec<u8>> = (0..WARM_UP + REQUESTS)
        .map(|number| request(&key, number, now, Sender::Browser))
        .collect();
    let event_bytes = requests[0].len() / BATCH;
    let measured = requests.split_off(WARM_UP);
    send_all(server.address(), &requests)?;
    let start = Instant::now();
    send_all(server.address(), &measured)?;
    let seconds = start.elapsed().as_secs_f64();
    let what = format!(
        "ingest with enrichment, {CONNECTIONS} connections, batches of {BATCH}, {event_bytes} bytes an event"
    );
    table.at_least(&what, (REQUESTS * BATCH) as f64 / seconds, 60_000.0, "events/s");
    Ok(())
}

fn measure_plain(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let (token, key) = server.register()?;
    let now = Clock::System.now();
    let mut requests: Vec<Vec<u8>> = (0..WARM_UP + REQUESTS)
        .map(|number| request(&key, number, now, Sender::Server))
        .collect();
    let event_bytes = requests[0].len() / BATCH;
    let measured = requests.split_off(WARM_UP);
    send_all(server.address(), &requests)?;

    let start = Instant::now();
    let mut times = send_all(server.address(), &measured)?;
    let acknowledged = start.elapsed();
    let all = (WARM_UP + REQUESTS) * BATCH;
    while visible(&server, &token, now)? < all {
        thread::sleep(Duration::from_millis(20));
    }
    let lag = start.elapsed().saturating_sub(acknowledged);

    let events = (REQUESTS * BATCH) as f64;
    let what = format!("ingest, {CONNECTIONS} connections, batches of {BATCH}, {event_bytes} bytes an event");
    table.at_least(&what, events / acknowledged.as_secs_f64(), 50_000.0, "events/s");
    table.note(
        "ingest, p50 of a batch",
        milliseconds(percentile(&mut times, 50)),
        "ms",
    );
    table.note(
        "ingest, p99 of a batch",
        milliseconds(percentile(&mut times, 99)),
        "ms",
    );
    table.note(
        "ingest, from the last 202 until all is visible",
        milliseconds(lag),
        "ms",
    );
    table.note(
        "ingest, stored and visible",
        events / (acknowledged + lag).as_secs_f64(),
        "events/s",
    );
    Ok(())
}

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
    let expected = format!("\"accepted\":{BATCH},");
    for request in requests {
        let response = connection.exchange(request)?;
        if response.status != 202 || !String::from_utf8_lossy(&response.body).contains(&expected) {
            return Err(format!("{} {}", response.head, String::from_utf8_lossy(&response.body)).into());
        }
        times.push(response.whole);
    }
    Ok(times)
}

fn visible(server: &Server, token: &str, now: Timestamp) -> Outcome<usize> {
    let later = Timestamp::from_second(now.as_second() + 86_400)?;
    let question = json!({
        "kind": "trend", "series": [{"measure": "count"}], "interval": "month",
        "range": {"from": "2020-01-01T00:00:00Z", "to": later.to_string()},
    });
    let answer = server.post("/api/analytics/query", token, &question)?;
    Ok(answer["series"][0]["total"].as_u64().unwrap_or_default() as usize)
}

fn request(key: &str, number: usize, now: Timestamp, sender: Sender) -> Vec<u8> {
    const COUNTRIES: [&str; 5] = ["US", "DE", "GB", "FR", "IN"];
    const NAMES: [&str; 4] = ["page_view", "page_view", "feature_used", "login"];
    let mut body = String::from("[");
    for position in 0..BATCH {
        let event = number * BATCH + position;
        // A step that visits everything in no order.
        let mixed = event.wrapping_mul(2_654_435_761) % 1_000_003;
        let at = Timestamp::from_second(now.as_second() - (mixed * 2) as i64).unwrap_or(now);
        let separator = if position > 0 { "," } else { "" };
        if matches!(sender, Sender::Browser) {
            let _ = write!(
                body,
                r#"{separator}{{"id":"0192f0a4-{event:012x}","name":"page_view","timestamp":"{at}","properties":{{"$url":"https://shop.example/boards/{}?utm_source=news&utm_medium=email","$referrer":"https://www.google.com/","$title":"Board","$language":"en-GB","$screen":"1920x1080"}}}}"#,
                mixed % 300,
            );
            continue;
        }
        let _ = write!(
            body,
            r#"{separator}{{"id":"0192f0a4-{event:012x}","name":"{}","timestamp":"{at}","user_id":"user-{}","session_id":"session-{}","properties":{{"$path":"/boards/{}","$browser":"Chrome","$os":"macOS","country":"{}","duration_ms":{},"plan":"team"}}}}"#,
            NAMES[mixed % 4],
            mixed % 20_000,
            mixed % 90_000,
            mixed % 300,
            COUNTRIES[mixed % 5],
            mixed % 5_000,
        );
    }
    body.push(']');
    let length = body.len();
    let browser = match sender {
        Sender::Server => "",
        Sender::Browser => BROWSER,
    };
    let head = format!(
        "POST /api/analytics/events HTTP/1.1\r\nHost: localhost\r\nX-Write-Key: {key}\r\n{browser}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.into_bytes(), body.into_bytes()].concat()
}
