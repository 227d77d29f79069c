//! Ninety days of a small product: a rhythm of weeks, growth, a funnel from visit to purchase, users who come back less
//! and less.

use model::Timestamp;

use super::dice::Dice;
use super::person::{Happening, Person, WEEK, weekday};

const DAY: i64 = 86_400;
/// How far back events reach.
const DAYS: i64 = 90;
/// Users from before the first day still come back in it.
const DAYS_BEFORE: i64 = 60;

/// Asks how much of it is there.
pub(super) const COUNTED: &str = r#"{"kind":"trend","series":[{"event":"sign_up","measure":"count"}],
    "range":{"last":"90d"},"interval":"day","timezone":"UTC"}"#;

/// The events of the 90 days that end `now`, oldest first.
///
/// What a person does depends on the person alone, so on another day the same people have done the same things.
pub(super) fn events(now: Timestamp) -> Vec<String> {
    let now = now.as_second();
    let today = now.div_euclid(DAY);
    let start = (today - DAYS + 1) * DAY;
    let mut happenings: Vec<Happening> = Vec::new();
    for day in today - DAYS - DAYS_BEFORE + 1..=today {
        for number in 0..visitors(day, today - day) {
            let life = Person::new(day, number).live_until(today);
            happenings.extend(
                life.into_iter()
                    .filter(|happening| (start..=now).contains(&happening.at)),
            );
        }
    }
    happenings.sort_by_key(|happening| happening.at);
    happenings.into_iter().map(|happening| happening.json).collect()
}

/// How many people come for the first time on a day.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "dozens")]
fn visitors(day: i64, days_ago: i64) -> u32 {
    let grown = 104.0 * 0.9935_f64.powi(days_ago as i32);
    let chance = 0.9 + 0.2 * Dice::of(day, u32::MAX).share();
    (grown * WEEK[weekday(day)] * chance) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    fn now() -> Timestamp {
        "2026-03-18T15:00:00Z".parse().expect("a constant")
    }

    fn parsed(events: &[String]) -> Vec<Value> {
        events
            .iter()
            .map(|event| serde_json::from_str(event).expect("it is JSON"))
            .collect()
    }

    fn named(events: &[Value], name: &str) -> usize {
        events.iter().filter(|event| event["name"] == name).count()
    }

    #[test]
    fn it_is_a_small_product_with_a_funnel() {
        let texts = events(now());
        let all = parsed(&texts);
        let counts = [
            "page_view",
            "sign_up",
            "login",
            "feature_used",
            "checkout_started",
            "purchase",
        ]
        .map(|name| named(&all, name));
        assert!((50_000..75_000).contains(&all.len()), "{} {counts:?}", all.len());
        let [views, sign_ups, _, uses, checkouts, purchases] = counts;
        assert!(
            views > 4 * sign_ups && uses > views / 2 && sign_ups > checkouts && purchases > checkouts / 2,
            "{counts:?}"
        );
        for text in &texts {
            model::event::Event::parse(text, now(), String::new).expect("the API would take it");
        }
    }

    #[test]
    fn ids_are_unique_and_the_next_day_repeats_them() {
        let ids = |now: Timestamp| -> HashSet<String> {
            parsed(&events(now))
                .iter()
                .map(|event| event["id"].to_string())
                .collect()
        };
        let today = ids(now());
        assert_eq!(today.len(), events(now()).len());
        let tomorrow = ids("2026-03-19T15:00:00Z".parse().expect("a constant"));
        assert!(today.intersection(&tomorrow).count() * 100 > today.len() * 95);
    }

    #[test]
    fn nothing_lies_ahead_or_too_far_back_and_weekends_are_quiet() {
        let all = parsed(&events(now()));
        let time = |event: &Value| -> Timestamp {
            event["timestamp"]
                .as_str()
                .expect("text")
                .parse()
                .expect("a time")
        };
        let times: Vec<Timestamp> = all.iter().map(time).collect();
        assert!(times.is_sorted());
        assert!(
            times
                .iter()
                .all(|time| *time <= now() && time.to_string().as_str() >= "2025-12-19")
        );
        let on = |wanted: usize| {
            times
                .iter()
                .filter(|time| weekday(time.as_second().div_euclid(DAY)) == wanted)
                .count()
        };
        assert!(on(1) * 2 > on(6) * 3, "{} {}", on(1), on(6));
    }
}
