//! Answers as CSV, safe to open in a spreadsheet.

use model::answer::{Answer, AnswerSeries, TrendAnswer};

/// One row for each bucket, one column for each series; figures in full, a missing one is an empty cell.
///
/// # Errors
/// Never in practice: the text is written to memory.
pub(crate) fn of(answer: &Answer) -> Result<String, csv::Error> {
    let Answer::Trend(trend) = answer;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = trend.series.iter().map(|series| harmless(series.name()));
    writer.write_record(std::iter::once("time".to_owned()).chain(names))?;
    for position in 0..trend.buckets.len() {
        writer.write_record(row(trend, position))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn row(trend: &TrendAnswer, position: usize) -> Vec<String> {
    let figure = |series: &AnswerSeries| series.values.get(position).copied().flatten();
    let figures = trend
        .series
        .iter()
        .map(|series| figure(series).map(|value| value.to_string()).unwrap_or_default());
    std::iter::once(trend.buckets[position].to_string())
        .chain(figures)
        .collect()
}

/// A name that a spreadsheet would take for a formula is made text by a leading quote (OWASP, CSV injection).
fn harmless(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_plain_and_formulas_become_text() {
        let answer = serde_json::json!({
            "kind": "trend", "interval": "day", "timezone": "UTC",
            "buckets": ["2015-05-17T00:00:00Z", "2015-05-18T00:00:00Z"],
            "local": ["2015-05-17T00:00:00", "2015-05-18T00:00:00"],
            "series": [
                {"position": 0, "label": "Views, all", "values": [1632, 2.5], "total": 1634.5},
                {"position": 1, "label": "=1+1", "values": [null, -3], "total": -3},
            ],
            "meta": {"elapsed_ms": 1, "rows_read": 2, "cached": false, "exact": true},
        });
        let answer: Answer = serde_json::from_value(answer).expect("an answer");
        let text = of(&answer).expect("memory takes it");
        let expected = "time,\"Views, all\",'=1+1\n2015-05-17T00:00:00Z,1632,\n2015-05-18T00:00:00Z,2.5,-3\n";
        assert_eq!(text, expected);
    }
}
