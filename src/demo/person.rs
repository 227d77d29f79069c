//! A visitor of the demo's product, who may become a user and then a customer.

use model::Timestamp;
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::names::Known;

const DAY: i64 = 86_400;

const COUNTRIES: [(&str, u32); 10] = [
    ("US", 34),
    ("DE", 16),
    ("GB", 11),
    ("FR", 8),
    ("IN", 7),
    ("CA", 6),
    ("BR", 5),
    ("NL", 5),
    ("JP", 4),
    ("AU", 4),
];
const REFERRERS: [(Option<&str>, u32); 7] = [
    (None, 35),
    (Some("https://www.google.com/"), 33),
    (Some("https://github.com/"), 9),
    (Some("https://www.linkedin.com/"), 7),
    (Some("https://news.ycombinator.com/"), 6),
    (Some("https://duckduckgo.com/"), 5),
    (Some("https://t.co/"), 5),
];
const DEVICES: [((&str, &str), u32); 7] = [
    (("desktop", "macOS"), 28),
    (("desktop", "Windows 10"), 32),
    (("desktop", "Linux"), 8),
    (("mobile", "iOS"), 15),
    (("mobile", "Android"), 12),
    (("tablet", "iOS"), 3),
    (("tablet", "Android"), 2),
];
const BROWSERS: [(&str, u32); 4] = [("Chrome", 62), ("Safari", 20), ("Firefox", 9), ("Edge", 9)];
const LANDINGS: [(&str, u32); 6] = [
    ("/", 55),
    ("/blog/plan-a-week-in-ten-minutes", 13),
    ("/pricing", 10),
    ("/docs/quickstart", 9),
    ("/features", 8),
    ("/blog/why-boards-fill-up", 5),
];
const PAGES: [(&str, u32); 7] = [
    ("/features", 26),
    ("/pricing", 28),
    ("/docs/quickstart", 14),
    ("/customers", 10),
    ("/docs/import", 8),
    ("/about", 6),
    ("/", 8),
];
const APP_PAGES: [(&str, u32); 4] = [
    ("/app", 50),
    ("/app/boards", 28),
    ("/app/reports", 14),
    ("/app/settings", 8),
];
const FEATURES: [(&str, u32); 7] = [
    ("create_task", 38),
    ("move_task", 24),
    ("comment", 14),
    ("search", 9),
    ("invite_teammate", 6),
    ("export_report", 5),
    ("automate", 4),
];
const HOURS: [(i64, u32); 24] = [
    (0, 8),
    (1, 6),
    (2, 5),
    (3, 4),
    (4, 4),
    (5, 6),
    (6, 12),
    (7, 24),
    (8, 38),
    (9, 48),
    (10, 50),
    (11, 46),
    (12, 44),
    (13, 54),
    (14, 60),
    (15, 60),
    (16, 56),
    (17, 48),
    (18, 42),
    (19, 38),
    (20, 34),
    (21, 26),
    (22, 18),
    (23, 12),
];
const PLANS: [(Plan, u32); 3] = [(Plan::Free, 60), (Plan::Starter, 28), (Plan::Team, 12)];

/// How busy each day of the week is, from Monday.
pub(super) const WEEK: [f64; 7] = [1.06, 1.14, 1.12, 1.06, 0.94, 0.6, 0.56];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    Free,
    Starter,
    Team,
}

impl Plan {
    const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Team => "team",
        }
    }

    const fn price(self) -> i64 {
        match self {
            Self::Free => 0,
            Self::Starter => 19,
            Self::Team => 79,
        }
    }

    /// How much more than others its users come back.
    const fn loyalty(self) -> f64 {
        match self {
            Self::Free => 0.42,
            Self::Starter => 0.6,
            Self::Team => 0.78,
        }
    }
}

/// An event with its time.
pub(super) struct Happening {
    pub(super) at: i64,
    pub(super) json: String,
}

/// One visitor: everything follows from the day of the first visit and the number on that day.
pub(super) struct Person {
    first_day: i64,
    number: u32,
    dice: Dice,
    country: &'static str,
    device: (&'static str, &'static str),
    browser: &'static str,
    referrer: Option<&'static str>,
    user: bool,
    session: u32,
    happenings: Vec<Happening>,
}

impl Person {
    /// Visits on `first_day` (days since 1970) for the first time, as the `number`th visitor of that day.
    pub(super) fn new(first_day: i64, number: u32) -> Self {
        let mut dice = Dice::of(first_day, number);
        let country = dice.pick(&COUNTRIES);
        let device = dice.pick(&DEVICES);
        let browser = if device.1 == "iOS" {
            "Safari"
        } else {
            dice.pick(&BROWSERS)
        };
        let referrer = dice.pick(&REFERRERS);
        let happenings = Vec::new();
        Self {
            first_day,
            number,
            dice,
            country,
            device,
            browser,
            referrer,
            user: false,
            session: 0,
            happenings,
        }
    }

    /// Everything that this person does up to and on `last_day`.
    pub(super) fn live_until(mut self, last_day: i64) -> Vec<Happening> {
        let mut at = self.moment_on(self.first_day);
        let saw_prices = self.look_around(&mut at);
        let interest = if saw_prices { 30.0 } else { 17.0 };
        if self.dice.percent(interest) {
            let plan = self.sign_up(&mut at);
            self.work(&mut at);
            self.come_back(plan, last_day);
            self.pay(plan, last_day);
        }
        self.happenings
    }

    fn moment_on(&mut self, day: i64) -> i64 {
        let hour = self.dice.pick(&HOURS);
        day * DAY + hour * 3_600 + self.dice.between(0, 3_599)
    }

    fn look_around(&mut self, at: &mut i64) -> bool {
        let mut path = self.dice.pick(&LANDINGS);
        let mut saw_prices = path == "/pricing";
        self.view(*at, path, self.referrer);
        while self.dice.percent(58.0) {
            *at += self.dice.between(8, 140);
            path = self.dice.pick(&PAGES);
            saw_prices |= path == "/pricing";
            self.view(*at, path, None);
        }
        saw_prices
    }

    fn sign_up(&mut self, at: &mut i64) -> Plan {
        *at += self.dice.between(10, 60);
        self.view(*at, "/sign-up", None);
        *at += self.dice.between(25, 160);
        self.user = true;
        let plan = self.dice.pick(&PLANS);
        let Known { name, email } = Known::of(self.first_day, self.number);
        let said = json!({"name": name, "email": email, "plan": plan.name(), "country": self.country});
        self.happens(*at, "$identify", json!({ "$set": said }));
        let source = self.referrer.map_or("direct", |referrer| {
            referrer
                .trim_start_matches("https://")
                .trim_start_matches("www.")
                .trim_end_matches('/')
        });
        self.happens(
            *at,
            "sign_up",
            json!({"plan": plan.name(), "source": source, "country": self.country}),
        );
        plan
    }

    /// A visit to the product itself.
    fn work(&mut self, at: &mut i64) {
        *at += self.dice.between(2, 40);
        let path = self.dice.pick(&APP_PAGES);
        self.view(*at, path, None);
        for _ in 0..self.dice.pick(&[(1, 30), (2, 30), (3, 20), (4, 12), (5, 8)]) {
            *at += self.dice.between(10, 400);
            let feature = self.dice.pick(&FEATURES);
            let seconds = self.dice.between(1, 90);
            self.happens(
                *at,
                "feature_used",
                json!({"feature": feature, "seconds": seconds}),
            );
        }
    }

    /// The further back the sign-up, the rarer the visits.
    fn come_back(&mut self, plan: Plan, last_day: i64) {
        for day in self.first_day + 1..=last_day {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred days")]
            let age = (day - self.first_day) as f64;
            let chance = 100.0 * plan.loyalty() * age.powf(-0.45) * WEEK[weekday(day)].min(1.0);
            if !self.dice.percent(chance) {
                continue;
            }
            self.session += 1;
            let mut at = self.moment_on(day);
            if self.dice.percent(70.0) {
                let method = self.dice.pick(&[("password", 55), ("google", 33), ("link", 12)]);
                self.happens(at, "login", json!({"method": method}));
            }
            self.work(&mut at);
        }
    }

    fn pay(&mut self, plan: Plan, last_day: i64) {
        let (chance, patience, bought) = match plan {
            Plan::Free => (9.0, (4, 40), Plan::Starter),
            Plan::Starter => (58.0, (0, 14), Plan::Starter),
            Plan::Team => (66.0, (0, 14), Plan::Team),
        };
        if !self.dice.percent(chance) {
            return;
        }
        self.session += 1;
        let day = self.first_day + self.dice.between(patience.0, patience.1);
        let mut at = self.moment_on(day).max((self.first_day + 1) * DAY);
        let is_yearly = self.dice.percent(14.0);
        let amount = if is_yearly {
            bought.price() * 10
        } else {
            bought.price()
        };
        let period = if is_yearly { "year" } else { "month" };
        let order = json!({"plan": bought.name(), "amount": amount, "currency": "USD", "period": period, "country": self.country});
        self.view(at, "/app/upgrade", None);
        at += self.dice.between(15, 90);
        self.happens(at, "checkout_started", order.clone());
        if !self.dice.percent(67.0) {
            return;
        }
        at += self.dice.between(30, 240);
        self.happens(at, "purchase", order.clone());
        while !is_yearly && self.dice.percent(88.0) && at < (last_day + 1) * DAY {
            at += 30 * DAY;
            self.session += 1;
            self.happens(at, "purchase", order.clone());
        }
    }

    fn view(&mut self, at: i64, path: &str, referrer: Option<&str>) {
        let mut properties = json!({
            "$path": path, "$browser": self.browser, "$os": self.device.1, "$device": self.device.0, "country": self.country,
        });
        if let Some(referrer) = referrer {
            properties["$referrer"] = referrer.into();
        }
        self.happens(at, "page_view", properties);
    }

    fn happens(&mut self, at: i64, name: &str, properties: Value) {
        let Self {
            first_day,
            number,
            session,
            ..
        } = *self;
        let Ok(time) = Timestamp::from_second(at) else {
            return;
        };
        let person = format!("{first_day}-{number}");
        let mut event = Map::new();
        event.insert("name".to_owned(), name.into());
        event.insert(
            "id".to_owned(),
            format!("demo-{person}-{}", self.happenings.len()).into(),
        );
        event.insert("timestamp".to_owned(), time.to_string().into());
        if self.user {
            event.insert("user_id".to_owned(), format!("user-{person}").into());
        }
        event.insert("anonymous_id".to_owned(), format!("visitor-{person}").into());
        event.insert(
            "session_id".to_owned(),
            format!("session-{person}-{session}").into(),
        );
        event.insert("properties".to_owned(), properties);
        self.happenings.push(Happening {
            at,
            json: Value::Object(event).to_string(),
        });
    }
}

/// The day of the week of a day since 1970; 0 is Monday.
pub(super) fn weekday(day: i64) -> usize {
    // 1 January 1970 was a Thursday.
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}
