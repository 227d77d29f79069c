//! Who listens to which organization's events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use model::event::Event;
#[cfg(test)]
use model::event::EventParts;
use model::ids::OrgId;
use model::problem::ItemProblem;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::broadcast;

use crate::store::Appended;

/// Announcements that may wait for one listener; whoever falls further behind is told that they missed some.
const BEHIND: usize = 64;
/// Events in one announcement; the others of the same batch are only counted.
const MOST_EVENTS: usize = 500;
/// Bytes of properties in one announcement.
const MOST_BYTES: usize = 512 * 1024;
/// Refused events in one announcement.
const MOST_REFUSED: usize = 100;
/// Characters of a refused event that are shown.
const MOST_TEXT: usize = 600;

/// Something that happened to an organization's events.
#[derive(Clone, Debug)]
pub enum News {
    /// Events that are in the store now.
    Stored {
        /// The newest of them.
        events: Arc<[LiveEvent]>,
        /// How many others there were.
        more: usize,
    },
    /// Events that were not taken, or not as they were sent.
    Refused(Arc<[Refused]>),
}

/// A stored event, read and written at most once for all who listen.
#[derive(Debug)]
pub struct LiveEvent {
    event: Event,
    properties: OnceLock<Value>,
    json: OnceLock<String>,
}

/// An event that was not taken, or was taken with a remark.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in the words of the receipt.
    #[serde(flatten)]
    pub problem: ItemProblem,
    /// The beginning of what was sent.
    pub text: String,
}

/// What became of an event that did not pass as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was not kept.
    Refused,
    /// It was kept, with the change that the message names.
    Changed,
    /// It was here before.
    Duplicate,
    /// The organization does not want it.
    Dropped,
}

/// The event as its reader sees it.
#[derive(Serialize)]
struct Written<'e> {
    name: &'e str,
    id: &'e str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'e str>,
    properties: &'e RawValue,
}

/// An event in the words of the API: what a dry run shows and a listener gets.
#[must_use]
pub(crate) fn written(event: &Event) -> String {
    let properties = RawValue::from_string(event.properties().to_owned())
        .or_else(|_| RawValue::from_string("{}".to_owned()))
        .expect("an empty object is JSON");
    let written = Written {
        name: event.name(),
        id: event.id(),
        timestamp: event.timestamp().to_string(),
        user_id: event.user_id(),
        anonymous_id: event.anonymous_id(),
        session_id: event.session_id(),
        properties: &properties,
    };
    serde_json::to_string(&written).unwrap_or_default()
}

impl LiveEvent {
    pub(super) fn new(event: Event) -> Self {
        Self {
            event,
            properties: OnceLock::new(),
            json: OnceLock::new(),
        }
    }

    /// The event.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Its properties as a tree.
    pub(super) fn properties(&self) -> &Value {
        self.properties
            .get_or_init(|| serde_json::from_str(self.event.properties()).unwrap_or_default())
    }

    /// The event as JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| written(&self.event))
    }
}

/// The listeners of all organizations.
#[derive(Debug, Default)]
pub(crate) struct Hub(Mutex<HashMap<OrgId, broadcast::Sender<News>>>);

impl Hub {
    /// What happens to the events of `org` from now on.
    pub(crate) fn listen(&self, org: OrgId) -> broadcast::Receiver<News> {
        let mut senders = self.senders();
        senders.retain(|_, sender| sender.receiver_count() > 0);
        let sender = senders.entry(org).or_insert_with(|| broadcast::channel(BEHIND).0);
        sender.subscribe()
    }

    /// A copy of what is about to be stored, if anybody wants to hear of it.
    pub(crate) fn prepared(&self, org: OrgId, batches: &[Appended]) -> Option<News> {
        self.sender(org)?;
        let total: usize = batches.iter().map(|batch| batch.events.len()).sum();
        let mut bytes = 0;
        let newest = batches.iter().rev().flat_map(|batch| batch.events.iter().rev());
        let mut events: Vec<LiveEvent> = newest
            .take(MOST_EVENTS)
            .take_while(|event| {
                bytes += event.properties().len();
                bytes <= MOST_BYTES
            })
            .map(|event| LiveEvent::new(event.clone()))
            .collect();
        events.reverse();
        Some(News::Stored {
            more: total - events.len(),
            events: events.into(),
        })
    }

    /// Whether anybody listens to `org`.
    pub(crate) fn has_listeners(&self, org: OrgId) -> bool {
        self.sender(org).is_some()
    }

    /// Tells everybody who listens to `org`.
    pub(crate) fn announce(&self, org: OrgId, news: News) {
        if let Some(sender) = self.sender(org) {
            // Whoever listened may have gone in the meantime.
            let _ = sender.send(news);
        }
    }

    fn sender(&self, org: OrgId) -> Option<broadcast::Sender<News>> {
        let sender = self.senders().get(&org)?.clone();
        (sender.receiver_count() > 0).then_some(sender)
    }

    fn senders(&self) -> MutexGuard<'_, HashMap<OrgId, broadcast::Sender<News>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a receipt says of events that did not pass as they were; `texts` are the beginnings of those that were refused, by
/// their index.
pub(crate) fn refusals(texts: &[(usize, String)], receipt: &model::event::Receipt) -> Option<News> {
    let told = |outcome| {
        move |problem: &ItemProblem| Refused {
            outcome,
            problem: problem.clone(),
            text: texts
                .iter()
                .find(|(index, _)| outcome == Outcome::Refused && *index == problem.index)
                .map(|(_, text)| text.clone())
                .unwrap_or_default(),
        }
    };
    let errors = receipt.errors.iter().take(MOST_REFUSED);
    let warnings = receipt.warnings.iter().take(MOST_REFUSED);
    let mut refused: Vec<Refused> = errors.map(told(Outcome::Refused)).collect();
    refused.extend(warnings.map(told(Outcome::Changed)));
    for (outcome, code, count, words) in [
        (
            Outcome::Duplicate,
            "duplicate",
            receipt.duplicates,
            "here before and not counted again",
        ),
        (
            Outcome::Dropped,
            "unwanted",
            receipt.dropped,
            "left out, as the organization wishes: bots, for example",
        ),
    ] {
        if count > 0 {
            refused.push(counted(outcome, code, count, words));
        }
    }
    (!refused.is_empty()).then(|| News::Refused(refused.into()))
}

/// Events of one request that are only counted.
fn counted(outcome: Outcome, code: &str, count: usize, words: &str) -> Refused {
    let message = match count {
        1 => format!("1 event of a request was {words}."),
        many => format!("{many} events of a request were {words}."),
    };
    Refused {
        outcome,
        problem: ItemProblem {
            index: 0,
            id: None,
            field: None,
            code: code.to_owned(),
            message,
        },
        text: String::new(),
    }
}

/// As much of what was sent as is shown.
pub(crate) fn beginning(item: &str) -> String {
    match item.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}…", &item[..end]),
        None => item.to_owned(),
    }
}

/// A stored event made of its columns, for tests of what reads one.
#[cfg(test)]
pub(super) fn live_event(parts: EventParts) -> LiveEvent {
    LiveEvent::new(Event::from_parts(parts))
}
