//! Records of the log of events, as a damaged disk may give them back: refused, or read so that they are written alike.
#![no_main]

#[path = "../../crates/engine/src/ingest/codec.rs"]
mod codec;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((count, rest)) = bytes.split_first() else { return };
    let Ok(events) = codec::decode(rest, usize::from(*count)) else {
        return;
    };
    assert_eq!(events.len(), usize::from(*count));
    // 65,535 bytes stand for an absent text: longer than any that we write.
    let mut again = Vec::with_capacity(rest.len());
    for event in &events {
        codec::encode(event, &mut again);
    }
    assert_eq!(again, rest);
});
