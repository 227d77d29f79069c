//! Bodies of other SDKs: unwrapped, translated by each dialect, and taken as events.
#![no_main]

#[path = "../../src/compat/plausible/translate.rs"]
mod plausible;
#[path = "../../src/compat/posthog/translate.rs"]
mod posthog;
#[path = "../../src/compat/said.rs"]
mod said;
#[path = "../../src/compat/segment/translate.rs"]
mod segment;
#[path = "../../src/compat/umami/translate.rs"]
mod umami;
#[path = "../../src/compat/wrapping.rs"]
mod wrapping;

/// As the program names it.
mod compat {
    pub(crate) use super::said;
}

use engine::enrich::Client;
use engine::ingest::fuzzing;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const MOST: usize = 64 * 1024;
const KINDS: [&str; 6] = ["track", "identify", "page", "screen", "group", "alias"];

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = wrapping::unwrapped(bytes, MOST) else {
        return;
    };
    of_segment(&body);
    of_posthog(body.clone());
    if let Some(read) = umami::read(body.clone(), &Client::default(), "visit") {
        fuzzing::drafts(vec![read.draft], None);
    }
    if let Value::Object(body) = body
        && let Ok((_, draft)) = plausible::translate(body)
    {
        fuzzing::drafts(vec![draft], None);
    }
});

fn of_segment(body: &Value) {
    let Value::Object(outer) = body else { return };
    let sent_at = said::instant(outer.get("sentAt"));
    for kind in KINDS.into_iter().filter_map(segment::Kind::of_call) {
        if let Ok(draft) = segment::translate(kind, outer.clone()) {
            fuzzing::drafts(vec![draft], sent_at);
        }
    }
    let Some(Value::Array(messages)) = outer.get("batch") else {
        return;
    };
    let drafts = messages.iter().filter_map(|message| {
        let message = segment::merged(message.clone(), outer)?;
        let kind = segment::Kind::of_type(&message)?;
        segment::translate(kind, message).ok()
    });
    fuzzing::drafts(drafts.take(100).collect(), sent_at);
}

fn of_posthog(body: Value) {
    let posthog::Body { events, sent_at, .. } = posthog::Body::read(body);
    let drafts = events
        .into_iter()
        .take(100)
        .filter_map(|event| posthog::translate(event, sent_at));
    fuzzing::drafts(drafts.collect(), sent_at);
}
