//! The steps of a funnel as rows.

use model::answer::{FunnelAnswer, StepFigures};
use model::format;
use model::language::t;

use super::{Table, figures, text};
use crate::retention::{figure, percent};

/// A row for each step; of a breakdown, the steps of each value.
pub(super) fn of_funnel(funnel: &FunnelAnswer) -> Table {
    let mut columns = vec![
        text(t("Step")),
        figures(t("Users")),
        figures(t("From previous")),
        figures(t("From first")),
        figures(t("Median time")),
    ];
    let Some(groups) = &funnel.groups else {
        return Table {
            columns,
            rows: funnel.steps.iter().map(row).collect(),
            total: None,
        };
    };
    columns.insert(0, text(t("Value")));
    let of_group = |group: &model::answer::FunnelGroup| {
        let name = group.name().to_owned();
        let with_name = move |step| std::iter::once(name.clone()).chain(row(step)).collect();
        group.steps.iter().map(with_name).collect::<Vec<Vec<String>>>()
    };
    Table {
        columns,
        rows: groups.iter().flat_map(of_group).collect(),
        total: None,
    }
}

fn row(step: &StepFigures) -> Vec<String> {
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), percent);
    vec![
        step.label.clone(),
        figure(step.count),
        share(step.from_previous),
        share(step.from_first),
        step.median_seconds
            .map_or_else(|| "–".to_owned(), format::duration),
    ]
}
