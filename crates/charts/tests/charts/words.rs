//! Tables and figures say exactly what the answer says.

use charts::{Direction, Theme, describe, is_empty, stat, table};
use jiff::civil::date;
use model::answer::Answer;
use model::dashboard::{WidgetOptions, WidgetType};
use model::language::{Language, within};

use crate::samples::{self, days, series, spec};

fn compared(now: &[f64], before: &[f64]) -> Answer {
    let mut trend = days(date(2026, 1, 1), vec![series("Views", None, now)]);
    trend.previous = Some(vec![series("Views", None, before)]);
    Answer::Trend(trend)
}

#[test]
fn a_table_over_time() {
    let table = table(&samples::log(), WidgetType::Table, &WidgetOptions::default());
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles, ["Time", "Views"]);
    assert!(!table.columns[0].is_figure && table.columns[1].is_figure);
    assert_eq!(table.rows[0], ["Sun 17 May 2015", "1,632"]);
    assert_eq!(table.rows[3], ["Wed 20 May 2015", "2,579"]);
    assert_eq!(
        table.total,
        Some(vec!["Whole range".to_owned(), "10,000".to_owned()])
    );
}

#[test]
fn a_table_of_a_breakdown_is_ranked_with_the_rest_last() {
    let ranked = table(&samples::compared(), WidgetType::Table, &WidgetOptions::default());
    let names: Vec<&str> = ranked.rows.iter().map(|row| row[0].as_str()).collect();
    let long = "/docs/getting-started/install-on-debian-with-docker-compose";
    assert_eq!(names, ["/", "/pricing", long, "/blog", "None", "Other"]);
    assert_eq!(ranked.rows[0][1..], ["9,957", "8,264", "+20.5 %"]);
    let mut by_path = samples::compared();
    if let Answer::Trend(trend) = &mut by_path {
        trend.property = Some("$path".parse().expect("a property"));
    }
    let by_path = table(&by_path, WidgetType::Table, &WidgetOptions::default());
    let heads: Vec<&str> = by_path
        .columns
        .iter()
        .map(|column| column.title.as_str())
        .collect();
    assert_eq!(heads, ["Path", "Views", "Before", "Change"]);
    let in_german = within(Language::German, || {
        let mut counted = samples::compared();
        if let Answer::Trend(trend) = &mut counted {
            trend.property = Some("$browser_version".parse().expect("a property"));
            for series in trend.series.iter_mut().chain(trend.previous.iter_mut().flatten()) {
                series.label = "Unique values of $path, any event".to_owned();
            }
        }
        table(&counted, WidgetType::Table, &WidgetOptions::default())
    });
    let heads: Vec<&str> = in_german.columns[..2]
        .iter()
        .map(|column| column.title.as_str())
        .collect();
    assert_eq!(
        heads,
        ["Browserversion", "Verschiedene Werte von Pfad, jedes Ereignis"]
    );
    let over_time = table(&samples::compared(), WidgetType::Line, &WidgetOptions::default());
    assert_eq!((over_time.rows.len(), over_time.columns.len()), (30, 13));
}

#[test]
fn a_figure_and_its_change() {
    let options = WidgetOptions::default();
    let words = |now: &[f64], before: &[f64]| {
        let change = stat(&compared(now, before), &options).change;
        change.map(|change| (change.direction, change.words))
    };
    assert_eq!(
        words(&[112.0], &[100.0]),
        Some((Direction::Up, "up 12 % from the previous period".into()))
    );
    assert_eq!(
        words(&[75.5], &[100.0]),
        Some((Direction::Down, "down 24.5 % from the previous period".into()))
    );
    assert_eq!(
        words(&[100.0], &[100.0]),
        Some((Direction::Flat, "the same as in the previous period".into()))
    );
    assert_eq!(
        words(&[809.0], &[1.0]),
        Some((Direction::Up, "809 × what it was in the previous period".into()))
    );
    assert_eq!(
        words(&[9.0], &[1.0]),
        Some((Direction::Up, "up 800 % from the previous period".into()))
    );
    assert_eq!(words(&[5.0], &[0.0]), None);
    let without = stat(&compared(&[5.0], &[0.0]), &options);
    assert_eq!(
        without.note.as_deref(),
        Some("Nothing to compare with in the previous period")
    );
    let log = stat(&samples::log(), &options);
    assert_eq!(
        (log.value.as_str(), log.exact.as_str(), log.change),
        ("10 k", "10,000", None)
    );
}

#[test]
fn empty_is_what_counted_nothing() {
    assert!(is_empty(&Answer::Trend(days(
        date(2026, 1, 1),
        vec![series("A", None, &[0.0, 0.0])]
    ))));
    assert!(is_empty(&Answer::Trend(days(date(2026, 1, 1), vec![]))));
    assert!(!is_empty(&samples::log()));
}

#[test]
fn a_table_of_cohorts() {
    let options = WidgetOptions::default();
    let cohorts = table(&samples::retention(), WidgetType::Table, &options);
    let titles: Vec<&str> = cohorts
        .columns
        .iter()
        .map(|column| column.title.as_str())
        .collect();
    let expected = [
        "Cohort", "Users", "Week 0", "Week 1", "Week 2", "Week 3", "Week 4", "Week 5", "Week 6",
    ];
    assert_eq!(titles, expected);
    assert_eq!(
        cohorts.rows[0][..4],
        ["Week of 5 Oct 2026", "412", "412 (100 %)", "190 (46.1 %)"]
    );
    assert_eq!(
        cohorts.rows[7][..4],
        ["Week of 23 Nov 2026", "210", "210 (100 %)", "–"]
    );
    assert_eq!(cohorts.rows[5][..4], ["Week of 9 Nov 2026", "0", "0", "0"]);
    let total = cohorts.total.expect("there are cohorts");
    assert_eq!(total[..4], ["All cohorts", "2,593", "100 %", "46.1 %"]);
    let by_plan = table(&samples::retention_by_plan(), WidgetType::Table, &options);
    assert_eq!((by_plan.rows.len(), by_plan.rows[8][1].as_str()), (24, "None"));
    let figure = stat(&samples::retention(), &options);
    assert_eq!(
        (figure.value.as_str(), figure.exact.as_str()),
        ("46.1 %", "46.1 % came back in week 1")
    );
}

#[test]
fn a_table_of_active_days() {
    let options = WidgetOptions::default();
    let days = table(&samples::stickiness(), WidgetType::Table, &options);
    assert_eq!(days.rows[1], ["2", "430", "22.9 %"]);
    assert_eq!(
        days.total,
        Some(vec!["All users".into(), "1,878".into(), "100 %".into()])
    );
    let figure = stat(&samples::stickiness(), &options);
    assert_eq!(
        (figure.value.as_str(), figure.exact.as_str()),
        ("2.34 days", "2.34 days of 10")
    );
}

#[test]
fn a_funnel_is_told_in_words() {
    let answer = crate::samples::funnel();
    let spec = spec(WidgetType::Funnel, 420, 220, Theme::Light);
    assert_eq!(
        describe(&answer, &spec),
        "Funnel from Sign up to Purchase: 5 % of 1,600 users came through"
    );
    assert_eq!(stat(&answer, &spec.options).value, "5 %");
    let table = table(&answer, WidgetType::Table, &spec.options);
    assert_eq!(table.rows[2][..4], ["Use a feature", "1,000", "62.5 %", "62.5 %"]);
    assert_eq!(table.rows[0][4], "–");
    assert!(!is_empty(&answer));
}
