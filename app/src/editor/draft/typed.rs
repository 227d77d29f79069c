//! What was typed, read.

use std::ops::RangeInclusive;

use crate::language::{t, t_with};
use model::problem::FieldError;
use model::query::Property;

/// The text, where there is one.
pub(super) fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn property(text: &str, field: &str, errors: &mut Vec<FieldError>) -> Option<Property> {
    if text.trim().is_empty() {
        errors.push(FieldError::new(field, "required", t("Name a property.")));
        return None;
    }
    text.trim()
        .parse()
        .map_err(|message| errors.push(FieldError::new(field, "invalid", message)))
        .ok()
}

/// A whole number of `allowed`.
pub(super) fn whole(
    text: &str,
    field: &str,
    allowed: &RangeInclusive<usize>,
    errors: &mut Vec<FieldError>,
) -> Option<usize> {
    let number = text.trim().parse().ok().filter(|number| allowed.contains(number));
    if number.is_none() {
        let message = t_with(
            "Use a whole number from {0} to {1}.",
            &[&allowed.start().to_string(), &allowed.end().to_string()],
        );
        errors.push(FieldError::new(field, "invalid", message));
    }
    number
}
