use model::account::WeekStart;
use model::answer::TrendAnswer;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};

use crate::generator::Generator;
use crate::oracle::trend::{self, Expected, Line};
use crate::world::{World, on_every_store, org, utc};

on_every_store! {
    ; blocking random_questions_get_the_answers_of_the_reference
}

const EVENTS: usize = 400;

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (one, other) => one == other,
    }
}

/// Of a formula, the oracle keeps the order of the first series, the answer that of its own totals.
fn find<'a>(expected: &'a Expected, position: usize, breakdown: Option<&str>) -> Option<&'a Line> {
    expected
        .lines
        .iter()
        .find(|line| line.0 == position && line.1.as_deref() == breakdown)
}

pub(crate) fn differences(expected: &Expected, answer: &TrendAnswer, is_formula: bool) -> Option<String> {
    if answer.buckets != expected.buckets {
        let differ = answer
            .buckets
            .iter()
            .zip(&expected.buckets)
            .find(|(one, other)| one != other);
        return Some(format!(
            "{} buckets, not {}; {differ:?}",
            answer.buckets.len(),
            expected.buckets.len()
        ));
    }
    if answer.meta.rows_read != expected.events {
        return Some(format!(
            "{} events, not {}",
            answer.meta.rows_read, expected.events
        ));
    }
    for series in &answer.series {
        let Some(line) = find(expected, series.position, series.breakdown.as_deref()) else {
            return Some(format!("{series:?} is not wanted: {:?}", expected.lines));
        };
        let same = series.values.len() == line.2.len()
            && close(series.total, line.3)
            && series
                .values
                .iter()
                .zip(&line.2)
                .all(|(one, other)| close(*one, *other));
        if !same {
            return Some(format!("{series:?}, not {line:?}"));
        }
    }
    let names = |(position, breakdown): (usize, &Option<String>)| format!("{position} {breakdown:?}");
    let wanted: Vec<String> = expected
        .lines
        .iter()
        .map(|line| names((line.0, &line.1)))
        .collect();
    let given: Vec<String> = answer
        .series
        .iter()
        .map(|series| names((series.position, &series.breakdown)))
        .collect();
    if is_formula {
        let missing: Vec<&String> = wanted
            .iter()
            .filter(|name| !given.contains(name) && !name.contains("$other"))
            .collect();
        return (!missing.is_empty()).then(|| format!("{missing:?} are missing in {given:?}"));
    }
    (wanted != given).then(|| format!("lines {given:?}, not {wanted:?}"))
}

fn random_questions_get_the_answers_of_the_reference() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::at("2026-06-01T00:00:00Z"));
    let events = Generator::new(7).events(EVENTS);
    let batches = events.chunks(57).map(<[_]>::to_vec).zip(1..);
    for (batch, position) in batches {
        runtime.block_on(world.append(org(1), position, batch));
    }
    let mut runner = TestRunner::new(Config {
        cases: crate::world::cases(400),
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let question = Generator::new(seed).question().to_string();
        let Ok(Query::Trend(query)) = Query::parse(&question) else {
            panic!("{question} is no question")
        };
        let mut calendar = utc();
        if seed % 2 == 0 {
            calendar.week_start = WeekStart::Sunday;
        }
        let answer = runtime
            .block_on(world.ask_in(org(1), &calendar, &question))
            .expect(&question);
        let expected = trend::answer(&events, &query, calendar.week_start);
        let difference = differences(&expected, &answer, query.formula().is_some());
        proptest::prop_assert!(
            difference.is_none(),
            "{question}\n{}",
            difference.unwrap_or_default()
        );
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
