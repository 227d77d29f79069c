//! The ways people go: a column for each step, a node for what was done there, and a band for what was done next.

mod layout;

use model::answer::{OTHER, PathsAnswer};
use model::dashboard::WidgetOptions;
use model::format;
use model::language::t_with;
use model::person::Place;

use crate::layout::count;
use crate::palette::{Ink, SERIES};
use crate::sheet::{Anchor, LABEL_SIZE, Sheet};
use crate::text_width;
use layout::{Graph, NODE_WIDTH, Node};

/// Room for the names of the steps.
const HEAD: f64 = 24.0;
/// Less room than this says nothing.
const LEAST_LABEL: f64 = 24.0;
const LABEL_GAP: f64 = 6.0;
const LEAST_COLUMN: f64 = 40.0;
const LINE: f64 = 16.0;

/// Draws the steps that were asked for, as many nodes of each as there is room for.
pub(crate) fn draw(sheet: &mut Sheet, paths: &PathsAnswer, options: &WidgetOptions) {
    let frame = sheet.frame();
    if frame.width() < 2.0 * LEAST_COLUMN || frame.height() < 3.0 * HEAD {
        return;
    }
    let graph = Graph::within(frame.inset(0.0, HEAD, 0.0, 2.0), paths);
    let inks = Inks::of(paths);
    for (column, step) in graph.steps.iter().enumerate() {
        let place = (graph.left(column), frame.top + LABEL_SIZE);
        let words = text_width::fitted(
            &t_with("Step {0}", &[&(step + 1).to_string()]),
            LABEL_SIZE,
            graph.pitch - LABEL_GAP,
        );
        sheet.text(&words, place, Anchor::Start, Ink::Muted);
    }
    for band in &graph.bands {
        let (source, target) = (&graph.nodes[band.source], &graph.nodes[band.target]);
        let title = format!(
            "{} → {}: {}",
            source.words,
            target.words,
            of_whole(band.value, source.value, options)
        );
        let left = (graph.left(source.column) + NODE_WIDTH, band.from);
        let right = (graph.left(target.column), band.to);
        let ink = inks.of_name(&source.name);
        let draw = |sheet: &mut Sheet| sheet.band(left, right, band.thickness, ink);
        if source.name == OTHER || target.name == OTHER {
            sheet.titled(&title, draw);
            continue;
        }
        let place = Place::Link {
            source: id(&graph, source),
            target: id(&graph, target),
        };
        sheet.placed(&title, &place, draw);
    }
    for node in &graph.nodes {
        draw_node(sheet, &graph, node, inks.of_name(&node.name), options);
    }
}

/// The id of a node in the answer.
fn id(graph: &Graph, node: &Node) -> String {
    format!("{}:{}", graph.steps[node.column], node.name)
}

fn draw_node(sheet: &mut Sheet, graph: &Graph, node: &Node, ink: Ink, options: &WidgetOptions) {
    let title = t_with(
        "Step {0}, {1}: {2}",
        &[
            &(graph.steps[node.column] + 1).to_string(),
            &node.words,
            &of_whole(node.value, graph.journeys, options),
        ],
    );
    let corner = (graph.left(node.column), node.top);
    let draw = |sheet: &mut Sheet| {
        sheet.block(corner, (NODE_WIDTH, node.height), ink, &title);
        draw_label(sheet, graph, node, options);
    };
    if node.name == OTHER {
        return sheet.titled(&title, draw);
    }
    let place = Place::Node {
        node: id(graph, node),
    };
    sheet.valued(&title, &node.name, &place, draw);
}

/// The name and the figure: beside one another, or one below the other where the name needs the room and the node is high
/// enough.
fn draw_label(sheet: &mut Sheet, graph: &Graph, node: &Node, options: &WidgetOptions) {
    let room = graph.pitch - NODE_WIDTH - 2.0 * LABEL_GAP;
    if room < LEAST_LABEL {
        return;
    }
    let figure = format::short_with_unit(figure(node.value), options);
    let beside = text_width::width(&format!("  {figure}"), LABEL_SIZE);
    let middle = node.top + node.height / 2.0 + LABEL_SIZE * 0.35;
    let x = graph.left(node.column) + NODE_WIDTH + LABEL_GAP;
    let is_long = text_width::width(&node.words, LABEL_SIZE) > room - beside;
    if is_long && node.height >= 2.0 * LINE {
        let name = text_width::fitted(&node.words, LABEL_SIZE, room);
        sheet.text(&name, (x, middle - LINE / 2.0), Anchor::Start, Ink::Text);
        sheet.text(&figure, (x, middle + LINE / 2.0), Anchor::Start, Ink::Muted);
    } else if room - beside < LEAST_LABEL * 2.0 {
        let name = text_width::fitted(&node.words, LABEL_SIZE, room);
        sheet.text(&name, (x, middle), Anchor::Start, Ink::Text);
    } else {
        let name = text_width::fitted(&node.words, LABEL_SIZE, room - beside);
        let after = x + text_width::width(&name, LABEL_SIZE) + LABEL_GAP;
        sheet.text(&name, (x, middle), Anchor::Start, Ink::Text);
        sheet.text(&figure, (after, middle), Anchor::Start, Ink::Muted);
    }
}

/// A number of journeys and which share it is of those before it.
fn of_whole(value: u64, whole: u64, options: &WidgetOptions) -> String {
    let words = format::exact_with_unit(figure(value), options);
    if whole == 0 {
        return words;
    }
    format!("{words} ({})", percent(value, whole))
}

/// `12.5 %`.
pub(crate) fn percent(value: u64, whole: u64) -> String {
    let tenths = (figure(value) / figure(whole.max(1)) * 1_000.0).round();
    format!("{} %", format::exact(tenths / 10.0))
}

/// A number of journeys, for arithmetic and words.
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 journeys")]
pub(crate) fn figure(journeys: u64) -> f64 {
    journeys as f64
}

/// How many journeys are told: as many as come by the step that all of them reach.
pub(crate) fn journeys(paths: &PathsAnswer) -> u64 {
    let of_step = |step: usize| -> u64 {
        let nodes = paths.nodes.iter().filter(|node| node.step == step);
        nodes.fold(0, |sum, node| sum.saturating_add(node.value))
    };
    steps(paths).into_iter().map(of_step).max().unwrap_or(0)
}

/// The steps that anybody reached, in order.
pub(crate) fn steps(paths: &PathsAnswer) -> Vec<usize> {
    let mut steps: Vec<usize> = paths.nodes.iter().map(|node| node.step).collect();
    steps.sort_unstable();
    steps.dedup();
    steps
}

/// A colour for each name, the same at every step.
struct Inks<'a>(Vec<&'a str>);

impl<'a> Inks<'a> {
    fn of(paths: &'a PathsAnswer) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for node in &paths.nodes {
            let has_a_colour = names.contains(&node.name.as_str()) || names.len() == SERIES;
            if !has_a_colour && node.name != OTHER {
                names.push(&node.name);
            }
        }
        Self(names)
    }

    fn of_name(&self, name: &str) -> Ink {
        let position = self.0.iter().position(|other| *other == name);
        position.map_or(Ink::Other, Ink::Series)
    }
}

/// The widest column that a number of them leave in `width` pixels.
fn pitch(width: f64, columns: usize) -> f64 {
    (width / count(columns.max(1))).max(LEAST_COLUMN)
}
