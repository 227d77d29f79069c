//! Pages that are looked at.

use model::language::t;
use serde_json::{Value, json};

use super::{Known, card};

/// Views and visitors over time, pages, sources, places, and the hours of the week.
pub(super) fn traffic(known: &Known) -> Option<Vec<Value>> {
    let view = known.page_view().or_else(|| known.most_frequent())?;
    let views = json!([{ "event": view, "measure": "count", "label": t("Views") }]);
    let visitors = json!([{ "event": view, "measure": "unique_users", "label": t("Visitors") }]);
    let sessions = json!([{ "event": view, "measure": "unique_sessions", "label": t("Visits") }]);
    let before = json!({ "compare": "previous_period" });
    let by = |property: &str, limit: u16| json!({ "breakdown": { "property": property, "limit": limit } });
    let mut cards = vec![
        card(
            "stat",
            t("Views"),
            (0, 0, 4, 2),
            known.trend(&views, before.clone()),
        ),
        card(
            "stat",
            t("Visitors"),
            (4, 0, 4, 2),
            known.trend(&visitors, before.clone()),
        ),
        card(
            "stat",
            t("Visits"),
            (8, 0, 4, 2),
            known.trend(&sessions, before.clone()),
        ),
        card(
            "area",
            t("Views over time"),
            (0, 2, 12, 5),
            known.trend(&views, before),
        ),
        card(
            "heatmap",
            t("When people come"),
            (0, 7, 12, 5),
            known.trend(&views, json!({ "interval": "hour" })),
        ),
    ];
    let lists = [
        (
            "horizontal_bar",
            t("Pages"),
            known.property(&["$path", "path", "page", "url"]),
        ),
        (
            "horizontal_bar",
            t("Where they come from"),
            known.property(&["$referrer", "referrer", "utm_source"]),
        ),
        (
            "donut",
            t("Browsers"),
            known.property(&["$browser", "browser", "user_agent"]),
        ),
        (
            "donut",
            t("Devices"),
            known.property(&["$device", "device", "$os", "os"]),
        ),
        ("bar", t("Status"), known.property(&["status"])),
    ];
    let found = lists
        .into_iter()
        .filter_map(|(kind, title, property)| Some((kind, title, property?)));
    let mut place = (0, 12);
    for (kind, title, property) in found {
        let query = known.trend(&views, by(property, 8));
        cards.push(card(kind, title, (place.0, place.1, 6, 5), query));
        place = if place.0 == 0 {
            (6, place.1)
        } else {
            (0, place.1 + 5)
        };
    }
    if let Some(country) = known.property(&["$country", "country", "country_code", "$geo.country"]) {
        let query = known.trend(&visitors, by(country, 50));
        let top = if place.0 == 0 { place.1 } else { place.1 + 5 };
        cards.push(card("map", t("Where they are"), (0, top, 12, 8), query));
    }
    Some(cards)
}
