//! Ways and rows: what is drawn and what is said.

use charts::{ChartSpec, Theme, describe, is_empty, render, stat, table};
use jiff::civil;
use model::answer::{Answer, EventsAnswer, Meta, PathsAnswer, SqlAnswer, SqlColumn, SqlType};
use model::dashboard::{WidgetOptions, WidgetType};

use crate::samples::{self, spec};

fn picture(spec: &ChartSpec) -> String {
    render(&samples::ways(), spec).as_str().replace("><", ">\n<")
}

#[test]
fn ways_in_both_themes_and_where_it_is_narrow() {
    for (name, width, height, theme) in [
        ("ways", 640, 280, Theme::Light),
        ("ways_dark", 640, 280, Theme::Dark),
        ("ways_narrow", 200, 120, Theme::Page),
    ] {
        insta::assert_snapshot!(name, picture(&spec(WidgetType::Paths, width, height, theme)));
    }
}

#[test]
fn every_kind_of_widget_shows_ways_and_rows_somehow() {
    for kind in WidgetType::ALL {
        let spec = spec(kind, 500, 200, Theme::Light);
        let has_picture = kind.asks() && !kind.is_a_table();
        assert_eq!(
            render(&samples::ways(), &spec).as_str().is_empty(),
            !has_picture,
            "{kind:?}"
        );
        assert_eq!(render(&rows(), &spec).as_str(), "", "{kind:?}");
    }
}

#[test]
fn a_table_of_ways_says_where_journeys_end() {
    let table = table(&samples::ways(), WidgetType::Paths, &WidgetOptions::default());
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles, ["Step", "From", "To", "Journeys", "Share"]);
    assert_eq!(table.rows[0], ["1", "/", "/pricing", "260", "41.9 %"]);
    assert_eq!(table.rows[2], ["1", "/", "(ends here)", "160", "25.8 %"]);
    let last = table.rows.last().expect("there are rows");
    assert_eq!(last[1..4], ["/", "(ends here)", "90"]);
}

#[test]
fn a_table_of_rows_has_their_columns() {
    let table = table(&rows(), WidgetType::Feed, &WidgetOptions::default());
    let columns: Vec<(&str, bool)> = table
        .columns
        .iter()
        .map(|column| (column.title.as_str(), column.is_figure))
        .collect();
    assert_eq!(
        columns,
        [
            ("Time", false),
            ("Event", false),
            ("amount", true),
            ("tags", false)
        ]
    );
    assert_eq!(table.rows[0], ["4 May 2026, 16:45:00", "buy", "12.5", "[\"a\"]"]);
    assert_eq!(table.rows[1][2..], ["–", "–"]);
}

#[test]
fn sentences_and_figures() {
    let spec = spec(WidgetType::Paths, 1, 1, Theme::Light);
    assert_eq!(
        describe(&samples::ways(), &spec),
        "Path diagram: 1,000 journeys over 4 steps, most often from / to /pricing, 260"
    );
    assert_eq!(describe(&rows(), &spec), "List of 2 events, the newest first");
    assert_eq!(stat(&samples::ways(), &spec.options).exact, "1,000");
    let nobody = Answer::Paths(PathsAnswer {
        nodes: Vec::new(),
        links: Vec::new(),
        meta: Meta::fresh(0),
    });
    assert!(is_empty(&nobody) && !is_empty(&samples::ways()) && !is_empty(&rows()));
    assert_eq!(describe(&nobody, &spec), "Path diagram: 0 journeys over 0 steps");
}

/// Two rows, the newer first.
pub(crate) fn rows() -> Answer {
    let list = |json: &str| serde_json::from_str(json).expect("JSON");
    Answer::Events(EventsAnswer {
        columns: Some(vec![
            "$timestamp".into(),
            "$name".into(),
            "amount".into(),
            "tags".into(),
        ]),
        rows: vec![
            list(r#"["2026-05-04T11:00:00Z","buy",12.5,["a"]]"#),
            list(r#"["2026-05-04T10:00:00Z","look",null,null]"#),
        ],
        local: vec![
            civil::date(2026, 5, 4).at(16, 45, 0, 0),
            civil::date(2026, 5, 4).at(15, 45, 0, 0),
        ],
        next_cursor: None,
        meta: Meta::fresh(2),
    })
}

#[test]
fn a_table_of_sql_words_its_numbers_for_people() {
    let column = |name: &str, kind| SqlColumn {
        name: name.to_owned(),
        kind,
    };
    let answer = Answer::Sql(SqlAnswer {
        columns: vec![column("plan", SqlType::Text), column("paid", SqlType::Number)],
        rows: vec![
            serde_json::json!(["pro", 12_577.5]),
            serde_json::json!([null, null]),
        ],
        truncated: false,
        meta: Meta::fresh(2),
    });
    let euros = serde_json::from_str(r#"{"unit":"currency","currency":"EUR"}"#).expect("options");
    let shown = table(&answer, WidgetType::Table, &euros);
    assert_eq!(shown.rows, [["pro", "€12,577.5"], ["–", "–"]]);
    assert!(!shown.columns[0].is_figure && shown.columns[1].is_figure);
    let plain = table(&answer, WidgetType::Table, &WidgetOptions::default());
    assert_eq!(plain.rows[0][1], "12577.5", "nothing is rounded");
    assert_eq!(stat(&answer, &WidgetOptions::default()).exact, "12,577.5");
}
