//! Events as senders write them: refused with a reason, or kept so that the log gives them back.
#![no_main]

#[path = "../../crates/engine/src/ingest/codec.rs"]
mod codec;

use libfuzzer_sys::fuzz_target;
use model::Timestamp;
use model::event::Event;
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("an instant");
    for line in text.lines() {
        let event = match Event::parse(line, now, || "fresh".to_owned()) {
            Ok(parsed) => parsed.event,
            Err(error) => {
                assert!(!error.message.is_empty(), "a refusal says why");
                continue;
            }
        };
        serde_json::from_str::<Map<String, Value>>(event.properties()).expect("properties are an object");
        let mut bytes = Vec::new();
        codec::encode(&event, &mut bytes);
        let back = codec::decode(&bytes, 1).expect("the log reads what it wrote");
        assert_eq!(back, [event]);
    }
});
