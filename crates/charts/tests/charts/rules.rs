//! What holds for every drawing, whatever the answer: it is well-formed, carries no styles, and stays on its sheet.

use charts::{ChartSpec, Theme, describe, is_empty, render, stat, table};
use jiff::civil::date;
use model::answer::{Answer, AnswerSeries, Meta, NONE, OTHER, PathLink, PathNode, PathsAnswer};
use model::dashboard::{Unit, WidgetOptions, WidgetType};
use model::query::Interval;
use proptest::prelude::*;

use crate::samples::{self, days, series, spec, trend};

/// Every element is closed in order; names, attributes and words hold nothing that XML forbids.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in svg.split_inclusive('>') {
        let Some((words, tag)) = piece.split_once('<') else {
            panic!("words after the end: {piece}")
        };
        assert!(!words.contains(['<', '>']), "{words}");
        let tag = tag
            .strip_suffix('>')
            .unwrap_or_else(|| panic!("an open tag: {tag}"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    assert!(
        svg.chars().all(|letter| letter == '\n' || !letter.is_control()),
        "control characters"
    );
}

fn assert_rules(answer: &Answer, spec: &ChartSpec) {
    let svg = render(answer, spec).into_string();
    if matches!(spec.kind, WidgetType::Feed | WidgetType::Table | WidgetType::Text) {
        assert_eq!(svg, "");
        return;
    }
    if matches!(answer, Answer::Events(_) | Answer::Sql(_)) {
        assert_eq!(svg, "", "rows are a table");
        return;
    }
    assert_well_formed(&svg);
    let tags = svg
        .split('<')
        .filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag));
    for tag in tags {
        let attributes = tag.split('"').step_by(2).collect::<String>();
        for forbidden in [" style=", " on", "xlink", "font-family=\"\""] {
            assert!(!attributes.contains(forbidden), "{tag}");
        }
        let figures = tag.split('"').skip(1).step_by(2).zip(tag.split('"').step_by(2));
        for (value, name) in figures.filter(|(_, name)| !name.contains("aria-label")) {
            assert!(!value.contains("NaN") && !value.contains("inf"), "{name}{value}");
        }
    }
    assert_eq!(svg.matches("<svg").count(), 1);
    assert!(svg.contains(&format!("viewBox=\"0 0 {} {}\"", spec.width, spec.height)));
    assert!(svg.contains("role=\"img\" aria-label=\""));
    assert_eq!(svg, render(answer, spec).into_string(), "twice the same");
}

fn all_specs(width: u32, height: u32) -> impl Iterator<Item = ChartSpec> {
    let themes = [Theme::Light, Theme::Dark, Theme::Page];
    WidgetType::ALL
        .into_iter()
        .flat_map(move |kind| themes.map(|theme| spec(kind, width, height, theme)))
}

#[test]
fn the_page_theme_names_no_colour() {
    for kind in WidgetType::ALL {
        let svg = render(&samples::quarter(), &spec(kind, 400, 200, Theme::Page)).into_string();
        assert!(!svg.contains("\"#"), "{kind:?}: {svg}");
    }
}

#[test]
fn hostile_words_stay_words() {
    let hostile =
        "<script>alert(\"1\")</script> ' style=\"x\" onload=\"y\" ]]> & \"#5B5BD6\" grad_1 \u{0}\u{8}";
    let rows = vec![
        series("A", Some(hostile), &[3.0, 2.0]),
        series(hostile, None, &[1.0, 5.0]),
    ];
    let answer = Answer::Trend(days(date(2026, 1, 1), rows));
    for spec in all_specs(500, 260) {
        assert_rules(&answer, &spec);
        let svg = render(&answer, &spec).into_string();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.is_empty() || svg.contains("&lt;script&gt;alert"), "{svg}");
    }
}

#[test]
fn every_answer_is_drawn_as_every_kind_at_every_size() {
    let answers = [
        samples::retention(),
        samples::retention_by_plan(),
        samples::lifecycle(),
        samples::stickiness(),
    ];
    for answer in answers {
        for size in [(0, 0), (1, 1), (40, 30), (320, 200), (2_000, 900)] {
            for spec in all_specs(size.0, size.1) {
                assert_rules(&answer, &spec);
                let table = table(&answer, spec.kind, &spec.options);
                for row in table.rows.iter().chain(&table.total) {
                    assert_eq!(row.len(), table.columns.len());
                }
            }
        }
        assert!(!is_empty(&answer));
    }
}

#[test]
fn ten_thousand_points_stay_a_small_picture() {
    let values = samples::course(10_000, 500.0, 5);
    let first = date(2026, 1, 1).at(0, 0, 0, 0);
    let answer = Answer::Trend(trend(first, Interval::Hour, vec![series("Many", None, &values)]));
    for spec in all_specs(600, 240) {
        assert_rules(&answer, &spec);
        let size = render(&answer, &spec).as_str().len();
        assert!(size < 80_000, "{:?}: {size} bytes", spec.kind);
    }
}

#[test]
fn long_names_and_other_scripts() {
    let names = [
        "x".repeat(300),
        "مرحبا بالعالم هذا نص طويل جدا لا يتسع".into(),
        "東京都千代田区".repeat(9),
        String::new(),
    ];
    let rows = names
        .iter()
        .map(|name| series("Views", Some(name), &[4.0, 3.0]))
        .collect();
    let answer = Answer::Trend(days(date(2026, 1, 1), rows));
    for size in [(0, 0), (1, 1), (40, 30), (320, 200), (2_000, 900)] {
        for spec in all_specs(size.0, size.1) {
            assert_rules(&answer, &spec);
        }
    }
}

/// The `x` and the width of each label at the foot of the chart.
fn dates(svg: &str, baseline: &str) -> Vec<(f64, f64)> {
    let labels = svg.split("<text ").filter(|text| text.contains(baseline));
    labels
        .map(|text| {
            let (_, from) = text.split_once("x=\"").expect("it has an x");
            let (x, _) = from.split_once('"').expect("it ends");
            let (_, words) = text.split_once('>').expect("it has words");
            let (words, _) = words.split_once('<').expect("they end");
            let width = width_of(words);
            (x.parse().expect("a number"), width)
        })
        .collect()
}

/// About as wide as Roboto draws digits and short month names at 13 px.
fn width_of(words: &str) -> f64 {
    words
        .chars()
        .map(|letter| if letter == 'M' { 11.4 } else { 6.9 })
        .sum()
}

#[test]
fn dates_never_touch() {
    for total in [1_u32, 2, 7, 24, 31, 60, 61, 90, 365, 800] {
        for interval in Interval::ALL {
            let values = samples::course(total, 100.0, 9);
            let answer = Answer::Trend(trend(
                date(2025, 12, 3).at(9, 0, 0, 0),
                interval,
                vec![series("A", None, &values)],
            ));
            for width in [200, 340, 592] {
                let svg = render(&answer, &spec(WidgetType::Line, width, 200, Theme::Light)).into_string();
                let dates = dates(&svg, "y=\"194\"");
                assert!(!dates.is_empty(), "{total} {interval:?} {width}");
                for pair in dates.windows(2) {
                    let gap = (pair[1].0 - pair[1].1 / 2.0) - (pair[0].0 + pair[0].1 / 2.0);
                    assert!(gap > 0.0, "{total} {interval:?} {width}: {pair:?}");
                }
                for (x, text_width) in &dates {
                    assert!(
                        x - text_width / 2.0 > -4.0 && x + text_width / 2.0 < f64::from(width) + 4.0,
                        "{dates:?}"
                    );
                }
            }
        }
    }
}

fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        3 => (0.0..1e6_f64).prop_map(|value| Some(value.round())),
        2 => any::<f64>().prop_map(Some),
        1 => Just(None),
        1 => Just(Some(0.0)),
        1 => prop_oneof![Just(1e-300), Just(-1e300), Just(f64::MAX), Just(f64::NAN), Just(f64::INFINITY)].prop_map(Some),
    ]
}

fn any_series() -> impl Strategy<Value = AnswerSeries> {
    let breakdown = prop_oneof![
        Just(None),
        Just(Some(OTHER.to_owned())),
        Just(Some(NONE.to_owned())),
        ".{0,60}".prop_map(Some),
    ];
    (
        0..3_usize,
        ".{0,40}",
        breakdown,
        prop::collection::vec(value(), 0..40),
        value(),
    )
        .prop_map(|(position, label, breakdown, values, total)| AnswerSeries {
            position,
            label,
            breakdown,
            values,
            total,
        })
}

fn any_ways() -> impl Strategy<Value = Answer> {
    let value = prop_oneof![4 => 0..5_000_u64, 1 => Just(u64::MAX)];
    let name = prop_oneof![Just("$other".to_owned()), "[a-c]", ".{0,60}"];
    let nodes = prop::collection::vec((0..10_usize, name, value.clone()), 0..60);
    let links = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), value),
        0..80,
    );
    (nodes, links).prop_map(|(nodes, links)| {
        let nodes: Vec<PathNode> = nodes
            .into_iter()
            .map(|(step, name, value)| PathNode::new(step, &name, value))
            .collect();
        let id = |index: &prop::sample::Index| {
            if nodes.is_empty() {
                "0:nobody".to_owned()
            } else {
                index.get(&nodes).id.clone()
            }
        };
        let links = links.iter().map(|(source, target, value)| PathLink {
            source: id(source),
            target: id(target),
            value: *value,
        });
        Answer::Paths(PathsAnswer {
            links: links.collect(),
            nodes,
            meta: Meta::fresh(1),
        })
    })
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![3 => any_trend(), 1 => any_ways(), 1 => Just(crate::paths::rows())]
}

fn any_trend() -> impl Strategy<Value = Answer> {
    let all = prop::collection::vec(any_series(), 0..12);
    let previous = prop::option::of(prop::collection::vec(any_series(), 0..12));
    (
        all,
        previous,
        prop::option::of(0..50_usize),
        prop::sample::select(Interval::ALL.to_vec()),
    )
        .prop_map(|(all, previous, open_from, interval)| {
            let mut answer = trend(date(2024, 2, 28).at(22, 0, 0, 0), interval, all);
            answer.previous = previous;
            answer.open_from = open_from;
            Answer::Trend(answer)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_answer_is_drawn(
        answer in any_answer(),
        kind in prop::sample::select(WidgetType::ALL.to_vec()),
        unit in prop::sample::select(Unit::ALL.to_vec()),
        width in 0..1_200_u32,
        height in 0..600_u32,
    ) {
        let options = WidgetOptions { unit, currency: Some("CHF".into()), ..WidgetOptions::default() };
        let spec = ChartSpec { kind, options, width, height, theme: Theme::Light };
        assert_rules(&answer, &spec);
        let table = table(&answer, kind, &spec.options);
        for row in table.rows.iter().chain(&table.total) {
            prop_assert_eq!(row.len(), table.columns.len());
        }
        let _: (charts::Stat, String, bool) = (stat(&answer, &spec.options), describe(&answer, &spec), is_empty(&answer));
    }
}
