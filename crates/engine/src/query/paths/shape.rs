//! From counted pairs to nodes and links.

use std::cmp::Reverse;
use std::collections::HashMap;

use model::answer::{OTHER, PathLink, PathNode};
use model::query::{PathsQuery, PathsSide};

use crate::store::{Cell, Frame};

/// A name at a step.
type Place = (usize, String);

/// The nodes and links that the rows of [`super::compile::links`] tell.
pub(super) fn graph(frame: &Frame, paths: &PathsQuery) -> (Vec<PathNode>, Vec<PathLink>) {
    let mut nodes: HashMap<Place, u64> = HashMap::new();
    let mut links: HashMap<(Place, Place), u64> = HashMap::new();
    for row in &frame.rows {
        let Some(pair) = pair(row, paths) else { continue };
        *nodes.entry(pair.here.clone()).or_default() += pair.journeys;
        if let Some(next) = pair.next {
            let link = match paths.side() {
                PathsSide::Whole | PathsSide::From(_) => (pair.here, next),
                PathsSide::To(_) => (next, pair.here),
            };
            *links.entry(link).or_default() += pair.journeys;
        }
    }
    (sorted_nodes(nodes), sorted_links(links))
}

struct Pair {
    here: Place,
    next: Option<Place>,
    journeys: u64,
}

fn pair(row: &[Cell], paths: &PathsQuery) -> Option<Pair> {
    let [number, here, goes_on, next, journeys] = row else {
        return None;
    };
    let number = usize::try_from(number.int()?).ok()?;
    let name = |cell: &Cell| cell.text().unwrap_or(OTHER).to_owned();
    let next = match goes_on.int()? {
        0 => None,
        _ => Some((step(number + 1, paths)?, name(next))),
    };
    Some(Pair {
        here: (step(number, paths)?, name(here)),
        next,
        journeys: u64::try_from(journeys.int()?).ok()?,
    })
}

/// The column of the drawing: journeys that lead `to` an event end in the last.
fn step(number: usize, paths: &PathsQuery) -> Option<usize> {
    match paths.side() {
        PathsSide::Whole | PathsSide::From(_) => number.checked_sub(1),
        PathsSide::To(_) => paths.spec().steps.checked_sub(number),
    }
}

/// Step by step, the most frequent first, the rest last.
fn sorted_nodes(nodes: HashMap<Place, u64>) -> Vec<PathNode> {
    let node = |((step, name), value): (Place, u64)| PathNode::new(step, &name, value);
    let mut nodes: Vec<PathNode> = nodes.into_iter().map(node).collect();
    nodes.sort_by(|one, other| {
        let order = |node: &PathNode| (node.step, node.name == OTHER, Reverse(node.value));
        order(one)
            .cmp(&order(other))
            .then_with(|| one.name.cmp(&other.name))
    });
    nodes
}

/// Step by step, the most frequent first.
fn sorted_links(links: HashMap<(Place, Place), u64>) -> Vec<PathLink> {
    let mut links: Vec<((Place, Place), u64)> = links.into_iter().collect();
    links.sort_by(|(one, value), (other, other_value)| {
        let by_step = one.0.0.cmp(&other.0.0);
        by_step.then(other_value.cmp(value)).then_with(|| one.cmp(other))
    });
    let id = |(step, name): &Place| format!("{step}:{name}");
    links
        .iter()
        .map(|((source, target), value)| PathLink {
            source: id(source),
            target: id(target),
            value: *value,
        })
        .collect()
}
