//! Users as tables: those who came back, and those who are active often.

use model::answer::{Cohort, RetentionAnswer, StickinessAnswer};
use model::format;
use model::language::{t, t_with};

use super::{Table, figures, text};
use crate::interval::many;
use crate::lifecycle::capitalized;
use crate::retention::{figure, percent, period};

/// A row for each cohort: how many users it has, and how many of them came back when.
pub(super) fn of_retention(answer: &RetentionAnswer) -> Table {
    let is_broken_down = answer.cohorts.iter().any(|cohort| cohort.breakdown.is_some());
    let mut columns = vec![text(t("Cohort"))];
    columns.extend(is_broken_down.then(|| text(t("Value"))));
    columns.push(figures(t("Users")));
    columns.extend((0..answer.average.len()).map(|k| figures(period(answer, k))));
    let row = |cohort: &Cohort| {
        let mut row = vec![format::bucket_in_full(cohort.local, answer.interval)];
        row.extend(is_broken_down.then(|| cohort.name().unwrap_or_default().to_owned()));
        row.push(figure(cohort.size));
        let returned = |k: usize| match cohort.returned.get(k).copied().flatten() {
            Some(users) => match RetentionAnswer::share([cohort], k) {
                Some(share) => format!("{} ({})", figure(users), percent(share)),
                None => figure(users),
            },
            None => "–".to_owned(),
        };
        row.extend((0..answer.average.len()).map(returned));
        row
    };
    let mut total = vec![t("All cohorts").to_owned()];
    total.extend(is_broken_down.then(String::new));
    total.push(figure(answer.cohorts.iter().map(|cohort| cohort.size).sum()));
    let averages = answer.average.iter();
    total.extend(averages.map(|share| share.map_or_else(|| "–".to_owned(), percent)));
    Table {
        columns,
        rows: answer.cohorts.iter().map(row).collect(),
        total: (!answer.cohorts.is_empty()).then_some(total),
    }
}

/// A row for each number of buckets.
pub(super) fn of_stickiness(answer: &StickinessAnswer) -> Table {
    let users = answer.users();
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    let share = |part: u64| percent(part as f64 / users.max(1) as f64);
    let rows = answer.histogram.iter().map(|active| {
        vec![
            active.intervals.to_string(),
            figure(active.users),
            share(active.users),
        ]
    });
    Table {
        columns: vec![
            text(&capitalized(&t_with("{0} active", &[many(answer.interval)]))),
            figures(t("Users")),
            figures(t("Share")),
        ],
        rows: rows.collect(),
        total: Some(vec![t("All users").to_owned(), figure(users), share(users)]),
    }
}
