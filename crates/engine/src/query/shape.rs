//! From rows to the answer's series: every bucket has its figure, and what has none says so.

use model::answer::{AnswerSeries, NONE, OTHER};
use model::query::{Formula, Series};

use crate::store::{Cell, Frame};

/// One line of a trend before it has a label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) of: Of,
    pub(super) values: Vec<Option<f64>>,
    pub(super) total: Option<f64>,
}

/// Whose figures a line holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Every event's: there is no breakdown.
    All,
    /// One breakdown value's; none stands for events without the property.
    Value(Option<String>),
    /// The remaining values' together.
    Other,
}

impl Of {
    fn label(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Value(None) => Some(NONE.to_owned()),
            Self::Value(Some(value)) => Some(value.clone()),
            Self::Other => Some(OTHER.to_owned()),
        }
    }
}

/// A measure's lines, the greatest first, and how many events they are made of.
pub(super) struct Lines {
    pub(super) lines: Vec<Line>,
    pub(super) events: u64,
}

/// Puts the rows of one series' statement in order.
pub(super) fn lines(frame: &Frame, series: &Series, buckets: usize, broken_down: bool) -> Lines {
    let nothing = series.measure.is_a_count().then_some(0.0);
    let mut ranked: Vec<(i64, Line)> = Vec::new();
    let mut events = 0;
    for row in &frame.rows {
        let [rank, value, bucket, counted, figure] = row.as_slice() else {
            continue;
        };
        let rank = rank.int().unwrap_or(i64::MAX);
        let position = ranked
            .iter()
            .position(|(other, _)| *other == rank)
            .unwrap_or_else(|| {
                let of = match (broken_down, rank) {
                    (false, _) => Of::All,
                    (true, i64::MAX) => Of::Other,
                    (true, _) => Of::Value(None),
                };
                ranked.push((
                    rank,
                    Line {
                        of,
                        values: vec![nothing; buckets],
                        total: nothing,
                    },
                ));
                ranked.len() - 1
            });
        let line = &mut ranked[position].1;
        if let (Of::Value(name), Some(text)) = (&mut line.of, value.text()) {
            *name = Some(text.to_owned());
        }
        let figure = figure.number().or(nothing);
        match bucket {
            Cell::Null => {
                line.total = figure;
                events += counted
                    .int()
                    .and_then(|count| u64::try_from(count).ok())
                    .unwrap_or(0);
            }
            bucket => {
                let slot = bucket.int().and_then(|bucket| usize::try_from(bucket).ok());
                if let Some(slot) = slot.and_then(|slot| line.values.get_mut(slot)) {
                    *slot = figure;
                }
            }
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    Lines {
        lines: ranked.into_iter().map(|(_, line)| line).collect(),
        events,
    }
}

/// The same lines as `wanted`, in its order; one that is not there holds nothing.
pub(super) fn aligned(lines: &[Line], wanted: &[Of], series: &Series, buckets: usize) -> Vec<Line> {
    let nothing = series.measure.is_a_count().then_some(0.0);
    let empty = |of: &Of| Line {
        of: of.clone(),
        values: vec![nothing; buckets],
        total: nothing,
    };
    wanted
        .iter()
        .map(|of| {
            lines
                .iter()
                .find(|line| line.of == *of)
                .cloned()
                .unwrap_or_else(|| empty(of))
        })
        .collect()
}

/// The lines of `series`, labelled.
pub(super) fn labelled(lines: Vec<Line>, position: usize, label: &str) -> Vec<AnswerSeries> {
    let series = |line: Line| AnswerSeries {
        position,
        label: label.to_owned(),
        breakdown: line.of.label(),
        values: line.values,
        total: line.total,
    };
    lines.into_iter().map(series).collect()
}

/// The formula's lines: those of every series are aligned, so the same place means the same value.
pub(super) fn computed(formula: &Formula, series: &[Vec<Line>]) -> Vec<Line> {
    let Some(first) = series.first() else {
        return Vec::new();
    };
    let line = |place: usize| {
        let total: Vec<Option<f64>> = series.iter().map(|lines| lines[place].total).collect();
        let bucket = |bucket: usize| {
            let values: Vec<Option<f64>> = series.iter().map(|lines| lines[place].values[bucket]).collect();
            formula.value(&values)
        };
        let values = (0..first[place].values.len()).map(bucket).collect();
        Line {
            of: first[place].of.clone(),
            values,
            total: formula.value(&total),
        }
    };
    (0..first.len()).map(line).collect()
}

/// The greatest total first, lines without one after them, the rest last.
pub(super) fn sort_by_total(lines: &mut [Line]) {
    lines.sort_by(|one, other| {
        let rest_last = (one.of == Of::Other).cmp(&(other.of == Of::Other));
        let total = |line: &Line| line.total.unwrap_or(f64::NEG_INFINITY);
        rest_last.then(total(other).total_cmp(&total(one)))
    });
}
