//! What was read of an organization's events, with the position that it holds for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::ids::OrgId;

/// Most organizations of which something is kept.
const MOST_KEPT: usize = 1_000;

/// The newest that was read of each organization.
#[derive(Debug)]
pub(super) struct KeptAt<T>(Mutex<HashMap<OrgId, (u64, Arc<T>)>>);

impl<T> Default for KeptAt<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> KeptAt<T> {
    pub(super) fn at(&self, org: OrgId, position: u64) -> Option<Arc<T>> {
        let all = self.all();
        let (_, value) = all.get(&org).filter(|(at, _)| *at == position)?;
        Some(Arc::clone(value))
    }

    pub(super) fn keep(&self, org: OrgId, position: u64, value: &Arc<T>) {
        let mut all = self.all();
        if all.len() >= MOST_KEPT {
            all.clear();
        }
        all.insert(org, (position, Arc::clone(value)));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<OrgId, (u64, Arc<T>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
