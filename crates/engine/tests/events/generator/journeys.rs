//! Events close together, and questions about their order.

use model::event::Event;
use rand::RngExt;
use serde_json::{Value, json};

use super::{Generator, NAMES, PROPERTIES, ZONES};
use crate::world::event;

/// 28 March 2026, 12:00 UTC: half a day before Europe changes its clocks.
const BEGIN: i64 = 1_774_699_200_000_000;
const TEN_MINUTES: i64 = 600_000_000;

impl Generator {
    /// Events in a grid of ten minutes: some at one instant, many pauses of exactly half an hour or a microsecond less.
    pub(crate) fn visits(&mut self, count: usize) -> Vec<Event> {
        (0..count).map(|n| self.visit(n)).collect()
    }

    fn visit(&mut self, n: usize) -> Event {
        let micros = BEGIN + self.0.random_range(0..300) * TEN_MINUTES;
        let micros = if self.one_in(5) { micros - 1 } else { micros };
        let timestamp = jiff::Timestamp::from_microsecond(micros).expect("a time");
        let document = json!({
            "id": format!("e{n}"),
            "name": self.of(&NAMES),
            "timestamp": timestamp.to_string(),
            "user_id": self.maybe("u", 5),
            "anonymous_id": self.maybe("u", 7),
            "session_id": self.maybe("s", 20),
            "properties": self.properties(),
        });
        event(&document.to_string())
    }

    fn within_the_visits(&mut self, kind: &str) -> Value {
        let day = |day: u32| format!("2026-03-{day}");
        let first = self.0.random_range(28..30);
        let last = self.0.random_range(first..31);
        let to = if self.one_in(2) {
            day(last)
        } else {
            format!("{}T17:31:07Z", day(last))
        };
        // In the east that day is over at this time, so a range must not end with it.
        let from = if first == last || self.one_in(2) {
            day(first)
        } else {
            format!("{}T13:10:00Z", day(first))
        };
        let mut question = json!({
            "kind": kind,
            "range": {"from": from, "to": to},
            "timezone": self.of(&ZONES),
        });
        if self.one_in(3) {
            question["filter"] = self.filter(2);
        }
        question
    }

    fn end(&mut self) -> Value {
        let mut end = json!({"event": self.of(&NAMES)});
        if self.one_in(3) {
            end["filter"] = self.filter(1);
        }
        end
    }

    pub(crate) fn paths_question(&mut self) -> Value {
        let mut question = self.within_the_visits("paths");
        match self.0.random_range(0..3) {
            0 => question["from"] = self.end(),
            1 => question["to"] = self.end(),
            _ => {}
        }
        if self.one_in(2) {
            question["by"] = json!("property");
            question["property"] = json!(self.of(&[
                "$path",
                "plan",
                "mixed",
                "nest",
                "$session_id",
                "$name",
                "nobody.has.it"
            ]));
        }
        question["per"] = json!(self.of(&["user", "session"]));
        question["steps"] = json!(self.0.random_range(2..11));
        question["limit"] = json!(self.of(&[1, 2, 3, 20]));
        question
    }

    pub(crate) fn sessions_question(&mut self) -> Value {
        let mut question = self.within_the_visits("sessions");
        question["interval"] = json!(self.of(&["hour", "day", "week", "month"]));
        let figures = ["sessions", "bounce_rate", "avg_seconds"];
        question["measures"] = match self.0.random_range(0..4) {
            0 => json!(figures),
            1 => json!(["exit", self.of(&figures), "entry"]),
            2 => json!(["entry"]),
            _ => json!([self.of(&figures)]),
        };
        let measures = question["measures"].as_array().expect("a list");
        let has_ends = measures
            .iter()
            .any(|measure| measure == "entry" || measure == "exit");
        let property = self.of(&PROPERTIES);
        let limit = self.of(&[1, 2, 5, 50]);
        if has_ends && self.one_in(2) {
            question["property"] = json!(property);
            question["limit"] = json!(limit);
        }
        if !has_ends && self.one_in(2) {
            question["breakdown"] = json!({"property": property, "limit": limit});
        }
        question
    }

    pub(crate) fn events_question(&mut self) -> Value {
        let mut question = self.within_the_visits("events");
        question["limit"] = json!(self.of(&[1, 3, 17, 1000]));
        if self.one_in(3) {
            question["event"] = json!(self.of(&NAMES));
        }
        if self.one_in(2) {
            let columns: Vec<&str> = (0..self.0.random_range(1..6))
                .map(|_| self.of(&PROPERTIES))
                .collect();
            question["columns"] = json!(columns);
            question["columns"]
                .as_array_mut()
                .expect("a list")
                .push(json!("$timestamp"));
        }
        question
    }
}
