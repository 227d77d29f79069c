use serde::{Deserialize, Serialize};

use super::{Filter, Interval, Range, Reach, Timeframe, check};
use crate::problem::FieldError;

/// Who was active when, as it is on the wire: what lifecycle and stickiness ask alike. [`ActivityQuery::parse`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivitySpec {
    /// The event whose users are active; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Which of the events count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Over which time.
    pub range: Range,
    /// How wide a bucket is; chosen by the length of the range when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// IANA time zone of the buckets; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// A checked question about who was active when.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityQuery {
    spec: ActivitySpec,
}

impl ActivityQuery {
    /// How far a lifecycle looks: who was active in the first bucket may have been so right before it.
    pub const LIFECYCLE_REACH: Reach = Reach {
        before: 1,
        after: 0,
        until_now: false,
    };

    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: ActivitySpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check::range(&spec.range, &mut errors);
        if errors.is_empty() {
            Ok(Self { spec })
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &ActivitySpec {
        &self.spec
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe {
            range: &self.spec.range,
            interval: self.spec.interval,
            timezone: self.spec.timezone.as_deref(),
            compare: None,
        }
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let filter = self.spec.filter.iter();
        filter.map(|filter| ("filter".to_owned(), filter)).collect()
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

#[cfg(test)]
mod tests {
    use crate::query::Query;

    #[test]
    fn both_kinds_survive_a_round_trip_and_name_wrong_fields() {
        for kind in ["lifecycle", "stickiness"] {
            let question =
                |more: &str| format!(r#"{{"kind":"{kind}","event":"x","range":{{"last":"30d"}}{more}}}"#);
            let query = Query::parse(&question(r#","interval":"week""#)).expect("it is a question");
            let text = serde_json::to_string(&query).expect("it serializes");
            assert_eq!(Query::parse(&text).expect("it is still valid"), query);
            for (more, field, code) in [
                (r#","interval":"year""#, "interval", "invalid"),
                (r#","breakdown":{"property":"a"}"#, "breakdown", "unknown_field"),
            ] {
                let errors = Query::parse(&question(more)).expect_err(more);
                assert_eq!(
                    (errors[0].field.as_str(), errors[0].code.as_str()),
                    (field, code),
                    "{more}"
                );
            }
            let ranges = format!(r#"{{"kind":"{kind}","range":{{"from":"2026-02-01","to":"2026-01-01"}}}}"#);
            assert_eq!(
                Query::parse(&ranges).expect_err("it ends first")[0].field,
                "range.to"
            );
        }
    }
}
