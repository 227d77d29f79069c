//! What goes wrong: how often, for whom, and where.

use model::language::t;
use serde_json::{Value, json};

use super::{Known, card};

/// Words in the names of events that tell of something that went wrong.
const NAMES: [&str; 5] = ["exception", "error", "crash", "fail", "panic"];

/// Errors over time, their share of everything, what they are, and the latest of them.
pub(super) fn errors(known: &Known) -> Option<Vec<Value>> {
    let which = which(known)?;
    let series = |measure: &str, label: &str| {
        let mut series = which.clone();
        series["measure"] = json!(measure);
        series["label"] = json!(label);
        series
    };
    let errors = json!([series("count", t("Errors"))]);
    let users = json!([series("unique_users", t("Users"))]);
    let share = json!([series("count", t("Errors")), { "measure": "count", "label": t("All") }]);
    let before = json!({ "compare": "previous_period" });
    let of_all = || known.trend(&share, json!({ "formula": "A / B * 100" }));
    let mut rate = card("stat", t("Share of all events"), (8, 0, 4, 2), of_all());
    let mut course = card(
        "line",
        t("Share of all events over time"),
        (0, 7, 12, 4),
        of_all(),
    );
    for percent in [&mut rate, &mut course] {
        percent["config"]["options"] = json!({ "unit": "percent" });
    }
    let mut latest = json!({ "kind": "events", "range": known.range(), "limit": 20 });
    for (key, value) in which.as_object()? {
        latest[key] = value.clone();
    }
    let mut cards = vec![
        card(
            "stat",
            t("Errors"),
            (0, 0, 4, 2),
            known.trend(&errors, before.clone()),
        ),
        card(
            "stat",
            t("Users who met one"),
            (4, 0, 4, 2),
            known.trend(&users, before.clone()),
        ),
        rate,
        card(
            "bar",
            t("Errors over time"),
            (0, 2, 12, 5),
            known.trend(&errors, before),
        ),
        course,
    ];
    let lists = [
        (
            t("What they are"),
            &[
                "$exception_type",
                "$exception_message",
                "error",
                "message",
                "code",
                "status",
            ][..],
        ),
        (t("Where they happen"), &["$path", "path", "page", "url"]),
        (t("Browsers"), &["$browser", "browser", "user_agent"]),
        (
            t("Releases"),
            &["release", "version", "app_version", "$app_version"],
        ),
    ];
    let found = lists
        .into_iter()
        .filter_map(|(title, wanted)| Some((title, known.property(wanted)?)));
    let mut top = 11;
    for (position, (title, property)) in found.enumerate() {
        let by = json!({ "breakdown": { "property": property, "limit": 8 } });
        let left = if position % 2 == 0 { 0 } else { 6 };
        let place = (left, top, 6, 5);
        cards.push(card("horizontal_bar", title, place, known.trend(&errors, by)));
        if left == 6 {
            top += 5;
        }
    }
    // Below the last row of lists, full or not.
    cards.push(card("feed", t("The latest"), (0, top + 5, 12, 6), latest));
    Some(cards)
}

/// Which events are errors: those of a telling name, or answers with a status from 400 on.
fn which(known: &Known) -> Option<Value> {
    if let Some(event) = known.event(&NAMES) {
        return Some(json!({ "event": event }));
    }
    let status = known.property(&["status", "status_code", "http_status"])?;
    Some(json!({ "filter": { "property": status, "op": "gte", "value": 400 } }))
}
