//! The names of a question's fields, in words.

use model::problem::FieldError;

/// What is wrong, and where: `Step 2: Name an event.`
pub(super) fn words(error: &FieldError) -> String {
    let message = &error.message;
    match place(&error.field) {
        Some(place) => format!("{place}: {message}"),
        None => message.clone(),
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
            "series" => Some(format!("series {}", char::from(b'A'.checked_add(position)?))),
            "steps" => Some(format!("step {number}")),
            "exclude" => Some(format!("exclusion {number}")),
            "filters" => Some(format!("condition {number}")),
            "columns" => Some(format!("column {number}")),
            "goals" => Some(format!("goal {number}")),
            "colors" => Some(format!("colour {number}")),
            _ => None,
        };
    }
    let words = match name {
        "breakdown" => "break down",
        "start" => "start",
        "return" => "return",
        "from" => "from",
        "to" => "to",
        "window" => "within",
        "range" => "range",
        "periods" => "intervals",
        _ => return None,
    };
    Some(words.to_owned())
}

/// Names that say enough only where nothing stands before them.
fn alone(field: &str) -> Option<&'static str> {
    match field {
        "steps" => Some("steps"),
        "limit" => Some("most"),
        "property" => Some("property"),
        "formula" => Some("formula"),
        "sql" => Some("statement"),
        "title" => Some("title"),
        "currency" => Some("currency"),
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
