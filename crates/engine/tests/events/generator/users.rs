//! Random questions about users: who comes back, who is active when.

use rand::RngExt;
use serde_json::{Value, json};

use super::{Generator, NAMES, PROPERTIES, ZONES};

impl Generator {
    pub(crate) fn retention(&mut self) -> Value {
        let mut question = json!({
            "kind": "retention",
            "start": self.selector(),
            "return": self.selector(),
            "interval": self.of(&["day", "day", "week", "month"]),
            "periods": self.of(&[1, 2, 5, 8, 40, 60]),
            "mode": self.of(&["on", "on_or_after"]),
            "cohort": self.of(&["first_in_range", "first_time", "recurring"]),
            "range": self.range(),
            "timezone": self.of(&ZONES),
        });
        if self.one_in(2) {
            question["filter"] = self.filter(2);
        }
        if self.one_in(2) {
            question["breakdown"] =
                json!({"property": self.of(&PROPERTIES), "limit": self.0.random_range(1..6)});
        }
        question
    }

    /// A question about the lifecycle or about stickiness.
    pub(crate) fn activity(&mut self, kind: &str) -> Value {
        let mut question = json!({
            "kind": kind,
            "range": self.range(),
            "interval": self.of(&["hour", "day", "day", "week", "month"]),
            "timezone": self.of(&ZONES),
        });
        let changes_by_half_an_hour = question["timezone"] == "Australia/Lord_Howe";
        if question["interval"] == "hour" && changes_by_half_an_hour {
            question["interval"] = json!("day");
        }
        if self.one_in(2) {
            question["event"] = json!(self.of(&NAMES));
        }
        if self.one_in(2) {
            question["filter"] = self.filter(2);
        }
        question
    }

    fn selector(&mut self) -> Value {
        let mut selector = json!({});
        if !self.one_in(3) {
            selector["event"] = json!(self.of(&NAMES));
        }
        if self.one_in(3) {
            selector["filter"] = self.filter(1);
        }
        selector
    }
}
