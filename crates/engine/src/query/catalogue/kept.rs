use std::sync::Arc;

use model::catalogue::{EventProperty, PropertyValues};
use model::ids::OrgId;
use moka::sync::Cache;

use super::ValuesAsked;
use super::names::Names;

/// About how many bytes of each sort are kept.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What was listed before, in bounded memory.
#[derive(Debug)]
pub(super) struct Kept {
    names: Cache<OrgId, Arc<Names>>,
    listings: Cache<Key, Arc<Listing>>,
}

/// Everything that decides a listing, so one that is found is never stale.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    org: OrgId,
    /// How often events were erased before, and the position.
    version: (u64, u64),
    property: Option<String>,
    event: Option<String>,
    search: Option<String>,
    limit: usize,
}

/// A list that was made.
#[derive(Clone, Debug)]
pub(super) enum Listing {
    Properties(Vec<EventProperty>),
    Values(PropertyValues),
}

impl Key {
    pub(super) fn properties(org: OrgId, version: (u64, u64), event: Option<&str>) -> Self {
        Self {
            org,
            version,
            property: None,
            event: event.map(str::to_owned),
            search: None,
            limit: 0,
        }
    }

    pub(super) fn values(org: OrgId, version: (u64, u64), asked: &ValuesAsked) -> Self {
        Self {
            org,
            version,
            property: Some(asked.property.to_string()),
            event: asked.event.clone(),
            search: asked.search.clone(),
            limit: asked.limit,
        }
    }

    fn bytes(&self) -> usize {
        let texts = [&self.property, &self.event, &self.search];
        200 + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }
}

impl Listing {
    fn bytes(&self) -> usize {
        match self {
            Self::Properties(items) => items.iter().map(|item| 100 + item.property.len()).sum(),
            Self::Values(values) => values.items.iter().map(|item| 60 + item.value.len()).sum(),
        }
    }
}

impl Default for Kept {
    fn default() -> Self {
        let weight = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        Self {
            names: Cache::builder()
                .weigher(move |_, names: &Arc<Names>| weight(names.bytes()))
                .max_capacity(MOST_BYTES)
                .build(),
            listings: Cache::builder()
                .weigher(move |key: &Key, listing: &Arc<Listing>| weight(key.bytes() + listing.bytes()))
                .max_capacity(MOST_BYTES)
                .build(),
        }
    }
}

impl Kept {
    pub(super) fn forget_all(&self) {
        self.names.invalidate_all();
        self.listings.invalidate_all();
    }

    pub(super) fn names(&self, org: OrgId) -> Option<Arc<Names>> {
        self.names.get(&org)
    }

    pub(super) fn keep_names(&self, org: OrgId, names: Arc<Names>) {
        self.names.insert(org, names);
    }

    pub(super) fn listing(&self, key: &Key) -> Option<Listing> {
        self.listings.get(key).map(|listing| Listing::clone(&listing))
    }

    pub(super) fn keep(&self, key: Key, listing: Listing) {
        self.listings.insert(key, Arc::new(listing));
    }
}
