//! Where widgets are on the grid.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{COLUMNS, MAX_HEIGHT, MAX_ROW, MAX_WIDGETS, Position, Size};
use crate::ids::WidgetId;
use crate::problem::FieldError;

/// Places of widgets of one dashboard, taken all or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WidgetPlaces {
    /// 1 to 60, each widget once; the others stay where they are.
    pub widgets: Vec<WidgetPlace>,
}

/// The place of one widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WidgetPlace {
    /// Which widget.
    pub id: WidgetId,
    /// Where it goes.
    pub position: Position,
    /// How large it becomes.
    pub size: Size,
    /// The version that it has unless somebody else changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

impl WidgetPlaces {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        if self.widgets.is_empty() || self.widgets.len() > MAX_WIDGETS {
            let message = format!("Say the places of 1 to {MAX_WIDGETS} widgets.");
            errors.push(FieldError::new("widgets", "out_of_range", message));
        }
        let mut seen = BTreeSet::new();
        for (index, place) in self.widgets.iter().enumerate() {
            let at = format!("widgets.{index}.");
            if !seen.insert(place.id) {
                let message = "This widget has a place already. Say each widget once.";
                errors.push(FieldError::new(format!("{at}id"), "duplicate", message));
            }
            errors.extend(fits(place.position, place.size, &at));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// What is wrong with a place; `at` stands before the names of its fields.
pub(super) fn fits(position: Position, size: Size, at: &str) -> Option<FieldError> {
    if size.w == 0 || size.w > COLUMNS || size.h == 0 || size.h > MAX_HEIGHT {
        let message =
            format!("Use a width of 1 to {COLUMNS} columns and a height of 1 to {MAX_HEIGHT} rows.");
        return Some(FieldError::new(format!("{at}size"), "out_of_range", message));
    }
    if position.x > COLUMNS - size.w || position.y > MAX_ROW {
        let message = format!("The widget would reach beyond the grid's {COLUMNS} columns.");
        return Some(FieldError::new(format!("{at}position"), "out_of_range", message));
    }
    None
}
