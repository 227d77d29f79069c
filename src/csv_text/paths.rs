use model::answer::{PathLink, PathsAnswer};

use super::harmless;

/// One row for each way from a node to one of the next step.
pub(super) fn records(paths: &PathsAnswer) -> Vec<Vec<String>> {
    let head = ["step", "from", "to", "journeys"].map(str::to_owned).to_vec();
    let row = |link: &PathLink| {
        let (source, target) = paths.node(&link.source).zip(paths.node(&link.target))?;
        Some(vec![
            (source.step + 1).to_string(),
            harmless(&source.name),
            harmless(&target.name),
            link.value.to_string(),
        ])
    };
    std::iter::once(head)
        .chain(paths.links.iter().filter_map(row))
        .collect()
}
