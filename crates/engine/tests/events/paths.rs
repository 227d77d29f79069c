use std::collections::BTreeMap;

use model::answer::PathsAnswer;
use model::event::Event;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};

use crate::generator::Generator;
use crate::oracle::paths::{self, ExpectedPaths};
use crate::world::{World, event, fields, on_every_store, org, utc};

on_every_store! {
    sessions_end_after_half_an_hour_and_repetitions_are_one_step,
    a_user_s_journey_goes_on_the_next_day,
    paths_from_and_to_an_event,
    names_beyond_the_limit_are_one,
    nothing_gives_an_empty_answer_and_bad_questions_a_field,
    ; blocking random_paths_are_those_of_the_reference
}

const NOW: &str = "2026-06-01T00:00:00Z";

/// `user name minute`, a line for each event of a morning.
fn morning(lines: &str) -> Vec<Event> {
    let event_of = |(n, line): (usize, &str)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let minute: u32 = words[2].parse().expect("a minute");
        event(&format!(
            r#"{{"id":"e{n:02}","user_id":"{}","name":"{}","timestamp":"2026-05-04T{:02}:{:02}:00Z",
            "properties":{{"$path":"/{}"}}}}"#,
            words[0],
            words[1],
            8 + minute / 60,
            minute % 60,
            words.get(3).unwrap_or(&words[1]),
        ))
    };
    lines.trim().lines().enumerate().map(event_of).collect()
}

/// Ann looks twice, buys and comes back after exactly half an hour; Bob looks and leaves; Cy buys at once.
const MORNING: &str = "
    ann look 0 a
    ann look 1 b
    ann cart 2
    ann buy 5
    ann look 35 c
    bob look 10 a
    cy  buy 20
    cy  look 49 a";

fn question(more: &str) -> String {
    format!(r#"{{"kind":"paths","range":{{"from":"2026-05-04","to":"2026-05-04"}},"timezone":"UTC"{more}}}"#)
}

async fn told(more: &str) -> (Vec<(String, u64)>, Vec<(String, String, u64)>) {
    let world = World::at(NOW).await;
    world.append(org(1), 1, morning(MORNING)).await;
    let answer = world.paths(org(1), &question(more)).await;
    let nodes = answer.nodes.into_iter().map(|node| (node.id, node.value));
    let links = answer
        .links
        .into_iter()
        .map(|link| (link.source, link.target, link.value));
    (nodes.collect(), links.collect())
}

fn nodes(nodes: &[(&str, u64)]) -> Vec<(String, u64)> {
    nodes
        .iter()
        .map(|(id, value)| ((*id).to_owned(), *value))
        .collect()
}

fn links(links: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    let link =
        |(source, target, value): &(&str, &str, u64)| ((*source).to_owned(), (*target).to_owned(), *value);
    links.iter().map(link).collect()
}

async fn sessions_end_after_half_an_hour_and_repetitions_are_one_step() {
    let (seen, ways) = told("").await;
    assert_eq!(
        seen,
        nodes(&[
            ("0:look", 3),
            ("0:buy", 1),
            ("1:cart", 1),
            ("1:look", 1),
            ("2:buy", 1)
        ])
    );
    assert_eq!(
        ways,
        links(&[
            ("0:buy", "1:look", 1),
            ("0:look", "1:cart", 1),
            ("1:cart", "2:buy", 1)
        ])
    );
}

async fn a_user_s_journey_goes_on_the_next_day() {
    let (seen, _) = told(r#","per":"user","steps":4"#).await;
    assert_eq!(
        seen,
        nodes(&[
            ("0:look", 2),
            ("0:buy", 1),
            ("1:cart", 1),
            ("1:look", 1),
            ("2:buy", 1),
            ("3:look", 1)
        ])
    );
}

async fn paths_from_and_to_an_event() {
    let (seen, ways) = told(r#","per":"user","from":{"event":"buy"}"#).await;
    assert_eq!(seen, nodes(&[("0:buy", 2), ("1:look", 2)]));
    assert_eq!(ways, links(&[("0:buy", "1:look", 2)]));

    let (seen, ways) = told(r#","per":"user","steps":3,"to":{"event":"buy"}"#).await;
    assert_eq!(seen, nodes(&[("0:look", 1), ("1:cart", 1), ("2:buy", 2)]));
    assert_eq!(ways, links(&[("0:look", "1:cart", 1), ("1:cart", "2:buy", 1)]));

    let path_b = r#","from":{"event":"look","filter":{"property":"$path","op":"eq","value":"/b"}},"by":"property","property":"$path""#;
    let (seen, _) = told(path_b).await;
    assert_eq!(seen, nodes(&[("0:/b", 1), ("1:/cart", 1), ("2:/buy", 1)]));
}

async fn names_beyond_the_limit_are_one() {
    let (seen, ways) = told(r#","by":"property","property":"$path","limit":1,"steps":2"#).await;
    assert_eq!(
        seen,
        nodes(&[("0:/a", 2), ("0:$other", 2), ("1:/a", 1), ("1:$other", 1)])
    );
    assert_eq!(ways, links(&[("0:$other", "1:/a", 1), ("0:/a", "1:$other", 1)]));
}

async fn nothing_gives_an_empty_answer_and_bad_questions_a_field() {
    let world = World::at(NOW).await;
    let nobody = question(r#","by":"property","property":"no.such""#);
    let answer = world.paths(org(1), &nobody).await;
    assert!(answer.nodes.is_empty() && answer.links.is_empty());
    let wild = question(r#","to":{"event":"a","filter":{"property":"a","op":"matches","value":"[a"}}"#);
    let refusal = fields(world.ask_any(org(1), &utc(), &wild).await);
    assert_eq!(
        refusal,
        ("to.filter.value".to_owned(), "invalid_pattern".to_owned())
    );
}

fn as_expected(answer: &PathsAnswer) -> ExpectedPaths {
    let place = |id: &str| {
        let (step, name) = id.split_once(':').expect("a step and a name");
        (step.parse::<usize>().expect("a step"), name.to_owned())
    };
    let nodes = answer.nodes.iter().map(|node| (place(&node.id), node.value));
    let links = answer
        .links
        .iter()
        .map(|link| ((place(&link.source), place(&link.target)), link.value));
    ExpectedPaths {
        nodes: nodes.collect::<BTreeMap<_, _>>(),
        links: links.collect::<BTreeMap<_, _>>(),
        events: answer.meta.rows_read,
    }
}

fn random_paths_are_those_of_the_reference() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::at(NOW));
    let events = Generator::new(11).visits(300);
    for (batch, position) in events.chunks(57).map(<[_]>::to_vec).zip(1..) {
        runtime.block_on(world.append(org(1), position, batch));
    }
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let question = Generator::new(seed).paths_question().to_string();
        let Ok(Query::Paths(query)) = Query::parse(&question) else {
            panic!("{question} is no question")
        };
        let answer = runtime.block_on(world.paths(org(1), &question));
        proptest::prop_assert_eq!(
            as_expected(&answer),
            paths::answer(&events, &query),
            "{}",
            question
        );
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
