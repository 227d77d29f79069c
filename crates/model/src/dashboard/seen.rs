//! What a widget asks as it is looked at.

use super::variables::condition;
use super::{View, Widget};
use crate::query::Query;

impl Widget {
    /// Its question, seen through what its dashboard `saved` and what a viewer chose beside it; none where it asks nothing.
    #[must_use]
    pub fn seen(&self, saved: &View, view: &View) -> Option<Query> {
        let range = view.range.as_ref().or(saved.range.as_ref());
        let mut query = self
            .config
            .query
            .as_ref()?
            .within(range, saved.filter.as_ref())
            .within(None, view.filter.as_ref())
            .within(None, condition(saved, view).as_ref());
        if let Some(property) = view.breakdown.as_ref().filter(|_| self.kind.tells_apart()) {
            query = query.broken_down_by(property);
        }
        if let Some(compare) = view.compare {
            query = query.compared(compare);
        }
        // Another range leaves the interval open; a calendar still shows days.
        match self.kind.interval_for(&query) {
            Some(interval) => Some(query.cut_by(interval)),
            None => Some(query),
        }
    }
}
