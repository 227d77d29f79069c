//! A lifecycle as figures over time, which every chart over time can draw.

use model::answer::{AnswerSeries, LifecycleAnswer, TrendAnswer};
use model::language::t;

/// On which side of zero those who stayed away are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dormant {
    /// Where they are counted.
    Above,
    /// Where a chart shows them as a loss.
    Below,
}

/// The series with names for people.
pub(crate) fn over_time(answer: &LifecycleAnswer, dormant: Dormant) -> TrendAnswer {
    let last = LifecycleAnswer::STATES.len() - 1;
    let series = answer.series.iter().map(|series| {
        let is_below = dormant == Dormant::Below && series.position == last;
        let turned = |value: f64| if is_below { -value } else { value };
        AnswerSeries {
            label: capitalized(state(&series.label)),
            values: series.values.iter().map(|value| value.map(turned)).collect(),
            total: series.total.map(turned),
            ..series.clone()
        }
    });
    TrendAnswer {
        buckets: answer.buckets.clone(),
        local: answer.local.clone(),
        interval: answer.interval,
        timezone: answer.timezone.clone(),
        open_from: answer.open_from,
        property: None,
        series: series.collect(),
        previous: None,
        meta: answer.meta.clone(),
    }
}

/// What those are called who were counted as so.
fn state(label: &str) -> &str {
    match label {
        "new" => t("new"),
        "returning" => t("returning"),
        "resurrecting" => t("resurrecting"),
        "dormant" => t("dormant"),
        other => other,
    }
}

/// A word with a capital letter.
pub(crate) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
