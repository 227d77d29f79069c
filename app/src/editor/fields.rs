//! The names of a question's fields, in words.

use crate::language::{t, t_with, told};
use model::problem::FieldError;

/// What is wrong, and where: `Step 2: Name an event.`
pub(super) fn words(error: &FieldError) -> String {
    let message = told(&error.message);
    match place(&error.field) {
        Some(place) => format!("{place}: {message}"),
        None => message,
    }
}

/// `steps[1].filters[0].value` is `Step 2, condition 1`.
fn place(field: &str) -> Option<String> {
    let mut parts: Vec<String> = field.split('.').filter_map(part).collect();
    if parts.is_empty() {
        parts.extend(alone(field).map(str::to_owned));
    }
    let words = parts.join(", ");
    let mut letters = words.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

fn part(name: &str) -> Option<String> {
    if let Some((list, position)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        let position: u8 = position.parse().ok()?;
        let number = u16::from(position) + 1;
        return match list {
            "series" => Some(t_with(
                "series {0}",
                &[&char::from(b'A'.checked_add(position)?).to_string()],
            )),
            "steps" => Some(t_with("step {0}", &[&number.to_string()])),
            "exclude" => Some(t_with("exclusion {0}", &[&number.to_string()])),
            "filters" => Some(t_with("condition {0}", &[&number.to_string()])),
            "columns" => Some(t_with("column {0}", &[&number.to_string()])),
            "goals" => Some(t_with("goal {0}", &[&number.to_string()])),
            "colors" => Some(t_with("colour {0}", &[&number.to_string()])),
            _ => None,
        };
    }
    let words = match name {
        "breakdown" => t("break down"),
        "start" => t("start"),
        "return" => t("return"),
        "from" => t("from"),
        "to" => t("to"),
        "window" => t("within"),
        "range" => t("range"),
        "periods" => t("intervals"),
        _ => return None,
    };
    Some(words.to_owned())
}

/// Names that say enough only where nothing stands before them.
fn alone(field: &str) -> Option<&'static str> {
    match field {
        "steps" => Some(t("steps")),
        "limit" => Some(t("most")),
        "property" => Some(t("property")),
        "formula" => Some(t("formula")),
        "sql" => Some(t("statement")),
        "title" => Some(t("title")),
        "currency" => Some(t("currency")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_as_people_see_them() {
        for (field, told) in [
            ("steps[1].event", "Step 2: Say it."),
            ("steps[0].filters[2].value", "Step 1, condition 3: Say it."),
            ("series[1].property", "Series B: Say it."),
            ("exclude[0].from_step", "Exclusion 1: Say it."),
            ("start.filters[0].property", "Start, condition 1: Say it."),
            ("breakdown.limit", "Break down: Say it."),
            ("window", "Within: Say it."),
            ("steps", "Steps: Say it."),
            ("columns[3]", "Column 4: Say it."),
            ("measures", "Say it."),
            ("", "Say it."),
        ] {
            let error = FieldError::new(field, "required", "Say it.");
            assert_eq!(words(&error), told, "{field}");
        }
    }
}
