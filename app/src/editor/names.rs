//! The names of the organization's events, to be suggested.

use model::answer::{Answer, NONE, OTHER};
use model::problem::FieldError;
use model::query::Query;

/// Every event there may be, by month, told apart by name.
const QUESTION: &str = r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"month",
    "range":{"from":"2000-01-01","to":"2049-12-31"},"breakdown":{"property":"$name","limit":50}}"#;

/// The question whose breakdown are the names of events.
///
/// # Errors
/// None: the question is a constant.
pub(crate) fn event_names_query() -> Result<Query, crate::error::AppError> {
    Query::parse(QUESTION).map_err(|errors: Vec<FieldError>| crate::error::AppError::Invalid(errors))
}

/// The values that an answer is broken down by, the largest first.
pub(crate) fn breakdown_values(answer: &Answer) -> Vec<String> {
    let Answer::Trend(trend) = answer;
    let values = trend.series.iter().filter_map(|series| series.breakdown.clone());
    values.filter(|value| value != OTHER && value != NONE).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_question_is_valid() {
        assert!(super::event_names_query().is_ok());
    }
}
