//! One event of the API on each line. What is absent is left out; properties come as the store keeps them.

use std::io::Write;

use model::event::Event;

/// The lines of these events.
pub(super) fn lines(events: &[Event]) -> Vec<u8> {
    let mut out = Vec::with_capacity(events.iter().map(|event| event.properties().len() + 200).sum());
    for event in events {
        add(&mut out, event);
    }
    out
}

fn add(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"{\"id\":");
    text(out, event.id());
    out.extend_from_slice(b",\"name\":");
    text(out, event.name());
    // Writing to memory cannot fail.
    let _ = write!(out, ",\"timestamp\":\"{}\"", event.timestamp());
    for (name, value) in [
        ("user_id", event.user_id()),
        ("anonymous_id", event.anonymous_id()),
        ("session_id", event.session_id()),
    ] {
        if let Some(value) = value {
            let _ = write!(out, ",\"{name}\":");
            text(out, value);
        }
    }
    out.extend_from_slice(b",\"properties\":");
    out.extend_from_slice(event.properties().as_bytes());
    out.extend_from_slice(b"}\n");
}

fn text(out: &mut Vec<u8>, text: &str) {
    // A string has a JSON form always.
    let _ = serde_json::to_writer(out, text);
}
