//! Random questions about users get the answers of the reference, before and after the clock has seen all intervals.

use model::account::WeekStart;
use model::answer::Answer;
use model::event::Event;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;

use crate::generator::Generator;
use crate::oracle;
use crate::world::{World, on_every_store, org, utc};

on_every_store! {
    ; blocking random_questions_about_retention_get_the_answers_of_the_reference, random_lifecycles_are_those_of_the_reference, random_histograms_are_those_of_the_reference
}

const EVENTS: usize = 400;
/// In the midst of the events, and long after them.
const NOWS: [&str; 2] = ["2026-03-18T15:00:00Z", "2026-06-01T00:00:00Z"];

struct Bench {
    runtime: Runtime,
    events: Vec<Event>,
    worlds: Vec<World>,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let events = Generator::new(seed).events(EVENTS);
        let world = |now| {
            runtime.block_on(async {
                let world = World::at(now).await;
                world.append(org(1), 1, events.clone()).await;
                world
            })
        };
        let worlds = NOWS.into_iter().map(world).collect();
        Self {
            runtime,
            events,
            worlds,
        }
    }

    /// Asks `cases` random questions; `compare` says what is wrong with an answer.
    fn ask(
        &self,
        cases: u32,
        question: impl Fn(&mut Generator) -> String,
        compare: impl Fn(&Query, &World, WeekStart, Answer) -> Option<String>,
    ) {
        let mut runner = TestRunner::new(Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        });
        let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
            let question = question(&mut Generator::new(seed));
            let query = Query::parse(&question).unwrap_or_else(|errors| panic!("{question}: {errors:?}"));
            let mut calendar = utc();
            if seed % 2 == 0 {
                calendar.week_start = WeekStart::Sunday;
            }
            let world = &self.worlds[usize::from(seed % 3 == 0)];
            let answer = self
                .runtime
                .block_on(world.ask_any(org(1), &calendar, &question))
                .expect(&question);
            let difference = compare(&query, world, calendar.week_start, answer);
            proptest::prop_assert!(
                difference.is_none(),
                "{question} at {}\n{}",
                world.clock.now(),
                difference.unwrap_or_default()
            );
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}

fn random_questions_about_retention_get_the_answers_of_the_reference() {
    let bench = Bench::new(21);
    bench.ask(
        400,
        |generator| generator.retention().to_string(),
        |query, world, week_start, answer| {
            let (Query::Retention(query), Answer::Retention(answer)) = (query, answer) else {
                panic!("it is about retention")
            };
            let expected = oracle::retention::answer(&bench.events, query, world.clock.now(), week_start);
            let given: Vec<oracle::retention::Line> = answer
                .cohorts
                .into_iter()
                .map(|cohort| (cohort.breakdown, cohort.start, cohort.size, cohort.returned))
                .collect();
            if given == expected {
                return None;
            }
            let first = given.iter().zip(&expected).find(|(one, other)| one != other);
            Some(format!(
                "{} lines, not {}: {first:?}",
                given.len(),
                expected.len()
            ))
        },
    );
}

fn random_lifecycles_are_those_of_the_reference() {
    let bench = Bench::new(22);
    bench.ask(
        250,
        |generator| generator.activity("lifecycle").to_string(),
        |query, world, week_start, answer| {
            let (Query::Lifecycle(query), Answer::Lifecycle(answer)) = (query, answer) else {
                panic!("it is a lifecycle")
            };
            let expected = oracle::activity::lifecycle(&bench.events, query, world.clock.now(), week_start);
            let given: Vec<_> = answer
                .series
                .into_iter()
                .map(|series| (series.values, series.total))
                .collect();
            (given != expected).then(|| format!("{given:?}, not {expected:?}"))
        },
    );
}

fn random_histograms_are_those_of_the_reference() {
    let bench = Bench::new(23);
    bench.ask(
        250,
        |generator| generator.activity("stickiness").to_string(),
        |query, _, week_start, answer| {
            let (Query::Stickiness(query), Answer::Stickiness(answer)) = (query, answer) else {
                panic!("it is about stickiness")
            };
            let expected = oracle::activity::stickiness(&bench.events, query, week_start);
            let given: Vec<u64> = answer.histogram.iter().map(|active| active.users).collect();
            (given != expected).then(|| format!("{given:?}, not {expected:?}"))
        },
    );
}
