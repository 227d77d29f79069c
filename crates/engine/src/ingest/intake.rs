//! From the texts of events to rows for the log, with a report on each that was refused.

use std::borrow::Cow;
use std::cell::Cell;

use model::Timestamp;
use model::event::{Draft, Event, Parsed, Receipt};
use model::ids::OrgId;
use model::problem::{FieldError, ItemProblem};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::body::{Batch, Item};
use super::codec;
use crate::enrich::{Enriched, Enrichment};
use crate::live;
use crate::profiles::ProfileChange;
use crate::random::Random;

/// What stands for an event's id: 128 bits of the SHA-256 of organization and id, so that nobody can make two collide.
pub(crate) type Key = u128;

/// The key under which `id` counts once in `org`.
pub(crate) fn key(org: OrgId, id: &str) -> Key {
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
pub(crate) struct Intake {
    pub(super) rows: Rows,
    pub(super) receipt: Receipt,
    pub(super) changes: Vec<ProfileChange>,
    /// How what was refused began, by its index in the request.
    pub(super) texts: Vec<(usize, String)>,
}

impl Intake {
    /// What the events say of users and groups.
    pub(crate) fn take_changes(&mut self) -> Vec<ProfileChange> {
        std::mem::take(&mut self.changes)
    }
}

/// Reads, checks and enriches each item on its own: one that is wrong costs none of its neighbours.
pub(super) fn read(
    batch: Batch<'_>,
    org: OrgId,
    now: Timestamp,
    random: &Random,
    enrichment: &Enrichment,
) -> Intake {
    let mut intake = Intake::default();
    let bytes = |item: &Item<'_>| match item {
        Item::Json(text) => text.len(),
        Item::Draft(draft) => draft.properties.as_ref().map_or(0, |text| text.len()),
    };
    intake.rows.bytes.reserve(batch.items.iter().map(bytes).sum());
    intake.rows.ends.reserve(batch.items.len());
    // Each time is read by the sender's clock, then moved onto ours.
    let skew = enrichment.skew(batch.sent_at, now);
    let now_there = now.checked_sub(skew).unwrap_or(now);
    for (index, item) in batch.items.into_iter().enumerate() {
        let text = match &item {
            Item::Json(text) => Some(*text),
            Item::Draft(_) => None,
        };
        let id_is_fresh = Cell::new(false);
        let fresh_id = || {
            id_is_fresh.set(true);
            random.id(now).to_string()
        };
        let draft = match item {
            Item::Json(text) => Draft::read(text),
            Item::Draft(draft) => Ok(draft),
        };
        let drafted_id = match &draft {
            Ok(draft) if text.is_none() => draft.id.clone().map(Cow::into_owned),
            _ => None,
        };
        match draft.and_then(|draft| draft.check(now_there, fresh_id)) {
            Ok(mut parsed) => {
                if !skew.is_zero() {
                    parsed.event = parsed.event.moved_by(skew);
                }
                intake.take(index, parsed, !id_is_fresh.get(), org, enrichment);
            }
            Err(error) => {
                let id = drafted_id.or_else(|| text.and_then(id_of));
                if let Some(text) = text {
                    intake.texts.push((index, live::beginning(text)));
                }
                intake.receipt.errors.push(problem(index, id, error));
            }
        }
    }
    intake.receipt.accepted = intake.rows.ends.len();
    intake.receipt.rejected = intake.receipt.errors.len();
    intake
}

impl Intake {
    fn take(&mut self, index: usize, parsed: Parsed, has_own_id: bool, org: OrgId, enrichment: &Enrichment) {
        let Parsed {
            event,
            warning,
            carries,
        } = parsed;
        let Enriched::Kept(event) = enrichment.apply(event, carries) else {
            self.receipt.dropped += 1;
            return;
        };
        let own_id = has_own_id.then(|| event.id());
        if let Some(warning) = warning {
            let problem = problem(index, own_id.map(str::to_owned), warning);
            self.receipt.warnings.push(problem);
        }
        if carries.profile {
            self.changes.extend(ProfileChange::of(&event));
        }
        self.rows.push(&event, own_id.map(|id| key(org, id)));
    }
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
