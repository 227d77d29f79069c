//! Ways in for `cargo fuzz`, compiled for it alone: what must hold whatever somebody sends, and whatever a disk gives back.

use model::Timestamp;
use model::event::Draft;
use model::ids::OrgId;
use uuid::Uuid;

use super::body::{Batch, BodyFormat};
use super::{codec, intake};
use crate::enrich::Enrichment;
use crate::random::Random;

/// Reads a body in each of its formats.
///
/// # Panics
/// Where an event is lost between the body and the log.
pub fn body(bytes: &[u8]) {
    for format in [BodyFormat::Json, BodyFormat::Ndjson] {
        if let Ok(batch) = Batch::read(bytes, format) {
            take(batch);
        }
    }
}

/// Takes the events that another program's dialect was translated into.
///
/// # Panics
/// As [`body`].
pub fn drafts(drafts: Vec<Draft<'static>>, sent_at: Option<Timestamp>) {
    take(Batch::of_drafts(drafts, sent_at));
}

/// Every event is kept or reported, and what is kept is read back from the log.
fn take(batch: Batch<'_>) {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("an instant");
    let sent = batch.len();
    let org = OrgId::new(Uuid::nil());
    let intake = intake::read(batch, org, now, &Random::seeded(1), &Enrichment::none());
    let receipt = &intake.receipt;
    assert_eq!(receipt.accepted + receipt.rejected + receipt.dropped, sent);
    assert_eq!(receipt.errors.is_empty(), receipt.rejected == 0);
    assert_eq!(intake.rows.ends.len(), receipt.accepted);
    let back = codec::decode(&intake.rows.bytes, receipt.accepted).expect("the log reads what it wrote");
    for event in back {
        let properties =
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(event.properties());
        assert!(
            properties.is_ok(),
            "properties are an object: {}",
            event.properties()
        );
    }
}

/// Reads a record of the log, which may be damaged; the first byte says how many events it should hold.
///
/// # Panics
/// Where what was read is written in another way.
pub fn record(bytes: &[u8]) {
    let Some((count, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(events) = codec::decode(rest, usize::from(*count)) else {
        return;
    };
    assert_eq!(events.len(), usize::from(*count));
    // What is longer than an event may be was never written by us, and the log's checksum refuses it before.
    let fits = |text: Option<&str>| text.is_none_or(|text| text.len() < usize::from(u16::MAX));
    let ours = events
        .iter()
        .all(|event| fits(Some(event.id())) && fits(Some(event.name())) && fits(event.user_id()));
    if ours {
        let mut again = Vec::with_capacity(rest.len());
        for event in &events {
            codec::encode(event, &mut again);
        }
        assert_eq!(again, rest);
    }
}
