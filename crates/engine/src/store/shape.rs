//! What statements must know of an organization's events before they are written.

use std::sync::Arc;

use super::Kinds;

/// What is true of all events of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Which kinds of values their properties hold.
    pub(crate) kinds: Arc<Kinds>,
    /// Whether any anonymous visitor turned out to be a user.
    pub(crate) has_links: bool,
}
