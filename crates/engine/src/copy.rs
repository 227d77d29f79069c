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
pub use fingerprint::Copied;
use pages::{Page, events_in_all, events_of, pages_of};

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
    /// So many of all events in the target were compared with those of the source.
    Compared {
        /// Compared.
        events: u64,
        /// In the target.
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
    let of = pages.iter().map(|page| page.events).sum();
    let done = pages_in(to, org, &pages, end).await?;
    let mut ours = Copied::default();
    for (number, page) in (1..).zip(&pages) {
        let events = events_of(from, org, page).await?;
        ours.add(&events);
        if number > done {
            // Real positions are greater; what was made by hand may begin at 1.
            let position = if number == pages.len() as u64 {
                end.max(number)
            } else {
                number
            };
            to.append(org, vec![Appended { position, events }]).await?;
        }
        let events = ours.events;
        told(Step::Copied { events, of });
    }
    let mut theirs = Copied::default();
    for page in &pages {
        theirs.add(&events_of(to, org, page).await?);
        let events = theirs.events;
        told(Step::Compared { events, of });
    }
    let there = events_in_all(to, org).await?;
    if ours != theirs || there != ours.events {
        return Err(Error::Conflict(format!(
            "the copy is not like its source: {} events with checksum {:032x}, {there} events with checksum {:032x}; clear \
             the target and copy again",
            ours.events, ours.checksum, theirs.checksum
        )));
    }
    Ok(ours)
}

/// How many of the pages an earlier copy has brought over.
async fn pages_in(to: &EventStore, org: OrgId, pages: &[Page], end: u64) -> Result<u64, Error> {
    let position = to.position(org).await?;
    let all = pages.len() as u64;
    let done = if position == end { all } else { position };
    let expected: u64 = pages.iter().zip(0..done).map(|(page, _)| page.events).sum();
    if done > all || events_in_all(to, org).await? != expected {
        let message = "the target already holds events of this organization that are not from this copy; copy to an empty \
                       store";
        return Err(Error::Conflict(message.to_owned()));
    }
    Ok(done)
}
