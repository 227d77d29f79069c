//! Answers as CSV, safe to open in a spreadsheet.

mod events;
mod paths;

use model::Timestamp;
use model::answer::{
    Answer, AnswerSeries, Cohort, FunnelAnswer, RetentionAnswer, StepFigures, StickinessAnswer,
};

/// One row for each step, bucket, cohort or number of intervals; figures in full, a missing one is an empty cell.
///
/// # Errors
/// Never in practice: the text is written to memory.
pub(crate) fn of(answer: &Answer) -> Result<String, csv::Error> {
    let records = match answer {
        Answer::Funnel(funnel) => steps(funnel),
        Answer::Events(answer) => events::records(answer),
        Answer::Lifecycle(lifecycle) => over_time(&lifecycle.buckets, &lifecycle.series),
        Answer::Paths(answer) => paths::records(answer),
        Answer::Retention(retention) => cohorts(retention),
        Answer::Sql(answer) => events::of_sql(answer),
        Answer::Stickiness(stickiness) => histogram(stickiness),
        Answer::Sessions(trend) | Answer::Trend(trend) => over_time(&trend.buckets, &trend.series),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        writer.write_record(record)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Of a breakdown, the steps of each value.
fn steps(funnel: &FunnelAnswer) -> Vec<Vec<String>> {
    let titles = [
        "step",
        "users",
        "from_previous",
        "from_first",
        "median_seconds",
        "average_seconds",
    ];
    let titles = titles.map(str::to_owned).into_iter();
    let Some(groups) = &funnel.groups else {
        let rows = funnel.steps.iter().map(step);
        return std::iter::once(titles.collect()).chain(rows).collect();
    };
    let mut records = vec![std::iter::once("value".to_owned()).chain(titles).collect()];
    for group in groups {
        let named = |figures| std::iter::once(harmless(group.name())).chain(step(figures));
        records.extend(
            group
                .steps
                .iter()
                .map(|figures| named(figures).collect::<Vec<_>>()),
        );
    }
    records
}

fn step(figures: &StepFigures) -> Vec<String> {
    let figure = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    vec![
        harmless(&figures.label),
        figures.count.to_string(),
        figure(figures.from_previous),
        figure(figures.from_first),
        figure(figures.median_seconds),
        figure(figures.average_seconds),
    ]
}

/// One column for each series.
fn over_time(buckets: &[Timestamp], series: &[AnswerSeries]) -> Vec<Vec<String>> {
    let names = series.iter().map(|series| harmless(series.name()));
    let head = std::iter::once("time".to_owned()).chain(names).collect();
    let row = |(position, begin): (usize, &Timestamp)| {
        let figure = |series: &AnswerSeries| series.values.get(position).copied().flatten();
        let figures = series
            .iter()
            .map(|series| figure(series).map(|value| value.to_string()).unwrap_or_default());
        std::iter::once(begin.to_string()).chain(figures).collect()
    };
    std::iter::once(head)
        .chain(buckets.iter().enumerate().map(row))
        .collect()
}

/// One column for each interval after the cohort's own.
fn cohorts(answer: &RetentionAnswer) -> Vec<Vec<String>> {
    let is_broken_down = answer.cohorts.iter().any(|cohort| cohort.breakdown.is_some());
    let interval = answer.interval.as_str();
    let mut head = vec!["cohort".to_owned()];
    head.extend(is_broken_down.then(|| "value".to_owned()));
    head.push("users".to_owned());
    head.extend((0..answer.average.len()).map(|k| format!("{interval}_{k}")));
    let row = |cohort: &Cohort| {
        let mut row = vec![cohort.start.to_string()];
        row.extend(is_broken_down.then(|| harmless(cohort.name().unwrap_or_default())));
        row.push(cohort.size.to_string());
        let returned = cohort.returned.iter();
        row.extend(returned.map(|users| users.map(|users| users.to_string()).unwrap_or_default()));
        row
    };
    std::iter::once(head)
        .chain(answer.cohorts.iter().map(row))
        .collect()
}

fn histogram(answer: &StickinessAnswer) -> Vec<Vec<String>> {
    let head = vec![format!("{}s", answer.interval.as_str()), "users".to_owned()];
    let rows = answer.histogram.iter();
    let rows = rows.map(|active| vec![active.intervals.to_string(), active.users.to_string()]);
    std::iter::once(head).chain(rows).collect()
}

/// A name that a spreadsheet would take for a formula is made text by a leading quote (OWASP, CSV injection).
pub(crate) fn harmless(name: &str) -> String {
    // The wide ones are what input methods for Chinese and Japanese write, and some spreadsheets take them alike.
    if name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
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

    #[test]
    fn heads_are_names_and_not_the_words_that_people_read() {
        let meta = serde_json::json!({"elapsed_ms": 1, "rows_read": 1, "cached": false, "exact": true});
        let events = serde_json::json!({
            "kind": "events", "columns": ["$path", "$browser"], "rows": [["/", "Chrome"]], "next_cursor": null, "meta": meta,
        });
        let trend = serde_json::json!({
            "kind": "trend", "interval": "day", "timezone": "UTC", "property": "$path",
            "buckets": ["2015-05-17T00:00:00Z"], "local": ["2015-05-17T00:00:00"],
            "series": [{"position": 0, "label": "Unique values of $path, page_view", "values": [3], "total": 3}], "meta": meta,
        });
        for (answer, expected) in [
            (events, "$path,$browser\n/,Chrome\n"),
            (
                trend,
                "time,\"Unique values of $path, page_view\"\n2015-05-17T00:00:00Z,3\n",
            ),
        ] {
            let answer: Answer = serde_json::from_value(answer).expect("an answer");
            let german = model::language::within(model::language::Language::German, || of(&answer));
            assert_eq!(german.expect("memory takes it"), expected);
        }
    }

    #[test]
    fn cohorts_that_have_not_got_there_have_empty_cells() {
        let answer = serde_json::json!({
            "kind": "retention", "interval": "week", "timezone": "UTC", "average": [1, 0.5, null],
            "cohorts": [{"start": "2015-05-18T00:00:00Z", "local": "2015-05-18T00:00:00", "breakdown": "=a",
                "size": 4, "returned": [4, 2, null]}],
            "meta": {"elapsed_ms": 1, "rows_read": 2, "cached": false, "exact": true},
        });
        let answer: Answer = serde_json::from_value(answer).expect("an answer");
        let text = of(&answer).expect("memory takes it");
        let expected = "cohort,value,users,week_0,week_1,week_2\n2015-05-18T00:00:00Z,'=a,4,4,2,\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn whatever_a_spreadsheet_would_run_is_quoted() {
        for lead in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
            let cell = format!("{lead}cmd|'/c calc'!A1");
            assert_eq!(harmless(&cell), format!("'{cell}"));
        }
        for plain in ["", "a=b", "3", "'=1", "mail@example.org", "…"] {
            assert_eq!(harmless(plain), plain);
        }
    }
}
