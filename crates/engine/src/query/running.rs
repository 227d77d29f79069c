//! Figures that run on from bucket to bucket.

use model::query::Measure;

/// Each figure together with all before it; of different ones, `values` counts those that came for the first time.
pub(super) fn cumulative(values: &mut [Option<f64>], measure: Measure) {
    let mut running: Option<f64> = None;
    for value in values {
        running = match (running, *value) {
            (Some(before), Some(now)) => Some(match measure {
                Measure::Min => before.min(now),
                Measure::Max => before.max(now),
                _ => before + now,
            }),
            (before, now) => now.or(before),
        };
        *value = running;
    }
}

/// The mean of each figure and the ones before it, `buckets` in all; absent ones do not count.
pub(super) fn rolling_average(values: &[Option<f64>], buckets: usize) -> Vec<Option<f64>> {
    let mean = |end: usize| {
        let begin = (end + 1).saturating_sub(buckets);
        let (mut sum, mut count) = (0.0, 0.0);
        for value in values[begin..=end].iter().flatten() {
            sum += value;
            count += 1.0;
        }
        (count > 0.0).then(|| sum / count)
    };
    (0..values.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_figures_neither_add_nor_average() {
        let mut sums = [None, Some(2.0), None, Some(-3.0)];
        cumulative(&mut sums, Measure::Sum);
        assert_eq!(sums, [None, Some(2.0), Some(2.0), Some(-1.0)]);
        let mut least = [Some(4.0), Some(5.0), None, Some(1.0)];
        cumulative(&mut least, Measure::Min);
        assert_eq!(least, [Some(4.0), Some(4.0), Some(4.0), Some(1.0)]);
        let means = rolling_average(&[None, Some(2.0), Some(4.0), None, None, Some(9.0)], 2);
        assert_eq!(means, [None, Some(2.0), Some(3.0), Some(4.0), None, Some(9.0)]);
    }
}
