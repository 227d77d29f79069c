//! Where the nodes and bands of a path diagram lie.

use std::collections::HashMap;

use model::answer::{OTHER, PathNode, PathsAnswer};

use super::{figure, journeys, pitch, steps};
use crate::layout::{Frame, count, fits};

/// Pixels across a node.
pub(super) const NODE_WIDTH: f64 = 10.0;
/// Between nodes: names one below the other never touch.
const GAP: f64 = 15.0;
const THINNEST: f64 = 2.0;
/// Beyond, a column is a list; the table is better at that.
const MOST_NODES: usize = 12;

/// A node in its place.
pub(super) struct Node {
    pub(super) column: usize,
    pub(super) name: String,
    pub(super) words: String,
    pub(super) value: u64,
    pub(super) top: f64,
    pub(super) height: f64,
}

/// A band from one node to another, by their positions.
pub(super) struct Band {
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) value: u64,
    /// Its upper edge where it leaves.
    pub(super) from: f64,
    /// Its upper edge where it arrives.
    pub(super) to: f64,
    pub(super) thickness: f64,
}

/// A path diagram in its frame.
pub(super) struct Graph {
    pub(super) steps: Vec<usize>,
    pub(super) nodes: Vec<Node>,
    pub(super) bands: Vec<Band>,
    pub(super) journeys: u64,
    /// From column to column.
    pub(super) pitch: f64,
    edge: f64,
}

impl Graph {
    pub(super) fn within(frame: Frame, paths: &PathsAnswer) -> Self {
        let mut steps = steps(paths);
        let columns = fits(frame.width(), super::LEAST_COLUMN).max(1);
        steps.truncate(columns);
        let most = fits(frame.height() + GAP, GAP + THINNEST).clamp(1, MOST_NODES);
        let mut graph = Self {
            pitch: pitch(frame.width(), steps.len()),
            edge: frame.left,
            steps,
            nodes: Vec::new(),
            bands: Vec::new(),
            journeys: journeys(paths),
        };
        let places = graph.place_nodes(paths, most);
        let scale = graph.scale(frame);
        graph.stack(frame, scale);
        graph.place_bands(paths, &places, scale);
        graph
    }

    /// The left edge of a column's nodes.
    pub(super) fn left(&self, column: usize) -> f64 {
        self.edge + count(column) * self.pitch
    }

    /// Makes the nodes, those beyond `most` of a column in one, and says which node stands for each id.
    fn place_nodes<'a>(&mut self, paths: &'a PathsAnswer, most: usize) -> HashMap<&'a str, usize> {
        let mut places = HashMap::new();
        for (column, step) in self.steps.iter().enumerate() {
            let of_step: Vec<&PathNode> = paths.nodes.iter().filter(|node| node.step == *step).collect();
            let kept = if of_step.len() > most {
                most - 1
            } else {
                of_step.len()
            };
            let mut rest: Option<usize> = None;
            for (position, node) in of_step.into_iter().enumerate() {
                let is_rest = position >= kept || node.name == OTHER;
                if let Some(rest) = rest.filter(|_| is_rest) {
                    self.nodes[rest].value = self.nodes[rest].value.saturating_add(node.value);
                    places.insert(node.id.as_str(), rest);
                    continue;
                }
                let (name, words) = if is_rest {
                    (OTHER, model::language::t("Other"))
                } else {
                    (node.name.as_str(), node.words())
                };
                self.nodes.push(Node {
                    column,
                    name: name.to_owned(),
                    words: words.to_owned(),
                    value: node.value,
                    top: 0.0,
                    height: 0.0,
                });
                let place = self.nodes.len() - 1;
                if is_rest {
                    rest = Some(place);
                }
                places.insert(node.id.as_str(), place);
            }
        }
        places
    }

    fn of_column(&self, column: usize) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.column == column)
    }

    /// Pixels for each journey, so that the fullest column fits.
    fn scale(&self, frame: Frame) -> f64 {
        let of_column = |column: usize| {
            let nodes = count(self.of_column(column).count());
            let whole: f64 = self.of_column(column).map(|node| figure(node.value)).sum();
            let room = frame.height() - GAP * (nodes - 1.0) - THINNEST * nodes;
            room.max(0.0) / whole.max(1.0)
        };
        let scales = (0..self.steps.len()).map(of_column);
        scales.fold(f64::INFINITY, f64::min).min(frame.height())
    }

    /// Each column from its top, the largest first.
    fn stack(&mut self, frame: Frame, scale: f64) {
        let mut tops = vec![frame.top; self.steps.len()];
        for node in &mut self.nodes {
            node.top = tops[node.column];
            node.height = (figure(node.value) * scale).max(THINNEST);
            tops[node.column] += node.height + GAP;
        }
    }

    /// Bands leave and arrive in the order of the nodes at their other end, so that they cross as little as they can.
    fn place_bands(&mut self, paths: &PathsAnswer, places: &HashMap<&str, usize>, scale: f64) {
        let mut values: HashMap<(usize, usize), u64> = HashMap::new();
        for link in &paths.links {
            let ends = places
                .get(link.source.as_str())
                .zip(places.get(link.target.as_str()));
            let Some((source, target)) = ends else { continue };
            if self.nodes[*source].column + 1 == self.nodes[*target].column {
                let value = values.entry((*source, *target)).or_default();
                *value = value.saturating_add(link.value);
            }
        }
        let mut links: Vec<((usize, usize), u64)> = values.into_iter().collect();
        links.sort_unstable();
        let mut leaving: Vec<f64> = self.nodes.iter().map(|node| node.top).collect();
        let mut arriving = leaving.clone();
        for ((source, target), value) in links {
            let thickness = figure(value) * scale;
            self.bands.push(Band {
                source,
                target,
                value,
                from: leaving[source],
                to: arriving[target],
                thickness,
            });
            leaving[source] += thickness;
            arriving[target] += thickness;
        }
    }
}
