//! Copies an organization's events from one store to another.
//!
//! Pages are whole stretches of hours, so they are the same whenever the copy is begun again. Page *n* is appended at log
//! position *n* and the last one at the source's own position: a broken-off copy goes on after the page that the
//! target's position names, and the ingest log goes on where the source had come to. Real positions begin past the clock
//! in microseconds, far beyond any number of pages. While events are copied nobody else may write to either store.

mod fingerprint;
mod pages;

use model::ids::OrgId;

use crate::error::Error;
use crate::store::{Appended, EventStore};
use fingerprint::Fingerprint;
use pages::{Page, events_of, pages_of};

/// What a copy brought over, equal in both stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many events there are.
    pub events: u64,
    /// The sum of their digests, whatever their order; see [`copy_events`].
    pub checksum: u128,
}

/// How far a copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many of all events are in the target.
    Copied {
        /// In the target.
        events: u64,
        /// In the source.
        of: u64,
    },
    /// So many of all events of both stores were compared.
    Compared {
        /// Compared.
        events: u64,
        /// In both stores.
        of: u64,
    },
}

/// Copies everything of `org`, then compares the number of events and a checksum over all their fields in both stores. An
/// empty target is filled, a broken-off copy is taken up again, and a finished one is only compared.
///
/// The checksum is the sum of the first 16 bytes of each event's SHA-256 over its fields, with properties in the order
/// of their keys, numbers as every store keeps them, and without those that are null.
///
/// # Errors
/// [`Error::Conflict`] when the target holds other events or the comparison fails; otherwise as [`EventStore::fetch`] and
/// [`EventStore::append`].
pub async fn copy_events(
    from: &EventStore,
    to: &EventStore,
    org: OrgId,
    mut told: impl FnMut(Step),
) -> Result<Copied, Error> {
    let end = from.position(org).await?;
    let pages = pages_of(from, org).await?;
    let all: u64 = pages.iter().map(|page| page.events).sum();
    let mut copied = 0;
    let done = pages_in(to, org, &pages, end).await?;
    for (number, page) in (1..).zip(&pages) {
        copied += page.events;
        if number > done {
            let events = events_of(from, org, page).await?;
            let position = if number == pages.len() as u64 { end } else { number };
            to.append(org, vec![Appended { position, events }]).await?;
        }
        told(Step::Copied {
            events: copied,
            of: all,
        });
    }
    let mut compared = 0;
    let mut count = |events: u64| {
        compared += events;
        told(Step::Compared {
            events: compared,
            of: 2 * all,
        });
    };
    let ours = Fingerprint::of(from, org, &pages, &mut count).await?;
    let theirs = Fingerprint::of(to, org, &pages_of(to, org).await?, &mut count).await?;
    if ours != theirs {
        return Err(Error::Conflict(format!(
            "the copy is not like its source: {} events with checksum {:032x}, {} events with checksum {:032x}; clear the \
             target and copy again",
            ours.events, ours.checksum, theirs.events, theirs.checksum
        )));
    }
    Ok(Copied {
        events: ours.events,
        checksum: ours.checksum,
    })
}

/// How many of the pages an earlier copy has brought over.
async fn pages_in(to: &EventStore, org: OrgId, pages: &[Page], end: u64) -> Result<u64, Error> {
    let position = to.position(org).await?;
    let all = pages.len() as u64;
    let done = if position == end { all } else { position };
    let expected: u64 = pages.iter().zip(0..done).map(|(page, _)| page.events).sum();
    let there: u64 = pages_of(to, org).await?.iter().map(|page| page.events).sum();
    if done > all || there != expected {
        let message = "the target already holds events of this organization that are not from this copy; copy to an empty \
                       store";
        return Err(Error::Conflict(message.to_owned()));
    }
    Ok(done)
}
