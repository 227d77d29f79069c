use model::answer::EventsAnswer;
use model::format::moment_in_full;
use model::language::{key, t};
use model::query::property_words;
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
    if let Some(columns) = &events.columns {
        let titles = columns.iter().map(|column| property_words(column).into_owned());
        let times = columns.iter().position(|column| column == "$timestamp");
        let rows = times.map_or_else(|| events.rows.clone(), |column| on_clocks(events, column));
        return values::table(titles.collect(), &rows, values::in_full);
    }
    let rows = on_clocks(events, "timestamp");
    let rows: Vec<Value> = rows.iter().map(whole).collect();
    let titles = WHOLE.map(|(title, _)| t(title).to_owned());
    values::table(titles.to_vec(), &rows, values::in_full)
}

/// The rows with their times on the clocks of the question, as far as the answer tells them.
fn on_clocks(events: &EventsAnswer, place: impl serde_json::value::Index) -> Vec<Value> {
    let mut rows = events.rows.clone();
    for (row, local) in rows.iter_mut().zip(&events.local) {
        if let Some(time) = row.get_mut(&place) {
            *time = Value::from(moment_in_full(*local));
        }
    }
    rows
}

fn whole(event: &Value) -> Value {
    let fields = WHOLE.iter().map(|(_, field)| event.get(field).cloned());
    fields.map(Option::unwrap_or_default).collect()
}
