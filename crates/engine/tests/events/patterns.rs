//! `matches` finds the same on every store.

use std::collections::BTreeSet;

use model::event::Event;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use regex_lite::Regex;
use serde_json::json;

use crate::world::{World, cases, event, fields, on_every_store, org};

on_every_store! {
    patterns_find_the_same,
    what_stores_do_not_share_is_refused_by_its_field,
    ; blocking random_patterns_find_the_same
}

const NOW: &str = "2026-05-04T12:00:00Z";

const TEXTS: [&str; 34] = [
    "",
    "a",
    "A",
    "b",
    "ab",
    "aab",
    "abab",
    "abc",
    "a\nb",
    "\n",
    "a b",
    "a-b",
    "a.b",
    "a+b",
    "a\\b",
    "[a]",
    "^a$",
    "{a}",
    "a|b",
    "(a)",
    "/docs/12",
    "/docs/",
    "/Docs/7?x=1",
    "ada@example.org",
    "x_1",
    "é",
    "É",
    "straße",
    "日本",
    "🎉a",
    "a\tb",
    "1",
    "12ab",
    "~a&b#",
];

const PATTERNS: [&str; 48] = [
    "",
    "a",
    "^a",
    "b$",
    "^a$",
    "a.b",
    "(?s)a.b",
    "(?s)^.+$",
    "^.*$",
    "a|b",
    "^(a|b)$",
    "^(?:a|)b?$",
    "a+b",
    "a*?b",
    "(ab)+",
    "(ab){2}",
    "a{2}",
    "a{1,2}b",
    "^a{0}b",
    "a{2,}",
    "[ab]c",
    "[^a]",
    "^[^a-z]+$",
    "[a\\-.]b",
    "[]a]",
    "[\\]a\\[]",
    "\\.",
    "\\+",
    "\\\\",
    "\\[a\\]",
    "\\^a\\$",
    "\\{a\\}",
    "a\\|b",
    "\\(a\\)",
    "^/docs/\\d+$",
    "(?i)^/docs/",
    "(?i:D)ocs",
    "^[\\w.]+@[\\w]+\\.org$",
    "\\s",
    "^\\S+$",
    "\\D",
    "[[:alpha:]]",
    "[[:^alpha:]]",
    "^[^\\n]$",
    "\\Aab\\z",
    "(?i)ABC",
    "é|日",
    "[а-я]|ß",
];

fn events() -> Vec<Event> {
    let one = |(number, text): (usize, &&str)| {
        let document = json!({"id": format!("e{number:02}"), "name": "x", "timestamp": "2026-05-01T10:00:00Z",
            "properties": {"t": text, "n": number}});
        event(&document.to_string())
    };
    TEXTS.iter().enumerate().map(one).collect()
}

/// The numbers of the texts that a pattern finds.
async fn found(world: &World, op: &str, pattern: &str) -> Result<BTreeSet<usize>, String> {
    let filter = json!({"property": "t", "op": op, "value": pattern});
    let filter = if op == "matches" {
        filter
    } else {
        json!({"not": {"property": "t", "op": "matches", "value": pattern}})
    };
    let question = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "30d"}, "interval": "month",
        "filter": filter, "breakdown": {"property": "n", "limit": 50}});
    let answer = world.ask(org(1), &question.to_string()).await;
    let answer = answer.map_err(|error| format!("{pattern:?}: {error:?}"))?;
    let values = answer.series.iter().filter_map(|line| line.breakdown.clone());
    Ok(values.filter_map(|number| number.parse().ok()).collect())
}

fn expected(pattern: &str) -> BTreeSet<usize> {
    let regex = Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern:?}: {error}"));
    let matching = TEXTS.iter().enumerate().filter(|(_, text)| regex.is_match(text));
    matching.map(|(number, _)| number).collect()
}

async fn patterns_find_the_same() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, events()).await;
    for pattern in PATTERNS {
        assert_eq!(
            found(&world, "matches", pattern).await,
            Ok(expected(pattern)),
            "{pattern:?}"
        );
    }
    let others = (0..TEXTS.len())
        .filter(|number| !expected("^a").contains(number))
        .collect();
    assert_eq!(found(&world, "not", "^a").await, Ok(others));
    // The reference knows the cases of ASCII alone.
    let accented: BTreeSet<usize> = (0..TEXTS.len())
        .filter(|at| ["é", "É"].contains(&TEXTS[*at]))
        .collect();
    assert_eq!(found(&world, "matches", "(?i)é").await, Ok(accented));
}

async fn what_stores_do_not_share_is_refused_by_its_field() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, events()).await;
    let long = "(a|b)".repeat(2_500);
    for pattern in [
        "(",
        r"\bword",
        "(?=a)",
        r"(a)\1",
        r"\pL",
        "(a{200}){200}",
        "a{1000}",
        "(?m)^a",
        "***=a",
        long.as_str(),
    ] {
        let question = json!({"kind": "trend", "series": [{"measure": "count", "filter":
            {"property": "t", "op": "matches", "value": pattern}}], "range": {"last": "7d"}});
        let (field, code) = fields(world.ask(org(1), &question.to_string()).await);
        assert_eq!(
            (field.as_str(), code.as_str()),
            ("series[0].filter.value", "invalid_pattern"),
            "{pattern}"
        );
    }
}

/// A pattern of a few pieces.
fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec!["a", "b", "A", "é", "日", " ", "1", "/", "-", "_", "@", ".", r"\.", r"\d", r"\w", r"\s", r"\D", r"\W"]),
        1 => proptest::sample::select(vec!["[ab]", "[^a]", "[a-c1]", r"[\d.]", r"[^\s]", "[^^]", r"[\]-]", "[[:alnum:]_]", "^", "$"]),
    ]
    .prop_map(str::to_owned);
    piece.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            1 => proptest::collection::vec(inner.clone(), 1..3).prop_map(|parts| format!("({})", parts.join("|"))),
            1 => (inner.clone(), proptest::sample::select(vec!["*", "+", "?", "{2}", "{0,3}", "*?", "{1,}"]))
                .prop_map(|(part, sign)| format!("(?:{part}){sign}")),
            1 => inner.prop_map(|part| format!("(?s:{part})")),
        ]
    })
}

fn random_patterns_find_the_same() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::at(NOW));
    runtime.block_on(world.append(org(1), 1, events()));
    let mut runner = TestRunner::new(Config {
        cases: cases(160),
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&pattern(), |pattern| {
        let is_an_edge = |text: &str| ["^", "$"].contains(&text);
        prop_assume!(!is_an_edge(&pattern));
        let found = runtime.block_on(found(&world, "matches", &pattern));
        prop_assert_eq!(found, Ok(expected(&pattern)), "{}", pattern);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
