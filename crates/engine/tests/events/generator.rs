//! Random events and questions from a seed, with values chosen to collide, to differ in type and to look alike.

mod funnel;
mod journeys;
mod users;

use model::event::Event;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::world::event;

const NAMES: [&str; 3] = ["page_view", "purchase", "it's \"odd\""];
const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
];
const PROPERTIES: [&str; 18] = [
    "plan",
    "amount",
    "flag",
    "mixed",
    "nest.x.y",
    "nest",
    "we\"ird' key",
    "$path",
    "nobody.has.it",
    "plan.inside",
    "$user_id",
    "$name",
    "$session_id",
    "$anonymous_id",
    "$user.plan",
    "$user.seats",
    "$user.home.city",
    "$user.nobody",
];

pub(crate) struct Generator(StdRng);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.0.random_range(0..count) == 0
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices.choose(&mut self.0).expect("there are choices").clone()
    }

    fn maybe(&mut self, prefix: &str, different: u32) -> Value {
        if self.one_in(3) {
            Value::Null
        } else {
            json!(format!("{prefix}{}", self.0.random_range(0..different)))
        }
    }

    /// Events around the days on which Europe, New York and Lord Howe change their clocks.
    pub(crate) fn events(&mut self, count: usize) -> Vec<Event> {
        (0..count).map(|n| self.event(n)).collect()
    }

    fn event(&mut self, n: usize) -> Event {
        let first = 1_772_000_000_000_000_i64;
        let micros = first + self.0.random_range(0..45 * 86_400_000_000_i64);
        let micros = if self.one_in(3) {
            micros - micros % 3_600_000_000
        } else {
            micros
        };
        let timestamp = jiff::Timestamp::from_microsecond(micros).expect("a time");
        let document = json!({
            "id": format!("e{n}"),
            "name": self.of(&NAMES),
            "timestamp": timestamp.to_string(),
            "user_id": self.maybe("u", 8),
            "anonymous_id": self.maybe("u", 12),
            "session_id": self.maybe("s", 20),
            "properties": self.properties(),
        });
        event(&document.to_string())
    }

    fn properties(&mut self) -> Value {
        let mut properties = serde_json::Map::new();
        if !self.one_in(4) {
            properties.insert(
                "plan".into(),
                json!(self.of(&["free", "pro", "", "Ünïcode", "200", "%_"])),
            );
        }
        if !self.one_in(3) {
            let quarters = self.0.random_range(-40..400_i32);
            properties.insert(
                "amount".into(),
                if self.one_in(2) {
                    json!(f64::from(quarters) / 4.0)
                } else {
                    json!(quarters / 4)
                },
            );
        }
        if !self.one_in(3) {
            properties.insert("flag".into(), json!(self.one_in(2)));
        }
        if !self.one_in(5) {
            let mixed = json!([
                12, 12.0, "12", true, "true", null, [1, "x"], {"b": 1, "a": [null]}, -3.5, "-3.5", "abc", "", 0, -0.0
            ]);
            let mixed = mixed.as_array().expect("a list").clone();
            properties.insert("mixed".into(), self.of(&mixed));
        }
        if self.one_in(2) {
            properties.insert("nest".into(), json!({"x": {"y": self.0.random_range(0..5)}}));
        }
        if self.one_in(9) {
            properties.insert("nest".into(), json!("flat"));
        }
        if !self.one_in(4) {
            let currency = self.of(&["EUR", "usd", "USD", "Jpy", "XXX", ""]);
            properties.insert("currency".into(), json!(currency));
        }
        if !self.one_in(4) {
            let company = format!("c{}", self.0.random_range(0..6));
            properties.insert("$groups".into(), json!({"company": company, "team": 7}));
        }
        properties.insert("we\"ird' key".into(), json!(self.of(&["a", "b", "c"])));
        properties.insert(
            "$path".into(),
            json!(format!("/p/{}", self.0.random_range(0..30))),
        );
        for (key, rarity) in [("$set", 6), ("$set_once", 4)] {
            if self.one_in(rarity) {
                properties.insert(key.into(), self.said());
            }
        }
        if self.one_in(6) {
            let taken_back = json!([["plan"], ["seats", "plan"], [], "plan", ["home", 5]]);
            let taken_back = self.of(taken_back.as_array().expect("a list"));
            properties.insert("$unset".into(), taken_back);
        }
        Value::Object(properties)
    }

    /// What an event says its user is.
    fn said(&mut self) -> Value {
        let mut said = serde_json::Map::new();
        if !self.one_in(3) {
            said.insert("plan".into(), json!(self.of(&["free", "pro", "it's"])));
        }
        if self.one_in(2) {
            let seats = json!([1, 12, 2.5, "12", true, false, null]);
            said.insert("seats".into(), self.of(seats.as_array().expect("a list")));
        }
        if self.one_in(3) {
            said.insert("home".into(), json!({"city": self.of(&["Bergen", "Łódź"])}));
        }
        Value::Object(said)
    }

    pub(crate) fn question(&mut self) -> Value {
        let series: Vec<Value> = (0..self.of(&[1, 1, 2, 3])).map(|_| self.series()).collect();
        let mut question = json!({
            "kind": "trend",
            "range": self.range(),
            "interval": self.of(&["hour", "day", "week", "month"]),
            "timezone": self.of(&ZONES),
        });
        let changes_by_half_an_hour = question["timezone"] == "Australia/Lord_Howe";
        if question["interval"] == "hour" && changes_by_half_an_hour {
            question["interval"] = json!("day");
        }
        if self.one_in(2) {
            question["filter"] = self.filter(3);
        }
        if self.one_in(2) {
            question["breakdown"] =
                json!({"property": self.of(&PROPERTIES), "limit": self.0.random_range(1..6)});
        }
        if self.one_in(3) {
            let formula = if series.len() == 1 {
                "A * 2 + 1"
            } else {
                "(A - B) / A"
            };
            question["formula"] = json!(formula);
        }
        let runs_on = |series: &Value| {
            let measure = serde_json::from_value::<model::query::Measure>(series["measure"].clone());
            measure.expect("a measure").can_run_on()
        };
        if self.one_in(3) && series.iter().all(runs_on) {
            question["cumulative"] = json!(true);
        } else if self.one_in(5) {
            question["rolling_average"] = json!(self.0.random_range(2..9));
        }
        question["series"] = json!(series);
        question
    }

    fn range(&mut self) -> Value {
        let day = |day: u32| format!("2026-{:02}-{:02}", 2 + day / 28, 1 + day % 28);
        let first = self.0.random_range(20..55);
        let last = first + self.0.random_range(0..20);
        match self.0.random_range(0..3) {
            0 => json!({"from": day(first), "to": day(last)}),
            1 => json!({"from": day(first), "to": format!("{}T17:31:07Z", day(last + 1))}),
            _ => {
                json!({"from": format!("{}T05:45:59.5Z", day(first)), "to": format!("{}T03:15:00Z", day(last + 1))})
            }
        }
    }

    fn series(&mut self) -> Value {
        let measure = self.of(&model::query::Measure::ALL);
        let mut series = json!({"measure": measure.as_str()});
        if measure.needs_property() {
            series["property"] = json!(self.of(&[
                "amount",
                "amount",
                "mixed",
                "nest.x.y",
                "plan",
                "$name",
                "nobody.has.it"
            ]));
        }
        if measure == model::query::Measure::UniqueGroups {
            series["group"] = json!(self.of(&["company", "team", "nobody"]));
        }
        if measure == model::query::Measure::Revenue && self.one_in(2) {
            series["currency"] = json!(self.of(&["EUR", "usd", "JPY"]));
        }
        if !self.one_in(3) {
            series["event"] = json!(self.of(&NAMES));
        }
        if self.one_in(3) {
            series["filter"] = self.filter(2);
        }
        series
    }

    fn filter(&mut self, depth: u32) -> Value {
        if depth > 0 && self.one_in(2) {
            let parts: Vec<Value> = (0..self.0.random_range(0..3))
                .map(|_| self.filter(depth - 1))
                .collect();
            return match self.0.random_range(0..3) {
                0 => json!({"and": parts}),
                1 => json!({"or": parts}),
                _ => json!({"not": self.filter(depth - 1)}),
            };
        }
        if self.one_in(10) {
            return json!({"cohort": self.cohort()});
        }
        self.comparison()
    }

    fn cohort(&mut self) -> Value {
        let least = self.0.random_range(1..12);
        let mut cohort = json!({"at_least": least});
        if self.one_in(3) {
            cohort["at_most"] = json!(least + self.0.random_range(0..6));
        }
        if !self.one_in(4) {
            cohort["event"] = json!(self.of(&NAMES));
        }
        if !self.one_in(4) {
            cohort["range"] = self.range();
        }
        if self.one_in(3) {
            cohort["filter"] = self.comparison();
        }
        cohort
    }

    fn scalar(&mut self) -> Value {
        let values = json!([
            "free",
            "pro",
            "",
            "200",
            "12",
            "true",
            "a",
            "u3",
            "s7",
            "page_view",
            "flat",
            "-3.5",
            "abc",
            12,
            12.5,
            -3.5,
            0,
            3,
            50,
            true,
            false,
            "/p/1"
        ]);
        self.of(values.as_array().expect("a list"))
    }

    fn comparison(&mut self) -> Value {
        if self.one_in(12) {
            let time = format!("2026-03-{:02}T12:00:00Z", self.0.random_range(1..29));
            let op = self.of(&["gt", "gte", "lt", "lte", "neq"]);
            return json!({"property": "$timestamp", "op": op, "value": time});
        }
        let property = self.of(&PROPERTIES);
        let op = self.of(&[
            "eq",
            "neq",
            "in",
            "not_in",
            "contains",
            "not_contains",
            "starts_with",
            "matches",
            "gt",
            "gte",
            "lt",
            "lte",
            "between",
            "exists",
            "not_exists",
        ]);
        let value = match op {
            "exists" | "not_exists" => return json!({"property": property, "op": op}),
            "in" | "not_in" => (0..self.0.random_range(1..5)).map(|_| self.scalar()).collect(),
            "between" => json!([self.scalar(), self.scalar()]),
            "matches" => json!(self.of(&["^p", "[0-9]+$", "r.e", "^$", "(a|b)", "\\d\\.5"])),
            "contains" | "not_contains" | "starts_with" => json!(self.of(&["p", "", "re", "1", "ï", "%"])),
            _ => self.scalar(),
        };
        json!({"property": property, "op": op, "value": value})
    }
}
