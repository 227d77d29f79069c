//! Something for each organization that has it in use, and for some that had.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::ids::OrgId;

/// Organizations beyond this many make it forget those that do not use theirs.
const REMEMBERED: usize = 1_000;

/// One value for each organization; what nobody holds may be made anew the next time.
#[derive(Debug)]
pub(super) struct PerOrg<T>(Mutex<HashMap<OrgId, Arc<T>>>);

impl<T> Default for PerOrg<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> PerOrg<T> {
    /// The organization's value, which `make` makes where there is none.
    pub(super) fn of(&self, org: OrgId, make: impl FnOnce() -> T) -> Arc<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if values.len() > REMEMBERED {
            values.retain(|_, value| Arc::strong_count(value) > 1);
        }
        Arc::clone(values.entry(org).or_insert_with(|| Arc::new(make())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_never_forgotten() {
        let values = PerOrg::default();
        let org = |number: usize| OrgId::new(uuid::Uuid::from_u128(number as u128));
        let held = org(2 * REMEMBERED);
        let value = values.of(held, || 7);
        for number in 0..2 * REMEMBERED {
            values.of(org(number), || number);
        }
        assert!(Arc::ptr_eq(&value, &values.of(held, || 8)));
        assert!(values.0.lock().expect("nobody panicked").len() <= REMEMBERED + 2);
    }
}
