//! What statements must know of an organization's events before they are written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::ids::OrgId;

use super::Kinds;

/// Most organizations whose shape is kept.
const MOST_KEPT: usize = 1_000;

/// What is true of all events of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Which kinds of values their properties hold.
    pub(crate) kinds: Arc<Kinds>,
    /// Whether any anonymous visitor turned out to be a user.
    pub(crate) has_links: bool,
}

/// Shapes with the position that was read before them: they hold for everything up to it.
#[derive(Debug, Default)]
pub(super) struct Shapes(Mutex<HashMap<OrgId, (u64, Arc<Shape>)>>);

impl Shapes {
    pub(super) fn at(&self, org: OrgId, position: u64) -> Option<Arc<Shape>> {
        let shapes = self.shapes();
        let (_, shape) = shapes.get(&org).filter(|(at, _)| *at == position)?;
        Some(Arc::clone(shape))
    }

    pub(super) fn keep(&self, org: OrgId, position: u64, shape: &Arc<Shape>) {
        let mut shapes = self.shapes();
        if shapes.len() >= MOST_KEPT {
            shapes.clear();
        }
        shapes.insert(org, (position, Arc::clone(shape)));
    }

    fn shapes(&self) -> MutexGuard<'_, HashMap<OrgId, (u64, Arc<Shape>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
