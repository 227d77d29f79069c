//! People who do things: an overview, how far they get, and whether they come back.

use model::language::t;
use serde_json::{Value, json};

use super::{Known, card};

/// Most steps that a funnel is filled with.
const MOST_STEPS: usize = 5;
/// Words in the names of events, in the order in which people usually come to them.
const WAY: [&str; 12] = [
    "page_view",
    "pageview",
    "visit",
    "sign_up",
    "signup",
    "register",
    "trial",
    "activat",
    "cart",
    "checkout",
    "purchase",
    "order",
];

/// Active people, what happens most, and who is new.
pub(super) fn overview(known: &Known) -> Option<Vec<Value>> {
    let most = known.most_frequent()?;
    let active = json!([{ "measure": "unique_users", "label": t("Active users") }]);
    let events = json!([{ "measure": "count", "label": t("Events") }]);
    let each = json!([{ "measure": "count_per_user", "label": t("Events for each user") }]);
    let before = json!({ "compare": "previous_period" });
    let names = json!({ "breakdown": { "property": "$name", "limit": 6 } });
    let lifecycle = json!({ "kind": "lifecycle", "event": most, "range": known.range(), "interval": "week" });
    Some(vec![
        card(
            "stat",
            t("Active users"),
            (0, 0, 4, 2),
            known.trend(&active, before.clone()),
        ),
        card(
            "stat",
            t("Events"),
            (4, 0, 4, 2),
            known.trend(&events, before.clone()),
        ),
        card(
            "stat",
            t("Events for each user"),
            (8, 0, 4, 2),
            known.trend(&each, before.clone()),
        ),
        card(
            "area",
            t("Active users over time"),
            (0, 2, 8, 5),
            known.trend(&active, before),
        ),
        card(
            "horizontal_bar",
            t("What happens most"),
            (8, 2, 4, 5),
            known.trend(&events, names.clone()),
        ),
        card(
            "stacked_bar",
            t("What happens"),
            (0, 7, 6, 5),
            known.trend(&events, names),
        ),
        card(
            "stacked_bar",
            t("New, returning and lost users"),
            (6, 7, 6, 5),
            lifecycle,
        ),
        card(
            "heatmap",
            t("When people are active"),
            (0, 12, 12, 5),
            known.trend(&events, json!({ "interval": "hour" })),
        ),
    ])
}

/// The way that people take, as a whole and over time.
pub(super) fn funnel(known: &Known) -> Option<Vec<Value>> {
    let steps = steps(known);
    let [first, .., last] = steps[..] else {
        return None;
    };
    let listed: Vec<Value> = steps.iter().map(|event| json!({ "event": event })).collect();
    let funnel = json!({ "kind": "funnel", "steps": listed, "window": "14d", "range": known.range() });
    let users =
        |event: &str, label: &str| json!([{ "event": event, "measure": "unique_users", "label": label }]);
    let rate = known.trend(
        &json!([
            { "event": first, "measure": "unique_users", "label": t("Begin") },
            { "event": last, "measure": "unique_users", "label": t("Arrive") },
        ]),
        json!({ "formula": "B / A * 100" }),
    );
    let mut over_time = card("line", t("Arrive, of those who begin"), (0, 9, 12, 5), rate);
    over_time["config"]["options"] = json!({ "unit": "percent" });
    let before = json!({ "compare": "previous_period" });
    let all: Vec<Value> = steps
        .iter()
        .map(|event| json!({ "event": event, "measure": "unique_users", "label": event }))
        .collect();
    Some(vec![
        card(
            "stat",
            t("Begin"),
            (0, 0, 4, 2),
            known.trend(&users(first, t("Begin")), before.clone()),
        ),
        card(
            "stat",
            t("Arrive"),
            (4, 0, 4, 2),
            known.trend(&users(last, t("Arrive")), before),
        ),
        card("stat", t("Come through"), (8, 0, 4, 2), funnel.clone()),
        card("funnel", t("How far people get"), (0, 2, 7, 7), funnel),
        card(
            "line",
            t("Each step over time"),
            (7, 2, 5, 7),
            known.trend(&json!(all), json!({})),
        ),
        over_time,
    ])
}

/// Cohorts, regulars and those who fall silent.
pub(super) fn retention(known: &Known) -> Option<Vec<Value>> {
    let most = known.most_frequent()?;
    let start = known
        .event(&["sign_up", "signup", "register", "install"])
        .unwrap_or(most);
    let range = known.range();
    let weeks = json!({
        "kind": "retention", "start": { "event": start }, "return": { "event": most },
        "interval": "week", "periods": 4, "range": range,
    });
    let days = json!({
        "kind": "retention", "start": { "event": start }, "return": { "event": most },
        "interval": "day", "periods": 7, "range": range,
    });
    let lifecycle = json!({ "kind": "lifecycle", "event": most, "range": range, "interval": "week" });
    let stickiness = json!({ "kind": "stickiness", "event": most, "range": range, "interval": "day" });
    let active = json!([{ "measure": "unique_users", "label": t("Active users") }]);
    Some(vec![
        card("stat", t("Back in week 1"), (0, 0, 4, 2), weeks.clone()),
        card("stat", t("Back on day 1"), (4, 0, 4, 2), days),
        card(
            "stat",
            t("Active users"),
            (8, 0, 4, 2),
            known.trend(&active, json!({ "compare": "previous_period" })),
        ),
        card("retention", t("Who comes back"), (0, 2, 12, 5), weeks),
        card(
            "stacked_bar",
            t("New, returning and lost users"),
            (0, 7, 6, 5),
            lifecycle,
        ),
        card(
            "bar",
            t("On how many days people are active"),
            (6, 7, 6, 5),
            stickiness,
        ),
        card(
            "calendar",
            t("Active users each day"),
            (0, 12, 12, 4),
            known.trend(&active, json!({ "interval": "day" })),
        ),
    ])
}

/// Events in the order in which people usually come to them; the most frequent first where the names say nothing.
fn steps(known: &Known) -> Vec<&str> {
    let mut steps: Vec<&str> = Vec::new();
    for word in WAY {
        let found = known.event(&[word]).filter(|event| !steps.contains(event));
        steps.extend(found);
    }
    if steps.len() < 2 {
        steps = known
            .names
            .iter()
            .take(3)
            .map(|event| event.name.as_str())
            .collect();
    }
    steps.truncate(MOST_STEPS);
    steps
}
