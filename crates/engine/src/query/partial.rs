//! Figures that can be put together from those of parts, exactly.

use model::query::Measure;
use serde::{Deserialize, Serialize};

/// A measure whose figure for the whole follows from its partial figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Additive {
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

/// What is known of some events: enough to go on adding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Partial {
    pub(super) events: u64,
    /// Their sum, their least or their greatest value; none where no event has one.
    pub(super) figure: Option<f64>,
    /// How many numbers make up a sum, where a mean is wanted.
    pub(super) numbers: u64,
}

impl Additive {
    pub(super) fn of(measure: Measure) -> Option<Self> {
        match measure {
            Measure::Count => Some(Self::Count),
            Measure::Sum | Measure::Revenue => Some(Self::Sum),
            Measure::Avg => Some(Self::Avg),
            Measure::Min => Some(Self::Min),
            Measure::Max => Some(Self::Max),
            // One user, value or median cannot be told from another's once they are counted.
            _ => None,
        }
    }

    /// The SQL of a partial's `figure` and `numbers`, where `x` is what is measured of an event.
    pub(super) const fn columns(self) -> &'static str {
        match self {
            Self::Count => "count(*), 0, 0",
            Self::Sum => "count(*), sum(x), 0",
            Self::Avg => "count(*), sum(x), count(x)",
            Self::Min => "count(*), min(x), 0",
            Self::Max => "count(*), max(x), 0",
        }
    }

    pub(super) fn together(self, one: Partial, other: Partial) -> Partial {
        let figure = match (one.figure, other.figure) {
            (Some(one), Some(other)) => Some(match self {
                Self::Count | Self::Sum | Self::Avg => one + other,
                Self::Min => one.min(other),
                Self::Max => one.max(other),
            }),
            (one, other) => one.or(other),
        };
        Partial {
            events: one.events + other.events,
            figure,
            numbers: one.numbers + other.numbers,
        }
    }

    /// What the answer says.
    #[expect(
        clippy::cast_precision_loss,
        reason = "figures of an answer are f64, exact up to 2^53"
    )]
    pub(super) fn figure(self, partial: Partial) -> Option<f64> {
        match self {
            Self::Count => Some(partial.events as f64),
            Self::Sum | Self::Min | Self::Max => partial.figure,
            Self::Avg if partial.numbers == 0 => None,
            Self::Avg => partial.figure.map(|sum| sum / partial.numbers as f64),
        }
    }
}
