use serde::{Deserialize, Serialize};

use super::{Breakdown, Filter, Interval, Range, Reach, Selector, Timeframe, check};
use crate::problem::FieldError;

/// Most intervals after a cohort's own that are looked at.
pub const MAX_PERIODS: usize = 60;
const DEFAULT_PERIODS: usize = 8;

/// Who came back, as it is on the wire. [`RetentionQuery::parse`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSpec {
    /// What makes a user a member of a cohort.
    pub start: Selector,
    /// What counts as coming back.
    #[serde(rename = "return")]
    pub comeback: Selector,
    /// How wide a cohort is: a day, a week or a month.
    #[serde(default = "default_interval")]
    pub interval: Interval,
    /// How many intervals after a cohort's own are looked at: 1 to 60.
    #[serde(default = "default_periods")]
    pub periods: usize,
    /// Whether somebody has to come back in an interval itself.
    #[serde(default)]
    pub mode: RetentionMode,
    /// Which of a user's start events decide about the cohort.
    #[serde(default)]
    pub cohort: CohortBy,
    /// A property of the start event whose values get cohorts of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// When the start events happened; return events also count after it.
    pub range: Range,
    /// IANA time zone of the intervals; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Which events count, of both kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

const fn default_interval() -> Interval {
    Interval::Day
}

const fn default_periods() -> usize {
    DEFAULT_PERIODS
}

/// Whether somebody has to come back in an interval itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionMode {
    /// In that very interval.
    #[default]
    On,
    /// In that interval or any later one, up to now.
    OnOrAfter,
}

/// Which of a user's start events decide about the cohort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CohortBy {
    /// The first one inside the range.
    #[default]
    FirstInRange,
    /// The first one ever: users who began before the range are in no cohort.
    FirstTime,
    /// Every one: a user is in the cohort of each interval with a start event.
    Recurring,
}

/// A checked question about retention.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionQuery {
    spec: RetentionSpec,
}

impl RetentionQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: RetentionSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        if matches!(spec.interval, Interval::Minute | Interval::Hour) {
            let message = "Retention goes by `day`, `week` or `month`.";
            errors.push(FieldError::new("interval", "invalid", message));
        }
        if !(1..=MAX_PERIODS).contains(&spec.periods) {
            let message = format!("Use 1 to {MAX_PERIODS} periods.");
            errors.push(FieldError::new("periods", "out_of_range", message));
        }
        check::breakdown(spec.breakdown.as_ref(), &mut errors);
        check::range(&spec.range, &mut errors);
        if errors.is_empty() {
            Ok(Self { spec })
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &RetentionSpec {
        &self.spec
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe {
            range: &self.spec.range,
            interval: Some(self.spec.interval),
            timezone: self.spec.timezone.as_deref(),
            compare: None,
        }
    }

    /// See [`super::Query::reach`].
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach {
            before: 0,
            after: self.spec.periods,
            until_now: self.spec.mode == RetentionMode::OnOrAfter,
        }
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let all = [
            ("filter", &self.spec.filter),
            ("start.filter", &self.spec.start.filter),
            ("return.filter", &self.spec.comeback.filter),
        ];
        all.into_iter()
            .filter_map(|(field, filter)| Some((field.to_owned(), filter.as_ref()?)))
            .collect()
    }

    /// See [`super::Query::within`].
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            narrowed.spec.range = range.clone();
        }
        narrowed.spec.filter = Filter::both(narrowed.spec.filter.as_ref(), filter);
        narrowed
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Query;

    use super::*;

    fn question(more: &str) -> String {
        format!(
            r#"{{"kind":"retention","start":{{"event":"sign_up"}},"return":{{}},"range":{{"last":"30d"}}{more}}}"#
        )
    }

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let Ok(Query::Retention(retention)) = Query::parse(&question("")) else {
            panic!("it is a question")
        };
        let spec = retention.spec();
        assert_eq!((spec.interval, spec.periods), (Interval::Day, 8));
        assert_eq!(
            (spec.mode, spec.cohort),
            (RetentionMode::On, CohortBy::FirstInRange)
        );
    }

    #[test]
    fn it_survives_a_round_trip() {
        let text = question(
            r#","interval":"week","periods":12,"mode":"on_or_after","cohort":"first_time","breakdown":{"property":"plan","limit":3}"#,
        );
        let query = Query::parse(&text).expect("it is a question");
        let again = serde_json::to_string(&query).expect("it serializes");
        assert_eq!(Query::parse(&again).expect("it is still valid"), query);
    }

    #[test]
    fn wrong_questions_name_the_field() {
        for (more, field, code) in [
            (r#","interval":"hour""#, "interval", "invalid"),
            (r#","interval":"year""#, "interval", "invalid"),
            (r#","periods":0"#, "periods", "out_of_range"),
            (r#","periods":61"#, "periods", "out_of_range"),
            (r#","mode":"after""#, "mode", "invalid"),
            (r#","cohort":"all""#, "cohort", "invalid"),
            (
                r#","breakdown":{"property":"a","limit":51}"#,
                "breakdown.limit",
                "out_of_range",
            ),
            (r#","compare":"previous_year""#, "compare", "unknown_field"),
        ] {
            let errors = Query::parse(&question(more)).expect_err(more);
            assert_eq!(
                (errors[0].field.as_str(), errors[0].code.as_str()),
                (field, code),
                "{more}"
            );
        }
        let without = r#"{"kind":"retention","start":{},"range":{"last":"30d"}}"#;
        let errors = Query::parse(without).expect_err("it says not what coming back is");
        assert_eq!(
            (errors[0].field.as_str(), errors[0].code.as_str()),
            ("return", "required")
        );
        let step = r#"{"kind":"retention","start":{"events":"a"},"return":{},"range":{"last":"30d"}}"#;
        let errors = Query::parse(step).expect_err("a field that is not there");
        assert_eq!(
            (errors[0].field.as_str(), errors[0].code.as_str()),
            ("start.events", "unknown_field")
        );
    }
}
