use model::answer::EventsAnswer;
use model::language::{key, t};
use serde_json::Value;

use super::{Table, values};

/// What a list of whole events shows of each.
const WHOLE: [(&str, &str); 5] = [
    (key("Time"), "timestamp"),
    (key("Event"), "name"),
    (key("User"), "user_id"),
    (key("Visitor"), "anonymous_id"),
    (key("Properties"), "properties"),
];

/// A row for every event.
pub(super) fn table(events: &EventsAnswer) -> Table {
    match &events.columns {
        Some(columns) => {
            let titles = columns.iter().map(|column| title(column).to_owned());
            values::table(titles.collect(), &events.rows, values::in_full)
        }
        None => values::table(
            WHOLE.map(|(title, _)| t(title).to_owned()).to_vec(),
            &events.rows.iter().map(whole).collect::<Vec<_>>(),
            values::in_full,
        ),
    }
}

fn whole(event: &Value) -> Value {
    let fields = WHOLE.iter().map(|(_, field)| event.get(field).cloned());
    fields.map(Option::unwrap_or_default).collect()
}

fn title(column: &str) -> &str {
    match column {
        "$timestamp" => t("Time"),
        "$name" => t("Event"),
        "$user_id" => t("User"),
        "$anonymous_id" => t("Visitor"),
        "$session_id" => t("Session"),
        "$path" => t("Path"),
        key => key,
    }
}
