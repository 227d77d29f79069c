//! From sums for each bucket and value to the answer's series.

use std::collections::BTreeMap;

use model::answer::AnswerSeries;
use model::query::{SessionMeasure, SessionsQuery};

use crate::query::shape::{Line, Of, labelled};
use crate::store::{Cell, Frame};

/// The series of every measure, in their order, and how many events they are made of.
pub(super) struct Shaped {
    pub(super) series: Vec<AnswerSeries>,
    pub(super) events: u64,
}

/// Puts the rows together: `figures` for the measures of whole sessions, then a frame for each end that was asked for.
pub(super) fn series<'f>(
    sessions: &SessionsQuery,
    buckets: usize,
    figures: Option<&Frame>,
    mut ends: impl Iterator<Item = &'f Frame>,
) -> Shaped {
    let is_broken_down = sessions.spec().breakdown.is_some();
    let of_all = figures.map(|frame| Told::of(frame, buckets, is_broken_down));
    let mut shaped = Shaped {
        series: Vec::new(),
        events: of_all.as_ref().map_or(0, |told| told.events),
    };
    for (position, measure) in sessions.spec().measures.iter().enumerate() {
        let lines = if measure.is_an_end() {
            let Some(frame) = ends.next() else { continue };
            let told = Told::of(frame, buckets, true);
            shaped.events = shaped.events.max(told.events);
            told.lines(*measure)
        } else {
            of_all
                .as_ref()
                .map(|told| told.lines(*measure))
                .unwrap_or_default()
        };
        shaped.series.extend(labelled(lines, position, measure.words()));
    }
    shaped
}

/// The sessions of one bucket and value, added up.
#[derive(Clone, Copy, Default)]
struct Sums {
    sessions: i64,
    bounces: i64,
    micros: i64,
}

impl Sums {
    fn plus(self, other: Self) -> Self {
        Self {
            sessions: self.sessions + other.sessions,
            bounces: self.bounces + other.bounces,
            micros: self.micros.saturating_add(other.micros),
        }
    }

    fn figure(self, measure: SessionMeasure) -> Option<f64> {
        let share = |part: i64| (self.sessions > 0).then(|| figure(part) / figure(self.sessions));
        match measure {
            SessionMeasure::Sessions | SessionMeasure::Entry | SessionMeasure::Exit => {
                Some(figure(self.sessions))
            }
            SessionMeasure::BounceRate => share(self.bounces),
            SessionMeasure::AvgSeconds => share(self.micros).map(|micros| micros / 1e6),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures of an answer are f64, exact up to 2^53"
)]
fn figure(value: i64) -> f64 {
    value as f64
}

/// The lines of one statement, by rank; the rest, which has none, comes last.
struct Told {
    lines: Vec<(Of, Vec<Sums>)>,
    events: u64,
}

impl Told {
    fn of(frame: &Frame, buckets: usize, is_broken_down: bool) -> Self {
        let mut ranked: BTreeMap<i64, (Of, Vec<Sums>)> = BTreeMap::new();
        if !is_broken_down {
            ranked.insert(1, (Of::All, vec![Sums::default(); buckets]));
        }
        let mut events = 0;
        for row in &frame.rows {
            let [rank, value, bucket, sessions, counted, bounces, micros] = row.as_slice() else {
                continue;
            };
            let of = match rank {
                Cell::Null => Of::Other,
                _ => Of::Value(value.text().map(str::to_owned)),
            };
            let rank = rank.int().unwrap_or(i64::MAX);
            let (_, line) = ranked
                .entry(rank)
                .or_insert_with(|| (of, vec![Sums::default(); buckets]));
            let place = bucket.int().and_then(|bucket| usize::try_from(bucket).ok());
            let Some(slot) = place.and_then(|place| line.get_mut(place)) else {
                continue;
            };
            let whole = |cell: &Cell| cell.int().unwrap_or(0);
            *slot = slot.plus(Sums {
                sessions: whole(sessions),
                bounces: whole(bounces),
                micros: whole(micros),
            });
            events += u64::try_from(whole(counted)).unwrap_or(0);
        }
        Self {
            lines: ranked.into_values().collect(),
            events,
        }
    }

    fn lines(&self, measure: SessionMeasure) -> Vec<Line> {
        let line = |(of, sums): &(Of, Vec<Sums>)| Line {
            of: of.clone(),
            values: sums.iter().map(|sums| sums.figure(measure)).collect(),
            total: sums
                .iter()
                .copied()
                .fold(Sums::default(), Sums::plus)
                .figure(measure),
        };
        self.lines.iter().map(line).collect()
    }
}
