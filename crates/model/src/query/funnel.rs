use serde::{Deserialize, Serialize};

use super::{Filter, Interval, Length, MAX_BREAKDOWN, Property, Range, Timeframe};
use crate::problem::FieldError;

/// Fewest and most steps of a funnel.
pub const FUNNEL_STEPS: std::ops::RangeInclusive<usize> = 2..=20;
/// Most exclusions of a funnel.
pub const MAX_EXCLUSIONS: usize = 10;
/// The longest window of a funnel, in days.
pub const MAX_WINDOW_DAYS: u32 = 366;
const DEFAULT_WINDOW_DAYS: u32 = 14;
const DEFAULT_BREAKDOWN: usize = 10;
const MAX_NAME_CHARS: usize = crate::event::MAX_NAME_CHARS;

/// How far users get through steps, as it is on the wire. [`FunnelQuery::parse`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelSpec {
    /// What users do, one after another; 2 to 20.
    pub steps: Vec<FunnelStep>,
    /// How long after the first step the last may be.
    #[serde(default = "default_window")]
    pub window: Length,
    /// What may lie between the steps.
    #[serde(default)]
    pub order: StepOrder,
    /// What ends an attempt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Exclusion>,
    /// A property whose values each get a funnel of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<FunnelBreakdown>,
    /// Whether the conversion is also told for each bucket of time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_time: bool,
    /// Over which time.
    pub range: Range,
    /// How wide a bucket of `over_time` is; chosen by the length of the range when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// IANA time zone of dates and buckets; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Which events there are at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

const fn default_window() -> Length {
    Length::days(DEFAULT_WINDOW_DAYS)
}

/// One step of a funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelStep {
    /// The event's name.
    pub event: String,
    /// Which of these events count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Name in charts and tables; the event's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl FunnelStep {
    /// The label, or the event's name.
    #[must_use]
    pub fn display_label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.event)
    }
}

/// What may lie between the steps of a funnel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOrder {
    /// The steps in their order, anything between them.
    #[default]
    Ordered,
    /// The steps in their order, no other event of the user between them.
    Strict,
    /// The steps in any order.
    Any,
}

/// An event that ends an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The event's name.
    pub event: String,
    /// Which of these events count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// The step after which it does, from 1; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_step: Option<usize>,
    /// The step before which it does; the last when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_step: Option<usize>,
}

/// A property whose values each get a funnel of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelBreakdown {
    /// The property.
    pub property: Property,
    /// How many values, those with most users first; the rest become `$other`. 1 to 50.
    #[serde(default = "default_breakdown")]
    pub limit: usize,
    /// Which event of an attempt says the value.
    #[serde(default)]
    pub attribution: Attribution,
}

const fn default_breakdown() -> usize {
    DEFAULT_BREAKDOWN
}

/// Which event of an attempt says the value of a breakdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// The first step's.
    #[default]
    First,
    /// The last reached step's.
    Last,
}

/// A checked funnel.
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelQuery {
    spec: FunnelSpec,
}

impl FunnelQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: FunnelSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check_steps(&spec, &mut errors);
        check_window(&spec, &mut errors);
        check_exclusions(&spec, &mut errors);
        let limit = spec.breakdown.as_ref().map_or(1, |breakdown| breakdown.limit);
        if !(1..=MAX_BREAKDOWN).contains(&limit) {
            let message = format!("Use a limit of 1 to {MAX_BREAKDOWN}.");
            errors.push(FieldError::new("breakdown.limit", "out_of_range", message));
        }
        if spec.range.ends_before_it_starts() {
            let message = "The range ends before it starts. Swap `from` and `to`.";
            errors.push(FieldError::new("range.to", "before_start", message));
        }
        if errors.is_empty() {
            Ok(Self { spec })
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &FunnelSpec {
        &self.spec
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe {
            range: &self.spec.range,
            interval: self.spec.interval.filter(|_| self.spec.over_time),
            timezone: self.spec.timezone.as_deref(),
            compare: None,
        }
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let of_all = self
            .spec
            .filter
            .iter()
            .map(|filter| ("filter".to_owned(), filter));
        let of_steps = self.spec.steps.iter().map(|step| step.filter.as_ref());
        let of_exclusions = self.spec.exclude.iter().map(|excluded| excluded.filter.as_ref());
        of_all
            .chain(named("steps", of_steps))
            .chain(named("exclude", of_exclusions))
            .collect()
    }

    /// See [`super::Query::within`].
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            // Buckets that fit one range rarely fit another.
            if *range != narrowed.spec.range {
                narrowed.spec.interval = None;
            }
            narrowed.spec.range = range.clone();
        }
        narrowed.spec.filter = Filter::both(narrowed.spec.filter.as_ref(), filter);
        narrowed
    }
}

fn named<'f>(
    list: &'static str,
    filters: impl Iterator<Item = Option<&'f Filter>>,
) -> impl Iterator<Item = (String, &'f Filter)> {
    filters
        .enumerate()
        .filter_map(move |(position, filter)| Some((format!("{list}[{position}].filter"), filter?)))
}

fn check_steps(spec: &FunnelSpec, errors: &mut Vec<FieldError>) {
    if spec.steps.len() < *FUNNEL_STEPS.start() {
        let message = "A funnel leads from one step to another. Name at least two.";
        errors.push(FieldError::new("steps", "too_few", message));
    }
    if spec.steps.len() > *FUNNEL_STEPS.end() {
        let message = format!("Use at most {} steps.", FUNNEL_STEPS.end());
        errors.push(FieldError::new("steps", "too_many", message));
    }
    for (position, step) in spec.steps.iter().enumerate() {
        check_event(&format!("steps[{position}].event"), &step.event, errors);
    }
}

fn check_event(field: &str, name: &str, errors: &mut Vec<FieldError>) {
    if name.is_empty() {
        errors.push(FieldError::new(field, "required", "Name an event."));
    }
    if name.chars().count() > MAX_NAME_CHARS {
        let message = format!("An event's name has at most {MAX_NAME_CHARS} characters.");
        errors.push(FieldError::new(field, "too_long", message));
    }
    if name.contains('\0') {
        let message = "An event's name has no NUL characters.";
        errors.push(FieldError::new(field, "invalid", message));
    }
}

fn check_window(spec: &FunnelSpec, errors: &mut Vec<FieldError>) {
    let longest = Length::days(MAX_WINDOW_DAYS);
    if !(1..=longest.seconds()).contains(&spec.window.seconds()) {
        let message = format!("Use a window of `1m` to `{longest}`.");
        errors.push(FieldError::new("window", "out_of_range", message));
    }
}

fn check_exclusions(spec: &FunnelSpec, errors: &mut Vec<FieldError>) {
    if spec.exclude.len() > MAX_EXCLUSIONS {
        let message = format!("Use at most {MAX_EXCLUSIONS} exclusions.");
        errors.push(FieldError::new("exclude", "too_many", message));
    }
    let last = spec.steps.len();
    for (position, excluded) in spec.exclude.iter().enumerate() {
        check_event(&format!("exclude[{position}].event"), &excluded.event, errors);
        let from = excluded.from_step.unwrap_or(1);
        if !(1..last).contains(&from) {
            let message = format!("Use a step from 1 to {}.", last.saturating_sub(1));
            let field = format!("exclude[{position}].from_step");
            errors.push(FieldError::new(field, "out_of_range", message));
        } else if !(from + 1..=last).contains(&excluded.to_step.unwrap_or(last)) {
            let message = format!("Use a step from {} to {last}.", from + 1);
            let field = format!("exclude[{position}].to_step");
            errors.push(FieldError::new(field, "out_of_range", message));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::query::Query;

    fn question(change: impl FnOnce(&mut Value)) -> Result<Query, Vec<FieldError>> {
        let mut question = json!({
            "kind": "funnel",
            "steps": [{"event": "sign_up"}, {"event": "purchase"}, {"event": "login"}],
            "range": {"last": "30d"},
        });
        change(&mut question);
        Query::from_value(question)
    }

    fn refused(field: &str, value: Value) -> (String, String) {
        let errors = question(|question| question[field] = value).expect_err("it is wrong");
        let first = errors.into_iter().next().expect("it says why");
        (first.field, first.code)
    }

    #[test]
    fn a_funnel_survives_a_round_trip() {
        let full = question(|question| {
            question["window"] = json!("12h");
            question["order"] = json!("strict");
            question["exclude"] = json!([{"event": "refund", "from_step": 2, "to_step": 3}]);
            question["breakdown"] = json!({"property": "plan", "limit": 3, "attribution": "last"});
            question["over_time"] = json!(true);
            question["interval"] = json!("week");
        })
        .expect("it is right");
        let text = serde_json::to_string(&full).expect("it serializes");
        assert_eq!(Query::parse(&text).expect("it is still right"), full);
        let Query::Funnel(short) = question(|_| ()).expect("it is right") else {
            panic!("it is a funnel");
        };
        assert_eq!(
            (short.spec().window, short.spec().order),
            (Length::days(14), StepOrder::Ordered)
        );
    }

    #[test]
    fn wrong_funnels_name_the_field() {
        let step = json!({"event": "x"});
        let filter = json!({"event": "x", "filter": {"property": "a", "op": "in", "value": 3}});
        for (field, value, wrong, code) in [
            ("steps", json!([]), "steps", "too_few"),
            ("steps", json!([step]), "steps", "too_few"),
            ("steps", json!(vec![step.clone(); 21]), "steps", "too_many"),
            ("steps", json!([step, {}]), "steps[1].event", "required"),
            (
                "steps",
                json!([step, {"event": ""}]),
                "steps[1].event",
                "required",
            ),
            ("steps", json!([step, filter]), "steps[1].filter.value", "invalid"),
            ("window", json!("3650d"), "window", "out_of_range"),
            ("window", json!("0d"), "window", "out_of_range"),
            ("window", json!("10y"), "window", "invalid"),
            ("order", json!("random"), "order", "invalid"),
            (
                "exclude",
                json!([{"event": "x", "from_step": 3}]),
                "exclude[0].from_step",
                "out_of_range",
            ),
            (
                "exclude",
                json!([{"event": "x", "from_step": 2, "to_step": 2}]),
                "exclude[0].to_step",
                "out_of_range",
            ),
            (
                "exclude",
                json!([{"event": "x", "to_step": 4}]),
                "exclude[0].to_step",
                "out_of_range",
            ),
            ("exclude", json!(vec![step.clone(); 11]), "exclude", "too_many"),
            (
                "breakdown",
                json!({"property": "a", "limit": 51}),
                "breakdown.limit",
                "out_of_range",
            ),
            (
                "range",
                json!({"from": "2026-02-02", "to": "2026-02-01"}),
                "range.to",
                "before_start",
            ),
            ("colour", json!(1), "colour", "unknown_field"),
        ] {
            assert_eq!(
                refused(field, value.clone()),
                (wrong.to_owned(), code.to_owned()),
                "{value}"
            );
        }
    }

    #[test]
    fn every_filter_is_found() {
        let exists = json!({"property": "a", "op": "exists"});
        let query = question(|question| {
            question["filter"] = exists.clone();
            question["steps"][1]["filter"] = exists.clone();
            question["exclude"] = json!([{"event": "x", "filter": exists}]);
        })
        .expect("it is right");
        let fields: Vec<String> = query.filters().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["filter", "steps[1].filter", "exclude[0].filter"]);
    }
}
