//! From the texts of events to rows for the log, with a report on each that was refused.

use std::cell::Cell;

use model::Timestamp;
use model::event::{Event, Parsed, Receipt};
use model::ids::OrgId;
use model::problem::{FieldError, ItemProblem};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::codec;
use crate::random::Random;

/// What stands for an event's id: 128 bits of the SHA-256 of organization and id, so that nobody can make two collide.
pub(super) type Key = u128;

/// The key under which `id` counts once in `org`.
pub(super) fn key(org: OrgId, id: &str) -> Key {
    let digest = Sha256::new()
        .chain_update(org.uuid().as_bytes())
        .chain_update(id.as_bytes())
        .finalize();
    let (half, _) = digest.split_first_chunk().expect("a SHA-256 has 32 bytes");
    u128::from_be_bytes(*half)
}

/// Valid events in the form of the log.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The events, encoded one after another.
    pub(super) bytes: Vec<u8>,
    /// Where each ends, and its key if the sender gave the id.
    pub(super) ends: Vec<(usize, Option<Key>)>,
}

impl Rows {
    fn push(&mut self, event: &Event, key: Option<Key>) {
        codec::encode(event, &mut self.bytes);
        self.ends.push((self.bytes.len(), key));
    }

    /// Each event's bytes and key.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<Key>)> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, key)| {
            let bytes = &self.bytes[start..end];
            start = end;
            (bytes, key)
        })
    }
}

/// A request that was read: what is to be kept, and the report so far.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) rows: Rows,
    pub(super) receipt: Receipt,
}

/// Parses each item on its own: one that is wrong costs none of its neighbours.
pub(super) fn read(items: &[&str], org: OrgId, now: Timestamp, random: &Random) -> Intake {
    let mut intake = Intake::default();
    intake
        .rows
        .bytes
        .reserve(items.iter().map(|item| item.len()).sum());
    intake.rows.ends.reserve(items.len());
    for (index, item) in items.iter().enumerate() {
        let id_is_fresh = Cell::new(false);
        let fresh_id = || {
            id_is_fresh.set(true);
            random.id(now).to_string()
        };
        match Event::parse(item, now, fresh_id) {
            Ok(Parsed { event, warning }) => {
                let own_id = (!id_is_fresh.get()).then(|| event.id());
                if let Some(warning) = warning {
                    intake
                        .receipt
                        .warnings
                        .push(problem(index, own_id.map(str::to_owned), warning));
                }
                intake.rows.push(&event, own_id.map(|id| key(org, id)));
            }
            Err(error) => intake.receipt.errors.push(problem(index, id_of(item), error)),
        }
    }
    intake.receipt.accepted = intake.rows.ends.len();
    intake.receipt.rejected = intake.receipt.errors.len();
    intake
}

fn problem(index: usize, id: Option<String>, error: FieldError) -> ItemProblem {
    let FieldError { field, code, message } = error;
    ItemProblem {
        index,
        id,
        field: (!field.is_empty()).then_some(field),
        code,
        message,
    }
}

/// The id that a refused event gave itself, if that much of it can be read.
fn id_of(item: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    serde_json::from_str::<Named>(item)
        .ok()
        .map(|named| named.id.chars().take(model::event::MAX_ID_CHARS).collect())
}
