//! What several kinds of questions check alike.

use super::{Breakdown, MAX_BREAKDOWN, Range};
use crate::problem::FieldError;

/// The range has a beginning before its end.
pub(super) fn range(range: &Range, errors: &mut Vec<FieldError>) {
    if range.ends_before_it_starts() {
        let message = "The range ends before it starts. Swap `from` and `to`.";
        errors.push(FieldError::new("range.to", "before_start", message));
    }
}

/// The breakdown tells apart at least one value, and not too many.
pub(super) fn breakdown(breakdown: Option<&Breakdown>, errors: &mut Vec<FieldError>) {
    if breakdown.is_some_and(|breakdown| !(1..=MAX_BREAKDOWN).contains(&breakdown.limit)) {
        let message = format!("Use a limit of 1 to {MAX_BREAKDOWN}.");
        errors.push(FieldError::new("breakdown.limit", "out_of_range", message));
    }
}
