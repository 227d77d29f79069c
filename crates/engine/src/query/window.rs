use model::Timestamp;

/// A stretch of time cut into buckets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// The first instant that counts: in the first bucket, not always its beginning.
    pub(crate) from: Timestamp,
    /// The first instant that no longer counts.
    pub(crate) to: Timestamp,
    /// When the buckets begin, in order; of equal ones only the last holds anything.
    pub(crate) starts: Vec<Timestamp>,
}

/// Neighbouring buckets of one width, for which division finds the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// When the first of them begins: microseconds since 1970.
    pub(crate) start: i64,
    /// Microseconds.
    pub(crate) width: i64,
    /// The position of the first.
    pub(crate) first: i64,
}

impl Window {
    /// Whether the bucket at `position` holds no time at all: a day that an earlier month lacks.
    pub(crate) fn is_void(&self, position: usize) -> bool {
        let end = self.starts.get(position + 1).unwrap_or(&self.to);
        self.starts.get(position).is_some_and(|start| start >= end)
    }

    /// Whether seconds since 1970 as a floating-point number tell in which bucket an event is: every bucket begins and ends with a
    /// whole second, and near enough to 1970 (2^33 s) two neighbouring microseconds are never the same number.
    pub(crate) fn is_told_apart_in_seconds(&self) -> bool {
        let is_near = |time: &Timestamp| time.as_second().unsigned_abs() < 1 << 33;
        let is_whole = |time: &Timestamp| time.as_microsecond() % 1_000_000 == 0;
        let mut edges = self.starts.iter().chain([&self.to]);
        edges.all(|time| is_near(time) && is_whole(time))
    }

    /// The buckets as runs, in order; there is at least one.
    pub(crate) fn runs(&self) -> Vec<Run> {
        let starts: Vec<i64> = self.starts.iter().map(|start| start.as_microsecond()).collect();
        let mut runs: Vec<Run> = Vec::new();
        for (position, start) in starts.iter().enumerate() {
            let first = i64::try_from(position).unwrap_or(i64::MAX);
            let end = starts.get(position + 1).copied();
            let width = end.unwrap_or(self.to.as_microsecond()) - start;
            let is_last = end.is_none();
            let continues = runs.last().is_some_and(|run| {
                let is_next = run.first + (start - run.start) / run.width == first;
                is_next && (run.width == width || (is_last && width < run.width))
            });
            if width > 0 && !continues {
                runs.push(Run {
                    start: *start,
                    width,
                    first,
                });
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(starts: &[i64], to: i64) -> Window {
        let at = |second: i64| Timestamp::from_second(second).expect("small");
        Window {
            from: at(starts[0]),
            to: at(to),
            starts: starts.iter().map(|second| at(*second)).collect(),
        }
    }

    fn runs(starts: &[i64], to: i64) -> Vec<(i64, i64, i64)> {
        let runs = window(starts, to).runs();
        runs.into_iter()
            .map(|run| (run.start / 1_000_000, run.width / 1_000_000, run.first))
            .collect()
    }

    #[test]
    fn far_from_now_and_within_seconds_microseconds_are_counted() {
        let window = |start: &str, to: &str| {
            let (start, to): (Timestamp, Timestamp) =
                (start.parse().expect("a time"), to.parse().expect("a time"));
            Window {
                from: start,
                to,
                starts: vec![start],
            }
        };
        assert!(window("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z").is_told_apart_in_seconds());
        assert!(!window("2026-01-01T00:00:00Z", "2026-02-01T00:00:00.5Z").is_told_apart_in_seconds());
        assert!(!window("1600-01-01T00:00:00Z", "2026-02-01T00:00:00Z").is_told_apart_in_seconds());
    }

    #[test]
    fn neighbours_of_one_width_are_one_run() {
        assert_eq!(runs(&[0, 24, 48, 72], 96), [(0, 24, 0)]);
        assert_eq!(
            runs(&[0, 24, 48], 50),
            [(0, 24, 0)],
            "a last bucket that is cut off belongs to them"
        );
        assert_eq!(runs(&[0, 24, 49, 73], 97), [(0, 24, 0), (24, 25, 1), (49, 24, 2)]);
        assert_eq!(runs(&[0, 24], 80), [(0, 24, 0), (24, 56, 1)]);
        assert_eq!(runs(&[5], 80), [(5, 75, 0)]);
    }

    #[test]
    fn of_equal_beginnings_only_the_last_counts() {
        assert_eq!(runs(&[0, 24, 24, 48], 72), [(0, 24, 0), (24, 24, 2)]);
    }
}
