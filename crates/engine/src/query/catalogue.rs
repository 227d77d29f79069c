//! The catalogue: which events there are, which properties they have, and with which values. Pickers offer these.
//!
//! Names are counted exactly; where the store can tell what came since, only that is read. Properties and values are
//! counted among the newest events. Everything is kept for as long as nothing is stored.

mod kept;
mod names;
mod newest;
mod properties;
mod values;

use std::sync::Arc;

use model::catalogue::{EventName, EventProperty, PropertyValues};
use model::ids::OrgId;
use model::query::Property;
use model::role::Action;

use self::kept::{Kept, Key, Listing};
use self::names::Names;
use super::dialect::Dialect;
use super::source::Source;
use super::sql::Sql;
use crate::caller::Caller;
use crate::error::Error;
use crate::store::{EventStore, Frame, Kinds};

/// Lists what questions can be asked about; clones share what is kept.
#[derive(Clone, Debug)]
pub struct Catalogue {
    store: EventStore,
    dialect: Dialect,
    kept: Arc<Kept>,
}

/// Whose values are wanted.
#[derive(Clone, Debug)]
pub struct ValuesAsked {
    /// Values of this property.
    pub property: Property,
    /// Of events with this name; of any event when absent.
    pub event: Option<String>,
    /// Only values that contain this, in whatever case.
    pub search: Option<String>,
    /// At most so many: 1 to 1,000.
    pub limit: usize,
}

impl Catalogue {
    /// Lists what `store` holds.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        Self {
            dialect: store.dialect(),
            store,
            kept: Arc::default(),
        }
    }

    /// Keeps no list any more: some of them hold values of events that were erased.
    pub(crate) fn forget_all(&self) {
        self.kept.forget_all();
    }

    /// The names of the organization's events, the most frequent first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the caller may not look; otherwise as [`EventStore::fetch`].
    pub async fn names(&self, caller: &Caller) -> Result<Vec<EventName>, Error> {
        caller.must(Action::Read)?;
        Ok(self.current_names(caller.org()).await?.listed())
    }

    /// The properties of the organization's events, or of those with one name; the most frequent first.
    ///
    /// # Errors
    /// As [`Catalogue::names`].
    pub async fn properties(
        &self,
        caller: &Caller,
        event: Option<&str>,
    ) -> Result<Vec<EventProperty>, Error> {
        caller.must(Action::Read)?;
        let look = self.look(caller.org()).await?;
        let key = Key::properties(caller.org(), look.names.version(), event);
        if let Some(Listing::Properties(kept)) = self.kept.listing(&key) {
            return Ok(kept);
        }
        let kinds = self.store.kinds(caller.org()).await?;
        let found = properties::list(&look, &kinds, event).await?;
        self.kept.keep(key, Listing::Properties(found.clone()));
        Ok(found)
    }

    /// The most frequent values of a property.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit that is out of range; otherwise as [`Catalogue::names`].
    pub async fn values(&self, caller: &Caller, asked: &ValuesAsked) -> Result<PropertyValues, Error> {
        caller.must(Action::Read)?;
        asked.check()?;
        let look = self.look(caller.org()).await?;
        let key = Key::values(caller.org(), look.names.version(), asked);
        if let Some(Listing::Values(kept)) = self.kept.listing(&key) {
            return Ok(kept);
        }
        let found = values::list(&look, asked).await?;
        self.kept.keep(key, Listing::Values(found.clone()));
        Ok(found)
    }

    async fn look(&self, org: OrgId) -> Result<Look<'_>, Error> {
        Ok(Look {
            store: &self.store,
            dialect: self.dialect,
            org,
            names: self.current_names(org).await?,
            kinds: Kinds::unknown(),
        })
    }

    async fn current_names(&self, org: OrgId) -> Result<Arc<Names>, Error> {
        // Before anything is read: what is read holds at least what was stored up to here.
        let version = self.store.version(org).await?;
        let version = (version.erasures, version.position);
        // After an erasure nothing that was counted before is true.
        let kept = self
            .kept
            .names(org)
            .filter(|names| names.version().0 == version.0);
        if let Some(names) = kept.as_ref().filter(|names| names.version() == version) {
            return Ok(Arc::clone(names));
        }
        let names = names::read(&self.store, self.dialect, org, version, kept.as_deref()).await?;
        let names = Arc::new(names);
        self.kept.keep_names(org, Arc::clone(&names));
        Ok(names)
    }
}

impl ValuesAsked {
    fn check(&self) -> Result<(), Error> {
        if (1..=1_000).contains(&self.limit) {
            return Ok(());
        }
        Err(Error::invalid(
            "limit",
            "out_of_range",
            "`limit` is a whole number from 1 to 1000.",
        ))
    }
}

/// One look at an organization's events.
struct Look<'c> {
    store: &'c EventStore,
    dialect: Dialect,
    org: OrgId,
    names: Arc<Names>,
    /// Unknown: new kinds of values may come between the look at the kinds and the look at the events.
    kinds: Kinds,
}

impl Look<'_> {
    fn source(&self) -> Source<'_> {
        Source {
            dialect: self.dialect,
            kinds: &self.kinds,
            has_links: false,
            user_properties: &[],
        }
    }

    async fn fetch(&self, sql: Sql) -> Result<Frame, Error> {
        self.store.fetch(self.org, sql.into_statement()).await
    }

    /// What holds for events with this name, or for any.
    fn of_event(&self, event: Option<&str>) -> Sql {
        event.map_or_else(|| Sql::new("TRUE"), |name| self.source().is_named(name))
    }
}
