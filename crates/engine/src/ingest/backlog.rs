//! What the log holds and the store does not: a queue of records for each organization, so that one whose store
//! fails holds up no other.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use model::Timestamp;
use model::ids::OrgId;
use tokio::time::Instant;

use super::log::{Header, Span};

const MOST_BYTES: usize = 32 * 1024 * 1024;
/// How long the first record waits for company: many small writes cost the store more than one large.
const LINGER: Duration = Duration::from_millis(100);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(10);

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Store these records.
    Store(Span),
    /// Nothing before this moment.
    WaitUntil(Instant),
    /// Nothing before something arrives.
    Idle,
}

#[derive(Default)]
struct Queue {
    records: VecDeque<Header>,
    /// When the oldest of them is due.
    due: Option<Instant>,
    failures: u32,
}

/// The records that are not stored yet.
pub(super) struct Backlog {
    queues: HashMap<OrgId, Queue>,
    /// How many events one write to the store takes at most, give or take a record.
    most_events: usize,
    events: usize,
    bytes: usize,
}

impl Backlog {
    pub(super) fn new(most_events: usize) -> Self {
        Self {
            queues: HashMap::new(),
            most_events,
            events: 0,
            bytes: 0,
        }
    }

    /// Adds a record, the newest of its organization.
    pub(super) fn push(&mut self, header: Header, now: Instant) {
        self.events += header.count;
        self.bytes += header.bytes;
        let queue = self.queues.entry(header.org).or_default();
        queue.due.get_or_insert(now + LINGER);
        queue.records.push_back(header);
    }

    /// What is due: the oldest records first; with `hurry` nothing waits for company.
    pub(super) fn next(&self, now: Instant, hurry: bool) -> Next {
        let due = |queue: &Queue| match queue.due {
            Some(due) if queue.failures > 0 => due,
            Some(due) if !hurry && queue.batch(self.most_events).count < self.most_events => due,
            _ => now,
        };
        let waiting = || self.queues.values().map(|queue| (due(queue), queue));
        let ready = waiting().filter(|(due, _)| *due <= now).map(|(_, queue)| queue);
        match ready.min_by_key(|queue| queue.head()) {
            Some(queue) => Next::Store(queue.batch(self.most_events).span),
            None => waiting()
                .map(|(due, _)| due)
                .min()
                .map_or(Next::Idle, Next::WaitUntil),
        }
    }

    /// The records of `span` are in the store.
    pub(super) fn done(&mut self, span: Span, now: Instant) {
        let Some(queue) = self.queues.get_mut(&span.org) else {
            return;
        };
        while let Some(header) = queue.records.pop_front_if(|header| header.position <= span.last) {
            self.events -= header.count;
            self.bytes -= header.bytes;
        }
        queue.failures = 0;
        queue.due = Some(now + LINGER);
        if queue.records.is_empty() {
            self.queues.remove(&span.org);
        }
    }

    /// The records of `span` could not be stored: later again.
    pub(super) fn failed(&mut self, span: Span, now: Instant) {
        let Some(queue) = self.queues.get_mut(&span.org) else {
            return;
        };
        let wait = FIRST_RETRY
            .saturating_mul(2_u32.saturating_pow(queue.failures))
            .min(LAST_RETRY);
        queue.failures += 1;
        queue.due = Some(now + wait);
    }

    /// The first position that is not stored.
    pub(super) fn first_position(&self) -> Option<u64> {
        self.queues.values().filter_map(Queue::head).min()
    }

    /// When the oldest record that is not stored was accepted.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.queues
            .values()
            .filter_map(|queue| queue.records.front())
            .map(|header| header.at)
            .min()
    }

    /// Events that are not stored.
    pub(super) const fn events(&self) -> usize {
        self.events
    }

    /// Bytes in the log that are not stored.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

struct Batch {
    span: Span,
    count: usize,
}

impl Queue {
    fn head(&self) -> Option<u64> {
        self.records.front().map(|header| header.position)
    }

    /// As many of the oldest records as go to the store at once; queues are never empty.
    fn batch(&self, most_events: usize) -> Batch {
        let first = &self.records[0];
        let mut span = Span {
            org: first.org,
            first: first.position,
            last: first.position,
        };
        let (mut count, mut bytes) = (first.count, first.bytes);
        for header in self.records.iter().skip(1) {
            if count >= most_events || bytes + header.bytes > MOST_BYTES {
                break;
            }
            (count, bytes) = (count + header.count, bytes + header.bytes);
            span.last = header.position;
        }
        Batch { span, count }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const MOST_EVENTS: usize = 100;

    fn header(org: u128, position: u64, count: usize) -> Header {
        let org = OrgId::new(Uuid::from_u128(org));
        Header {
            position,
            org,
            at: Timestamp::UNIX_EPOCH,
            count,
            bytes: 10,
        }
    }

    fn span(org: u128, first: u64, last: u64) -> Span {
        Span {
            org: OrgId::new(Uuid::from_u128(org)),
            first,
            last,
        }
    }

    #[test]
    fn records_wait_for_company_but_not_in_a_hurry() {
        let now = Instant::now();
        let mut backlog = Backlog::new(MOST_EVENTS);
        assert_eq!(backlog.next(now, false), Next::Idle);
        backlog.push(header(1, 1, 5), now);
        assert_eq!(backlog.next(now, false), Next::WaitUntil(now + LINGER));
        assert_eq!(backlog.next(now, true), Next::Store(span(1, 1, 1)));
        backlog.push(header(1, 3, MOST_EVENTS), now);
        assert_eq!(backlog.next(now, false), Next::Store(span(1, 1, 3)));
        backlog.push(header(1, 4, 1), now);
        assert_eq!(
            backlog.next(now, false),
            Next::Store(span(1, 1, 3)),
            "a batch has a size"
        );
    }

    #[test]
    fn one_that_fails_holds_up_no_other() {
        let now = Instant::now();
        let mut backlog = Backlog::new(MOST_EVENTS);
        backlog.push(header(1, 1, 1), now);
        backlog.push(header(2, 2, 1), now);
        backlog.failed(span(1, 1, 1), now);
        assert_eq!(backlog.next(now, true), Next::Store(span(2, 2, 2)));
        backlog.done(span(2, 2, 2), now);
        assert_eq!(backlog.next(now, true), Next::WaitUntil(now + FIRST_RETRY));
        backlog.failed(span(1, 1, 1), now);
        assert_eq!(backlog.next(now, true), Next::WaitUntil(now + 2 * FIRST_RETRY));
        assert_eq!(
            (backlog.first_position(), backlog.events(), backlog.bytes()),
            (Some(1), 1, 10)
        );
        backlog.done(span(1, 1, 1), now);
        assert_eq!(
            (backlog.first_position(), backlog.events(), backlog.bytes()),
            (None, 0, 0)
        );
    }
}
