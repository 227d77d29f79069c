//! Requests as bytes, written before the clock starts.

use std::fmt::Write as _;

use model::Timestamp;

/// Events in a request.
pub(super) const BATCH: usize = 500;
/// What a browser and a proxy in front of us add to a request.
const BROWSER: &str = "Origin: https://shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nX-Forwarded-For: 203.0.113.7\r\nCF-IPCountry: DE\r\n";

/// What is sent.
#[derive(Clone, Copy)]
pub(super) enum Sender {
    /// A program: its events are stored as they are.
    Server,
    /// A page: its events say where it is, and all that can be added to them is added.
    Browser,
}

/// Request number `number` of a sender: [`BATCH`] events with ids that no other number has.
pub(super) fn batch(key: &str, number: usize, now: Timestamp, sender: Sender) -> Vec<u8> {
    let mut body = String::from("[");
    for position in 0..BATCH {
        if position > 0 {
            body.push(',');
        }
        add_event(&mut body, number * BATCH + position, now, sender);
    }
    body.push(']');
    request(key, sender, &body)
}

/// One event alone, as a program sends it.
pub(super) fn one(key: &str, number: usize, now: Timestamp) -> Vec<u8> {
    let mut body = String::new();
    add_event(&mut body, number, now, Sender::Server);
    request(key, Sender::Server, &body)
}

/// One event called `name`.
pub(super) fn named(key: &str, name: &str) -> Vec<u8> {
    request(key, Sender::Server, &format!(r#"{{"name":"{name}"}}"#))
}

fn add_event(body: &mut String, event: usize, now: Timestamp, sender: Sender) {
    const COUNTRIES: [&str; 5] = ["US", "DE", "GB", "FR", "IN"];
    const NAMES: [&str; 4] = ["page_view", "page_view", "feature_used", "login"];
    // A step that visits everything in no order.
    let mixed = event.wrapping_mul(2_654_435_761) % 1_000_003;
    let at = Timestamp::from_second(now.as_second() - (mixed * 2) as i64).unwrap_or(now);
    let _ = match sender {
        Sender::Browser => write!(
            body,
            r#"{{"id":"0192f0a4-{event:012x}","name":"page_view","timestamp":"{at}","properties":{{"$url":"https://shop.example/boards/{}?utm_source=news&utm_medium=email","$referrer":"https://www.google.com/","$title":"Board","$language":"en-GB","$screen":"1920x1080"}}}}"#,
            mixed % 300,
        ),
        Sender::Server => write!(
            body,
            r#"{{"id":"0192f0a4-{event:012x}","name":"{}","timestamp":"{at}","user_id":"user-{}","session_id":"session-{}","properties":{{"$path":"/boards/{}","$browser":"Chrome","$os":"macOS","country":"{}","duration_ms":{},"plan":"team"}}}}"#,
            NAMES[mixed % 4],
            mixed % 20_000,
            mixed % 90_000,
            mixed % 300,
            COUNTRIES[mixed % 5],
            mixed % 5_000,
        ),
    };
}

fn request(key: &str, sender: Sender, body: &str) -> Vec<u8> {
    let browser = match sender {
        Sender::Server => "",
        Sender::Browser => BROWSER,
    };
    let length = body.len();
    let head = format!(
        "POST /api/analytics/events HTTP/1.1\r\nHost: localhost\r\nX-Write-Key: {key}\r\n{browser}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
