use model::account::WeekStart;
use model::event::Event;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};

use crate::generator::Generator;
use crate::oracle::sessions;
use crate::oracle_test::differences;
use crate::world::{World, event, on_every_store, org, refused, utc};

on_every_store! {
    sessions_bounces_and_lengths,
    entry_and_exit_are_the_first_and_last_event_that_has_the_property,
    a_breakdown_asks_the_first_event,
    nothing_is_zero_sessions_without_a_rate,
    ; blocking random_sessions_are_those_of_the_reference
}

const NOW: &str = "2026-06-01T00:00:00Z";

/// `user day time path plan`; a dash stands for a property that the event lacks.
fn visits(lines: &str) -> Vec<Event> {
    let event_of = |(n, line): (usize, &str)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let property = |name: &str, word: &str| match word {
            "-" => String::new(),
            value => format!(r#""{name}":"{value}","#),
        };
        let properties = format!("{}{}", property("$path", words[3]), property("plan", words[4]));
        event(&format!(
            r#"{{"id":"e{n:02}","user_id":"{}","name":"x","timestamp":"2026-05-0{}T{}Z","properties":{{{}}}}}"#,
            words[0],
            words[1],
            words[2],
            properties.trim_end_matches(','),
        ))
    };
    lines.trim().lines().enumerate().map(event_of).collect()
}

/// Four sessions: Ann's of 20 minutes, the one that begins exactly half an hour later, Bob's across midnight, Cy's.
const VISITS: &str = "
    ann 4 08:00:00        /     free
    ann 4 08:10:00        /docs pro
    ann 4 08:20:00        -     pro
    ann 4 08:50:00        /docs pro
    bob 4 23:50:00        -     free
    bob 5 00:19:59.999999 /     -
    cy  5 09:00:00        -     -";

async fn world() -> World {
    let world = World::at(NOW).await;
    world.append(org(1), 1, visits(VISITS)).await;
    world
}

fn question(measures: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"sessions","measures":{measures},"range":{{"from":"2026-05-04","to":"2026-05-06"}},
        "interval":"day","timezone":"UTC"{more}}}"#
    )
}

type Told = (String, Option<String>, Vec<Option<f64>>, Option<f64>);

async fn told(measures: &str, more: &str) -> Vec<Told> {
    let answer = world().await.answer(org(1), &question(measures, more)).await;
    assert_eq!(answer.meta.rows_read, 7);
    let line = |line: model::answer::AnswerSeries| (line.label, line.breakdown, line.values, line.total);
    answer.series.into_iter().map(line).collect()
}

fn line(label: &str, value: Option<&str>, values: [Option<f64>; 3], total: Option<f64>) -> Told {
    (label.to_owned(), value.map(str::to_owned), values.to_vec(), total)
}

async fn sessions_bounces_and_lengths() {
    let lines = told(r#"["sessions","bounce_rate","avg_seconds"]"#, "").await;
    let seconds = (1_200.0 + 0.0 + 1_799.999_999) / 3.0;
    assert_eq!(
        lines[0],
        line("Sessions", None, [Some(3.0), Some(1.0), Some(0.0)], Some(4.0))
    );
    assert_eq!(
        lines[1],
        line("Bounce rate", None, [Some(1.0 / 3.0), Some(1.0), None], Some(0.5))
    );
    let (_, _, values, total) = &lines[2];
    assert!((values[0].expect("a mean") - seconds).abs() < 1e-9, "{values:?}");
    assert_eq!((values[1], values[2]), (Some(0.0), None));
    assert!(
        (total.expect("a mean") - seconds * 0.75).abs() < 1e-9,
        "{total:?}"
    );
}

async fn entry_and_exit_are_the_first_and_last_event_that_has_the_property() {
    let none = Some(0.0);
    assert_eq!(
        told(r#"["entry","exit"]"#, "").await,
        [
            line("Entry", Some("/"), [Some(2.0), none, none], Some(2.0)),
            line("Entry", Some("/docs"), [Some(1.0), none, none], Some(1.0)),
            line("Entry", Some("$none"), [none, Some(1.0), none], Some(1.0)),
            line("Exit", Some("/docs"), [Some(2.0), none, none], Some(2.0)),
            line("Exit", Some("/"), [Some(1.0), none, none], Some(1.0)),
            line("Exit", Some("$none"), [none, Some(1.0), none], Some(1.0)),
        ]
    );
}

async fn a_breakdown_asks_the_first_event() {
    let none = Some(0.0);
    assert_eq!(
        told(r#"["sessions"]"#, r#","breakdown":{"property":"plan","limit":1}"#).await,
        [
            line("Sessions", Some("free"), [Some(2.0), none, none], Some(2.0)),
            line(
                "Sessions",
                Some("$other"),
                [Some(1.0), Some(1.0), none],
                Some(2.0)
            ),
        ]
    );
}

async fn nothing_is_zero_sessions_without_a_rate() {
    let empty = World::at(NOW).await;
    let answer = empty
        .answer(org(1), &question(r#"["sessions","bounce_rate"]"#, ""))
        .await;
    assert_eq!(
        (answer.series[0].total, answer.series[1].total),
        (Some(0.0), None)
    );
    assert!(answer.is_empty());
    let mars = question(r#"["sessions"]"#, "").replace("UTC", "Mars/Olympus");
    assert_eq!(refused(empty.ask(org(1), &mars).await).0, "timezone");
}

fn random_sessions_are_those_of_the_reference() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::at(NOW));
    let events = Generator::new(13).visits(300);
    for (batch, position) in events.chunks(57).map(<[_]>::to_vec).zip(1..) {
        runtime.block_on(world.append(org(1), position, batch));
    }
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let question = Generator::new(seed).sessions_question().to_string();
        let Ok(Query::Sessions(query)) = Query::parse(&question) else {
            panic!("{question} is no question")
        };
        let mut calendar = utc();
        if seed % 2 == 0 {
            calendar.week_start = WeekStart::Sunday;
        }
        let answer = runtime
            .block_on(world.ask_in(org(1), &calendar, &question))
            .expect(&question);
        let expected = sessions::answer(&events, &query, calendar.week_start);
        let difference = differences(&expected, &answer, false);
        proptest::prop_assert!(
            difference.is_none(),
            "{question}\n{}",
            difference.unwrap_or_default()
        );
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
