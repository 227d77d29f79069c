//! Events of few users at few instants, and funnels through them.

use model::event::Event;
use rand::RngExt;
use serde_json::{Value, json};

use super::{Generator, NAMES};
use crate::world::event;

impl Generator {
    /// Ten days in which much happens at the same instant.
    pub(crate) fn crowded_events(&mut self, count: usize) -> Vec<Event> {
        (0..count).map(|n| self.crowded_event(n)).collect()
    }

    fn crowded_event(&mut self, n: usize) -> Event {
        let hour = 1_772_000_000 + self.0.random_range(0..240_i64) * 3_600;
        let timestamp = jiff::Timestamp::from_second(hour).expect("a time");
        let document = json!({
            "id": format!("e{n}"),
            "name": self.of(&NAMES),
            "timestamp": timestamp.to_string(),
            "user_id": self.maybe("u", 9),
            "anonymous_id": self.maybe("a", 9),
            "properties": self.properties(),
        });
        event(&document.to_string())
    }

    pub(crate) fn funnel(&mut self) -> Value {
        let steps = self.0.random_range(2..6_usize);
        let mut question = json!({
            "kind": "funnel",
            "steps": (0..steps).map(|_| self.step()).collect::<Vec<Value>>(),
            "order": self.of(&["ordered", "strict", "any"]),
            "window": self.of(&["1h", "90m", "12h", "2d", "1w", "366d"]),
            "range": self.of(&[
                json!({"from": "2026-02-20", "to": "2026-03-10"}),
                json!({"from": "2026-02-26T05:45:59.5Z", "to": "2026-03-04T03:00:00Z"}),
            ]),
            "timezone": self.of(&["UTC", "America/New_York"]),
        });
        if self.one_in(3) {
            question["filter"] = self.filter(1);
        }
        if self.one_in(2) {
            let excluded = self.0.random_range(1..3);
            question["exclude"] = (0..excluded).map(|_| self.exclusion(steps)).collect();
        }
        if self.one_in(2) {
            question["breakdown"] = json!({
                "property": self.of(&["plan", "mixed", "nest.x.y", "$name", "nobody.has.it"]),
                "limit": self.0.random_range(1..5),
                "attribution": self.of(&["first", "last"]),
            });
        }
        if self.one_in(2) {
            question["over_time"] = json!(true);
            question["interval"] = json!(self.of(&["day", "week"]));
        }
        question
    }

    fn step(&mut self) -> Value {
        let mut step = json!({"event": self.of(&NAMES)});
        if self.one_in(3) {
            step["filter"] = self.comparison();
        }
        step
    }

    fn exclusion(&mut self, steps: usize) -> Value {
        let mut excluded = self.step();
        if self.one_in(2) {
            let from = self.0.random_range(1..steps);
            excluded["from_step"] = json!(from);
            excluded["to_step"] = json!(self.0.random_range(from + 1..=steps));
        }
        excluded
    }
}
