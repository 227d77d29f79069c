use model::answer::{PathNode, PathsAnswer};
use model::dashboard::WidgetOptions;
use model::format;
use model::language::t;

use super::{Table, figures, text};
use crate::paths::{figure, percent, steps};

/// A row for every way from a node to the next step, and for the journeys that end there.
pub(super) fn table(paths: &PathsAnswer, options: &WidgetOptions) -> Table {
    let last = steps(paths).last().copied();
    let mut rows = Vec::new();
    for node in &paths.nodes {
        let mut row = |to: &str, value: u64| {
            rows.push(vec![
                (node.step + 1).to_string(),
                node.words().to_owned(),
                to.to_owned(),
                format::exact_with_unit(figure(value), options),
                percent(value, node.value),
            ]);
        };
        let mut ended = node.value;
        for link in paths.links.iter().filter(|link| link.source == node.id) {
            ended = ended.saturating_sub(link.value);
            row(paths.node(&link.target).map_or("–", PathNode::words), link.value);
        }
        if ended > 0 && last.is_some_and(|last| node.step < last) {
            row(t("(ends here)"), ended);
        }
    }
    Table {
        columns: vec![
            text(t("Step")),
            text(t("From")),
            text(t("To")),
            figures(t("Journeys")),
            figures(t("Share")),
        ],
        rows,
        total: None,
    }
}
