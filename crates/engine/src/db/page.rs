//! Lists that may be long: one page at a time, newest first, and a cursor to the next.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;

const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRequest {
    /// How many items; 50 when absent, 200 at most.
    #[serde(default)]
    pub limit: Option<u32>,
    /// The cursor that the page before gave; the first page when absent.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Asks for the items after these; absent on the last page.
    pub next_cursor: Option<String>,
}

/// A page request that was checked: ids count down, so the page is what comes below `below`.
pub(crate) struct Slice {
    pub(crate) below: Uuid,
    limit: usize,
}

/// Checks a page request.
pub(crate) fn after(request: &PageRequest) -> Result<Slice, Error> {
    let limit = request.limit.unwrap_or(USUAL);
    if limit == 0 || limit > MOST {
        return Err(Error::invalid(
            "limit",
            "out_of_range",
            format!("Ask for 1 to {MOST} items."),
        ));
    }
    let below = match &request.cursor {
        None => Uuid::max(),
        Some(cursor) => Uuid::try_parse(cursor)
            .map_err(|_| Error::invalid("cursor", "invalid", "Use the `next_cursor` of the page before."))?,
    };
    Ok(Slice {
        below,
        limit: limit as usize,
    })
}

impl Slice {
    /// One row more than the page holds: it tells whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::from(MOST)) + 1
    }

    /// Makes the page of the rows that came.
    pub(crate) fn page<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let next_cursor = if more {
            items.last().map(|last| id(last).to_string())
        } else {
            None
        };
        Page { items, next_cursor }
    }
}
