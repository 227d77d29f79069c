//! The pictures themselves. Read a changed one as a picture before accepting it: the gallery example shows them all.

use charts::{ChartSpec, Theme, describe, render};
use jiff::civil::date;
use model::answer::{Answer, OTHER};
use model::dashboard::{Legend, Nulls, SeriesColour, Stacking, WidgetOptions, WidgetType};

use crate::samples::{self, course, days, series, spec};

fn picture(answer: &Answer, spec: &ChartSpec) -> String {
    render(answer, spec).as_str().replace("><", ">\n<")
}

/// A week of two paths and the rest, small enough to be read as text.
fn week() -> Answer {
    let share = |path: &str, level, seed| series("Views", Some(path), &course(7, level, seed));
    let mut answer = days(
        date(2026, 11, 16),
        vec![
            share("/", 300.0, 1),
            share("/docs", 200.0, 2),
            share(OTHER, 90.0, 3),
        ],
    );
    answer.open_from = Some(6);
    Answer::Trend(answer)
}

#[test]
fn every_kind() {
    for kind in WidgetType::ALL {
        insta::assert_snapshot!(
            format!("week_{}", kind.as_str()),
            picture(&week(), &spec(kind, 420, 220, Theme::Light))
        );
    }
}

#[test]
fn funnels() {
    for (name, height) in [("funnel", 220), ("funnel_flat", 90)] {
        let spec = spec(WidgetType::Funnel, 420, height, Theme::Light);
        insta::assert_snapshot!(name, picture(&samples::funnel(), &spec));
    }
}

#[test]
fn the_four_days_of_the_log() {
    for kind in [WidgetType::Bar, WidgetType::Line, WidgetType::Stat] {
        let name = format!("log_{}", kind.as_str());
        insta::assert_snapshot!(
            name,
            picture(&samples::log(), &spec(kind, 480, 240, Theme::Light))
        );
    }
}

#[test]
fn a_comparison_and_a_bucket_that_is_still_open() {
    let answer = samples::log_compared();
    for kind in [WidgetType::Bar, WidgetType::Area] {
        let name = format!("compared_{}", kind.as_str());
        insta::assert_snapshot!(name, picture(&answer, &spec(kind, 480, 240, Theme::Light)));
    }
}

#[test]
fn the_themes() {
    for (name, theme) in [("dark", Theme::Dark), ("page", Theme::Page)] {
        insta::assert_snapshot!(
            format!("log_{name}"),
            picture(&samples::log(), &spec(WidgetType::Area, 480, 240, theme))
        );
    }
}

#[test]
fn hours_in_seconds() {
    let spec = ChartSpec {
        options: samples::seconds(),
        ..spec(WidgetType::Line, 480, 200, Theme::Light)
    };
    let picture = picture(&samples::hours(), &spec);
    assert!(
        picture.contains(">2 m</text>") && picture.contains(">21 Nov</text>"),
        "{picture}"
    );
    assert!(
        picture.contains("21 Nov 2026, 00:00\nCheckout time: "),
        "{picture}"
    );
}

#[test]
fn a_month_labels_only_days_that_fit() {
    let picture = picture(&samples::month(), &spec(WidgetType::Bar, 480, 200, Theme::Light));
    assert!(
        picture.contains(">24 Oct</text>") && !picture.contains(">25 Oct</text>"),
        "{picture}"
    );
    assert!(picture.contains("Sun 22 Nov 2026 (so far)"), "{picture}");
}

#[test]
fn corner_cases() {
    let zeros = days(date(2026, 1, 30), vec![series("Nothing", None, &[0.0, 0.0])]);
    let point = days(date(2026, 1, 30), vec![series("Once", None, &[7.0])]);
    let none = days(date(2026, 1, 30), vec![]);
    for (name, answer) in [
        ("gaps", samples::gaps()),
        ("negative", samples::losses()),
        ("zeros", Answer::Trend(zeros)),
        ("point", Answer::Trend(point)),
        ("none", Answer::Trend(none)),
    ] {
        for kind in [
            WidgetType::Line,
            WidgetType::Bar,
            WidgetType::Donut,
            WidgetType::Heatmap,
            WidgetType::Calendar,
            WidgetType::Gauge,
        ] {
            let mut spec = spec(kind, 360, 180, Theme::Light);
            if name == "negative" {
                spec.options = samples::euros();
            }
            insta::assert_snapshot!(format!("{name}_{}", kind.as_str()), picture(&answer, &spec));
        }
    }
}

#[test]
fn minutes_without_anything_carry_no_figure() {
    let drawn = |width| {
        picture(
            &samples::quiet(),
            &spec(WidgetType::Bar, width, 180, Theme::Light),
        )
    };
    let above = |picture: &str| -> Vec<String> {
        let labels = picture.split("<text ").filter(|text| text.contains("#16181D"));
        let words = |text: &str| Some(text.split_once('>')?.1.split_once('<')?.0.to_owned());
        labels.filter_map(words).collect()
    };
    let wide = drawn(860);
    assert_eq!(above(&wide), ["2", "1", "12", "3"], "{wide}");
    insta::assert_snapshot!("quiet_bar", wide);
    assert_eq!(
        above(&drawn(560)),
        [""; 0],
        "bars too narrow for the 12 carry none"
    );
}

#[test]
fn shades() {
    for (name, answer, kind) in [
        ("hours_of_a_week", samples::hours_of_weeks(), WidgetType::Heatmap),
        ("year", samples::year(), WidgetType::Calendar),
        ("countries", samples::countries(), WidgetType::Map),
    ] {
        for (theme, named) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            let spec = spec(kind, 480, 240, theme);
            insta::assert_snapshot!(format!("{name}_{named}"), picture(&answer, &spec));
        }
    }
}

#[test]
fn a_gauge_and_its_goal() {
    for (name, options) in [
        ("gauge_without_goal", WidgetOptions::default()),
        ("gauge_on_its_way", samples::goals(&[12_000.0])),
        ("gauge_reached", samples::goals(&[10_000.0])),
    ] {
        let spec = ChartSpec {
            options,
            ..spec(WidgetType::Gauge, 240, 180, Theme::Light)
        };
        insta::assert_snapshot!(name, picture(&samples::log(), &spec));
    }
}

#[test]
fn options() {
    let coloured = WidgetOptions {
        colours: vec![SeriesColour {
            series: "/docs".into(),
            colour: 4,
        }],
        legend: Legend::Hidden,
        ..WidgetOptions::default()
    };
    for (name, answer, kind, options) in [
        (
            "goals",
            samples::log(),
            WidgetType::Line,
            samples::goals(&[2_000.0, 4_500.0]),
        ),
        ("log_axis", samples::log(), WidgetType::Bar, samples::by_tens()),
        (
            "stacked_area",
            week(),
            WidgetType::Area,
            samples::stacked(Stacking::Normal),
        ),
        (
            "shares",
            week(),
            WidgetType::Bar,
            samples::stacked(Stacking::Percent),
        ),
        ("coloured", week(), WidgetType::Line, coloured),
        (
            "moments",
            samples::noted(),
            WidgetType::Line,
            WidgetOptions::default(),
        ),
    ] {
        let spec = ChartSpec {
            options,
            ..spec(kind, 420, 200, Theme::Light)
        };
        insta::assert_snapshot!(format!("option_{name}"), picture(&answer, &spec));
    }
    for nulls in [Nulls::Connect, Nulls::Zero] {
        let options = WidgetOptions {
            nulls,
            ..WidgetOptions::default()
        };
        let spec = ChartSpec {
            options,
            ..spec(WidgetType::Line, 360, 160, Theme::Light)
        };
        insta::assert_snapshot!(format!("option_{nulls:?}"), picture(&samples::gaps(), &spec));
    }
}

#[test]
fn users_who_come_back() {
    for (name, answer, kind) in [
        ("retention", samples::retention(), WidgetType::Retention),
        (
            "retention_by_plan",
            samples::retention_by_plan(),
            WidgetType::Retention,
        ),
        ("lifecycle", samples::lifecycle(), WidgetType::StackedBar),
        ("stickiness", samples::stickiness(), WidgetType::Bar),
    ] {
        let spec = spec(kind, 600, 300, Theme::Light);
        insta::assert_snapshot!(name, picture(&answer, &spec));
    }
}

#[test]
fn sentences() {
    let spec = |kind| spec(kind, 1, 1, Theme::Light);
    assert_eq!(
        describe(&samples::log(), &spec(WidgetType::Line)),
        "Line chart, 17 May 2015 to 20 May 2015: Views 10,000 overall"
    );
    assert_eq!(
        describe(&samples::paths(), &spec(WidgetType::Donut)),
        "Donut chart, 24 Oct 2026 to 22 Nov 2026: / 9,957, /pricing 7,042, \
         /docs/getting-started/install-on-debian-with-docker-compose 4,707, /blog 2,940, and 2 more overall"
    );
    assert_eq!(
        describe(&samples::retention(), &spec(WidgetType::Retention)),
        "Retention by week, 5 Oct 2026 to 23 Nov 2026: of 2,593 users 46.1 % came back in week 1"
    );
    assert_eq!(
        describe(&samples::stickiness(), &spec(WidgetType::Bar)),
        "Active days of each user, of 10: 1,878 users were active on 2.34 days on average"
    );
    assert_eq!(
        describe(&samples::lifecycle(), &spec(WidgetType::StackedBar)),
        "Stacked bar chart, 16 Nov 2026 to 22 Nov 2026: New 278, Returning 870, Resurrecting 72, Dormant 395 overall"
    );
}
