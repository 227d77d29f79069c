//! Answers to draw, shared by the tests and the gallery.

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, Timestamp, ToSpan, tz::TimeZone};
use model::answer::{
    ActiveUsers, Answer, AnswerSeries, Cohort, FunnelAnswer, LifecycleAnswer, Meta, Moment, NONE, OTHER,
    PathLink, PathNode, PathsAnswer, RetentionAnswer, StepFigures, StickinessAnswer, TimeToConvert,
    TrendAnswer,
};
use model::dashboard::{Axis, Goal, Stacking, Unit, WidgetOptions, WidgetType};
use model::query::Interval;

use charts::{ChartSpec, Theme};

pub(crate) fn series(label: &str, breakdown: Option<&str>, values: &[f64]) -> AnswerSeries {
    AnswerSeries {
        position: 0,
        label: label.into(),
        breakdown: breakdown.map(Into::into),
        values: values.iter().copied().map(Some).collect(),
        total: Some(values.iter().sum()),
    }
}

pub(crate) fn trend(first: DateTime, interval: Interval, series: Vec<AnswerSeries>) -> TrendAnswer {
    let total = series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let step: Span = match interval {
        Interval::Minute => 1.minute(),
        Interval::Hour => 1.hour(),
        Interval::Day => 1.day(),
        Interval::Week => 1.week(),
        Interval::Month => 1.month(),
    };
    let local: Vec<DateTime> = first.series(step).take(total).collect();
    let instant =
        |begin: &DateTime| -> Timestamp { begin.to_zoned(TimeZone::UTC).expect("within range").timestamp() };
    TrendAnswer {
        buckets: local.iter().map(instant).collect(),
        local,
        interval,
        timezone: "UTC".into(),
        open_from: None,
        property: None,
        series,
        previous: None,
        meta: Meta {
            elapsed_ms: 1,
            rows_read: 1,
            cached: false,
            cached_share: 0.0,
            exact: true,
            warnings: Vec::new(),
            annotations: Vec::new(),
        },
    }
}

pub(crate) fn days(first: Date, series: Vec<AnswerSeries>) -> TrendAnswer {
    trend(first.at(0, 0, 0, 0), Interval::Day, series)
}

/// The real log of four days.
pub(crate) fn log() -> Answer {
    Answer::Trend(days(
        date(2015, 5, 17),
        vec![series("Views", None, &[1632.0, 2893.0, 2896.0, 2579.0])],
    ))
}

/// A smooth but uneven course, the same at every run.
pub(crate) fn course(length: u32, level: f64, seed: u32) -> Vec<f64> {
    let mut state = seed;
    (0..length)
        .map(|day| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 16) / 65_536.0;
            let weekend = if day % 7 > 4 { 0.62 } else { 1.0 };
            (level * weekend * (0.75 + noise * 0.4) * (1.0 + f64::from(day) / f64::from(length) * 0.6))
                .round()
        })
        .collect()
}

pub(crate) fn month() -> Answer {
    let mut answer = days(
        date(2026, 10, 24),
        vec![series("Sign-ups", None, &course(30, 420.0, 7))],
    );
    answer.open_from = Some(29);
    Answer::Trend(answer)
}

pub(crate) fn quarter() -> Answer {
    let mut users = series("Active users", None, &course(90, 5_200.0, 3));
    users.position = 1;
    let mut answer = days(
        date(2026, 8, 25),
        vec![series("Page views", None, &course(90, 14_000.0, 11)), users],
    );
    let mut before = series("Active users", None, &course(90, 4_300.0, 23));
    before.position = 1;
    answer.previous = Some(vec![
        series("Page views", None, &course(90, 11_000.0, 19)),
        before,
    ]);
    answer.open_from = Some(89);
    Answer::Trend(answer)
}

pub(crate) fn paths() -> Answer {
    let share = |path: &str, level: f64, seed| series("Views", Some(path), &course(30, level, seed));
    let mut answer = days(
        date(2026, 10, 24),
        vec![
            share("/", 310.0, 1),
            share("/pricing", 220.0, 2),
            share(
                "/docs/getting-started/install-on-debian-with-docker-compose",
                140.0,
                3,
            ),
            share("/blog", 90.0, 4),
            share(NONE, 40.0, 5),
            share(OTHER, 120.0, 6),
        ],
    );
    answer.open_from = Some(29);
    Answer::Trend(answer)
}

pub(crate) fn compared() -> Answer {
    let Answer::Trend(mut trend) = paths() else {
        return paths();
    };
    trend.previous = Some(
        trend
            .series
            .iter()
            .map(|series| AnswerSeries {
                total: series.total.map(|total| (total * 0.83).round()),
                ..series.clone()
            })
            .collect(),
    );
    Answer::Trend(trend)
}

pub(crate) fn hours() -> Answer {
    let first = date(2026, 11, 20).at(9, 0, 0, 0);
    let mut answer = trend(
        first,
        Interval::Hour,
        vec![series("Checkout time", None, &course(52, 95.0, 31))],
    );
    answer.open_from = Some(51);
    Answer::Trend(answer)
}

pub(crate) fn spec(kind: WidgetType, width: u32, height: u32, theme: Theme) -> ChartSpec {
    ChartSpec {
        kind,
        options: WidgetOptions::default(),
        width,
        height,
        theme,
    }
}

pub(crate) fn seconds() -> WidgetOptions {
    WidgetOptions {
        unit: Unit::Duration,
        ..WidgetOptions::default()
    }
}

pub(crate) fn euros() -> WidgetOptions {
    WidgetOptions {
        unit: Unit::Currency,
        currency: Some("EUR".into()),
        ..WidgetOptions::default()
    }
}

pub(crate) fn log_compared() -> Answer {
    let Answer::Trend(mut trend) = log() else {
        return log();
    };
    trend.previous = Some(vec![series("Views", None, &[1400.0, 2500.0, 3100.0, 2600.0])]);
    trend.open_from = Some(3);
    Answer::Trend(trend)
}

/// An average has nothing to say of some days.
pub(crate) fn gaps() -> Answer {
    let mut answer = days(
        date(2026, 1, 30),
        vec![series("Average", None, &[3.0, 4.0, 0.0, 2.0, 5.0])],
    );
    answer.series[0].values[2] = None;
    answer.series[0].values[4] = None;
    Answer::Trend(answer)
}

/// Half an hour in which hardly anything happened.
pub(crate) fn quiet() -> Answer {
    let mut values = [0.0; 30];
    (values[4], values[5], values[17], values[29]) = (2.0, 1.0, 12.0, 3.0);
    let first = date(2026, 11, 28).at(9, 0, 0, 0);
    let mut answer = trend(first, Interval::Minute, vec![series("Visitors", None, &values)]);
    answer.open_from = Some(29);
    Answer::Trend(answer)
}

/// Months with a loss, across a new year.
pub(crate) fn losses() -> Answer {
    let profit = series("Profit", None, &[-12_500.0, 8_000.0, 31_250.5]);
    Answer::Trend(trend(
        date(2025, 11, 1).at(0, 0, 0, 0),
        Interval::Month,
        vec![profit],
    ))
}

/// Eight weeks of sign-ups, the last one still running.
pub(crate) fn retention() -> Answer {
    let first = date(2026, 10, 5);
    let sizes = [412_u64, 388, 455, 501, 97, 0, 530, 210];
    let kept = [1_000_u64, 462, 371, 318, 290, 276, 270];
    let cohorts: Vec<Cohort> = sizes
        .into_iter()
        .enumerate()
        .map(|(position, size)| {
            let local = first.at(0, 0, 0, 0) + (7 * i64::try_from(position).expect("small")).days();
            let returned = kept.iter().enumerate();
            let returned =
                returned.map(|(k, share)| (position + k < sizes.len()).then_some(size * share / 1_000));
            Cohort {
                start: local.to_zoned(TimeZone::UTC).expect("within range").timestamp(),
                local,
                breakdown: None,
                size,
                returned: returned.collect(),
            }
        })
        .collect();
    Answer::Retention(RetentionAnswer {
        interval: Interval::Week,
        timezone: "UTC".into(),
        open_from: Some(sizes.len() - 1),
        average: (0..kept.len())
            .map(|k| RetentionAnswer::share(&cohorts, k))
            .collect(),
        cohorts,
        meta: Meta::fresh(1),
    })
}

/// The same for two plans and the rest.
pub(crate) fn retention_by_plan() -> Answer {
    let Answer::Retention(mut answer) = retention() else {
        return retention();
    };
    let of = |plan: &str, part: u64| {
        let cohorts: Vec<Cohort> = answer
            .cohorts
            .iter()
            .map(|cohort| part_of(cohort, plan, part))
            .collect();
        cohorts
    };
    answer.cohorts = [of("team", 2), of(NONE, 3), of(OTHER, 6)].concat();
    Answer::Retention(answer)
}

fn part_of(cohort: &Cohort, plan: &str, part: u64) -> Cohort {
    let returned = cohort.returned.iter();
    Cohort {
        breakdown: Some(plan.to_owned()),
        size: cohort.size / part,
        returned: returned.map(|users| users.map(|users| users / part)).collect(),
        ..cohort.clone()
    }
}

pub(crate) fn lifecycle() -> Answer {
    let figures = [
        [40.0, 52.0, 47.0, 61.0, 30.0, 28.0, 20.0],
        [120.0, 130.0, 141.0, 150.0, 149.0, 120.0, 60.0],
        [12.0, 9.0, 15.0, 8.0, 20.0, 5.0, 3.0],
        [35.0, 42.0, 40.0, 39.0, 70.0, 79.0, 90.0],
    ];
    let mut all = Vec::new();
    for (position, (label, values)) in LifecycleAnswer::STATES.into_iter().zip(figures).enumerate() {
        all.push(AnswerSeries {
            position,
            ..series(label, None, &values)
        });
    }
    let trend = days(date(2026, 11, 16), all);
    Answer::Lifecycle(LifecycleAnswer {
        buckets: trend.buckets,
        local: trend.local,
        interval: trend.interval,
        timezone: trend.timezone,
        open_from: Some(6),
        series: trend.series,
        meta: trend.meta,
    })
}

pub(crate) fn stickiness() -> Answer {
    let users = [812, 430, 251, 160, 98, 71, 44, 0, 12, 0];
    Answer::Stickiness(StickinessAnswer {
        interval: Interval::Day,
        timezone: "UTC".into(),
        histogram: (1..)
            .zip(users)
            .map(|(intervals, users)| ActiveUsers { intervals, users })
            .collect(),
        meta: Meta::fresh(1),
    })
}

/// Four steps of which one loses nobody.
pub(crate) fn funnel() -> Answer {
    let step = |label: &str, count: u64, from_previous, from_first, seconds: Option<f64>| StepFigures {
        label: label.to_owned(),
        count,
        from_previous: Some(from_previous),
        from_first: Some(from_first),
        median_seconds: seconds,
        average_seconds: seconds,
    };
    Answer::Funnel(FunnelAnswer {
        steps: vec![
            step("Sign up", 1600, 1.0, 1.0, None),
            step("Confirm the address", 1600, 1.0, 1.0, Some(95.0)),
            step("Use a feature", 1000, 0.625, 0.625, Some(4_000.0)),
            step("Purchase", 80, 0.08, 0.05, Some(200_000.0)),
        ],
        groups: None,
        time_to_convert: TimeToConvert::default(),
        over_time: None,
        meta: Meta::fresh(4_280),
    })
}

fn link(source: &str, target: &str, value: u64) -> PathLink {
    PathLink {
        source: source.into(),
        target: target.into(),
        value,
    }
}

/// Four steps through a shop.
pub(crate) fn ways() -> Answer {
    let node = PathNode::new;
    Answer::Paths(PathsAnswer {
        nodes: vec![
            node(0, "/", 620),
            node(0, "/pricing", 180),
            node(0, OTHER, 200),
            node(1, "/pricing", 310),
            node(1, "/docs/getting-started/install-on-debian", 240),
            node(1, "/", 120),
            node(1, OTHER, 60),
            node(2, "/signup", 260),
            node(2, "/", 90),
            node(3, "/welcome", 210),
        ],
        links: vec![
            link("0:/", "1:/pricing", 260),
            link("0:/", "1:/docs/getting-started/install-on-debian", 200),
            link("0:/pricing", "1:/", 120),
            link("0:$other", "1:$other", 60),
            link("0:$other", "1:/pricing", 50),
            link("0:$other", "1:/docs/getting-started/install-on-debian", 40),
            link("1:/pricing", "2:/signup", 190),
            link("1:/docs/getting-started/install-on-debian", "2:/signup", 70),
            link("1:/docs/getting-started/install-on-debian", "2:/", 90),
            link("2:/signup", "3:/welcome", 210),
        ],
        meta: Meta::fresh(4_000),
    })
}

/// Visits by country, one that is no country, one without a property, and the rest.
pub(crate) fn countries() -> Answer {
    let share = |name: &str, total: f64| series("Visits", Some(name), &[total * 0.4, total * 0.6]);
    let rows = [
        ("US", 4_210.0),
        ("DE", 2_904.0),
        ("India", 2_011.0),
        ("BRA", 940.0),
        ("United Kingdom", 877.0),
        ("AU", 310.0),
        ("ZA", 122.0),
        ("SG", 96.0),
        ("Atlantis", 12.0),
        (NONE, 40.0),
        (OTHER, 310.0),
    ];
    let rows = rows.into_iter().map(|(name, total)| share(name, total)).collect();
    Answer::Trend(days(date(2026, 11, 16), rows))
}

/// Three weeks of hours: busy by day, quiet at night and on Sundays.
pub(crate) fn hours_of_weeks() -> Answer {
    let first = date(2026, 11, 2).at(0, 0, 0, 0);
    let values: Vec<f64> = (0..21 * 24)
        .map(|hour| {
            let (day, hour) = (hour / 24 % 7, hour % 24);
            let by_day = f64::from((hour - 3).clamp(0, 12).min(23 - hour).max(0)) * 9.0;
            if day == 6 {
                by_day / 3.0
            } else {
                by_day + f64::from(day)
            }
        })
        .collect();
    Answer::Trend(trend(first, Interval::Hour, vec![series("Views", None, &values)]))
}

/// More than a year of days.
pub(crate) fn year() -> Answer {
    let mut answer = days(
        date(2025, 9, 17),
        vec![series("Sign-ups", None, &course(420, 60.0, 12))],
    );
    answer.open_from = Some(419);
    answer.series[0].values[30] = None;
    Answer::Trend(answer)
}

/// A sale that is going on, and two things that happened.
pub(crate) fn noted() -> Answer {
    let Answer::Trend(mut trend) = month() else {
        return month();
    };
    let at = |hours: i64| trend.buckets[3] + std::time::Duration::from_secs(hours.unsigned_abs() * 3_600);
    trend.meta.annotations = vec![
        Moment {
            at: at(14),
            text: "Release 2.4".into(),
        },
        Moment {
            at: at(15),
            text: "Newsletter <b>".into(),
        },
        Moment {
            at: at(24 * 12),
            text: "Outage".into(),
        },
        Moment {
            at: at(24 * 400),
            text: "Later".into(),
        },
    ];
    Answer::Trend(trend)
}

pub(crate) fn goals(values: &[f64]) -> WidgetOptions {
    let goal = |value: &f64| Goal {
        value: *value,
        label: None,
    };
    WidgetOptions {
        goals: values.iter().map(goal).collect(),
        ..WidgetOptions::default()
    }
}

pub(crate) fn stacked(stacking: Stacking) -> WidgetOptions {
    WidgetOptions {
        stacking: Some(stacking),
        ..WidgetOptions::default()
    }
}

pub(crate) fn by_tens() -> WidgetOptions {
    WidgetOptions {
        axis: Axis::Log,
        ..WidgetOptions::default()
    }
}
