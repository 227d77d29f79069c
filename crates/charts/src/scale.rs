//! The value axis: from figures to pixels, with ticks at numbers that people like.

use model::dashboard::{Axis, Unit, WidgetOptions};
use model::format;

use crate::layout::{Frame, count};

/// Figures beyond this are drawn as if they were this large: sums and pixels then stay finite.
const LARGEST: f64 = 1e290;
const MAX_INTERVALS: f64 = 5.0;
const SECONDS: [f64; 17] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0,
    21_600.0, 43_200.0,
];

/// A scale that begins and ends at a tick.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    intervals: usize,
    is_blank: bool,
    /// Then `step` counts powers of ten.
    is_log: bool,
}

impl Scale {
    /// A scale that shows all `values`, the goals and zero; a logarithmic one those of them that are above zero.
    pub(crate) fn around(values: impl Iterator<Item = f64>, options: &WidgetOptions) -> Self {
        let goals = options.goals.iter().map(|goal| goal.value);
        let values: Vec<f64> = values.chain(goals).map(drawable).collect();
        let log = (options.axis == Axis::Log)
            .then(|| Self::by_tens(&values))
            .flatten();
        log.unwrap_or_else(|| Self::linear(&values, options))
    }

    /// From the power of ten below the smallest to the one above the largest; none where nothing is above zero.
    fn by_tens(values: &[f64]) -> Option<Self> {
        let above = values.iter().copied().filter(|value| *value > 0.0);
        let (least, most) = above.fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        if most <= 0.0 {
            return None;
        }
        let low = magnitude_of(least);
        let mut decades = 1.0;
        let mut high = low * 10.0;
        while high < most {
            high *= 10.0;
            decades += 1.0;
        }
        let step = (decades / MAX_INTERVALS).ceil();
        let intervals = intervals((decades / step).ceil());
        Some(Self {
            low,
            high: low * power_of_ten(step * count(intervals)),
            step,
            intervals,
            is_blank: false,
            is_log: true,
        })
    }

    fn linear(values: &[f64], options: &WidgetOptions) -> Self {
        let mut whole = true;
        let (low, high) = values
            .iter()
            .copied()
            .fold((0.0_f64, 0.0_f64), |(low, high), value| {
                whole &= value.fract() == 0.0;
                (low.min(value), high.max(value))
            });
        if low >= high {
            return Self {
                low: 0.0,
                high: 4.0,
                step: 1.0,
                intervals: 4,
                is_blank: true,
                is_log: false,
            };
        }
        let step = step((high - low) / MAX_INTERVALS, whole, options.unit, |step| {
            steps_up(high / step) - steps_down(low / step) <= MAX_INTERVALS
        });
        let (first, last) = (steps_down(low / step), steps_up(high / step));
        Self {
            low: first * step,
            high: last * step,
            step,
            intervals: intervals(last - first),
            is_blank: false,
            is_log: false,
        }
    }

    /// The figure at the upper end.
    pub(crate) const fn top(&self) -> f64 {
        self.high
    }

    /// How many grid lines there are, less one.
    pub(crate) const fn intervals(&self) -> usize {
        self.intervals
    }

    /// The height of `value` in `frame`.
    pub(crate) fn y(&self, value: f64, frame: Frame) -> f64 {
        frame.bottom - self.share(value) * frame.height()
    }

    /// Where `value` lies between both ends, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let value = drawable(value);
        if self.is_log {
            let above = value.max(self.low) / self.low;
            return (tens(above) / tens(self.high / self.low)).clamp(0.0, 1.0);
        }
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The ticks from below with their words; a scale without figures says only zero.
    pub(crate) fn ticks(&self, options: &WidgetOptions) -> Vec<(f64, String)> {
        let values: Vec<f64> = (0..=self.intervals)
            .map(|index| {
                if self.is_log {
                    self.low * power_of_ten(count(index) * self.step)
                } else {
                    self.low + count(index) * self.step
                }
            })
            .collect();
        if self.is_blank {
            return vec![(0.0, tick(0.0, options))];
        }
        let words: Vec<String> = values.iter().map(|value| tick(*value, options)).collect();
        let are_alike = words.windows(2).any(|pair| pair[0] == pair[1]);
        let words = if are_alike {
            values.iter().map(|value| scientific(*value)).collect()
        } else {
            words
        };
        values.into_iter().zip(words).collect()
    }
}

/// What is beyond a tick by no more than sums of fractions are wrong.
const ROUNDING: f64 = 1e-9;

fn steps_up(steps: f64) -> f64 {
    (steps - ROUNDING).ceil()
}

fn steps_down(steps: f64) -> f64 {
    (steps + ROUNDING).floor()
}

/// A figure that arithmetic with pixels survives.
pub(crate) fn drawable(value: f64) -> f64 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(-LARGEST, LARGEST)
    }
}

fn tick(value: f64, options: &WidgetOptions) -> String {
    if value.abs() >= 1e15 {
        return scientific(value);
    }
    format::short_with_unit(value, options)
}

fn scientific(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{value:.1e}")
    }
}

fn step(rough: f64, whole: bool, unit: Unit, is_enough: impl Fn(f64) -> bool) -> f64 {
    if unit == Unit::Duration
        && rough >= SECONDS[0] / 5.0
        && let Some(step) = SECONDS.into_iter().find(|step| is_enough(*step))
    {
        return step;
    }
    let day = if unit == Unit::Duration && rough > 3_600.0 {
        86_400.0
    } else {
        1.0
    };
    let smallest = if whole { day } else { 0.0 };
    let mut magnitude = magnitude_of(rough / day) * day;
    loop {
        for factor in [1.0, 2.0, 2.5, 5.0] {
            let step: f64 = factor * magnitude;
            let is_round = !whole || step.fract() == 0.0;
            if step >= smallest && is_round && is_enough(step) {
                return step;
            }
        }
        magnitude *= 10.0;
    }
}

/// The power of ten at or below `value`, without logarithms: those differ between machines.
fn magnitude_of(value: f64) -> f64 {
    let mut magnitude = 1.0;
    while magnitude * 10.0 <= value {
        magnitude *= 10.0;
    }
    while magnitude > value && magnitude > 1e-290 {
        magnitude /= 10.0;
    }
    magnitude
}

fn power_of_ten(exponent: f64) -> f64 {
    let mut power = 1.0;
    let mut left = exponent;
    while left >= 1.0 && power < LARGEST {
        power *= 10.0;
        left -= 1.0;
    }
    power
}

/// The logarithm to base 10 of a number above zero, by additions, multiplications and divisions alone: every machine
/// rounds those alike.
fn tens(value: f64) -> f64 {
    const FRACTION: u64 = (1 << 52) - 1;
    let bits = value.to_bits();
    #[expect(clippy::cast_precision_loss, reason = "at most 2,047")]
    let twos = (bits >> 52 & 0x7ff) as f64 - 1_023.0;
    let mantissa = f64::from_bits(bits & FRACTION | 1_023 << 52);
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let (mut power, mut sum, mut divisor) = (ratio, 0.0, 1.0);
    while divisor < 40.0 {
        sum += power / divisor;
        power *= ratio * ratio;
        divisor += 2.0;
    }
    (twos * std::f64::consts::LN_2 + 2.0 * sum) / std::f64::consts::LN_10
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and 5"
)]
fn intervals(value: f64) -> usize {
    value.clamp(1.0, MAX_INTERVALS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: &[f64], unit: Unit) -> Vec<String> {
        let options = WidgetOptions {
            unit,
            ..WidgetOptions::default()
        };
        let scale = Scale::around(values.iter().copied(), &options);
        scale
            .ticks(&options)
            .into_iter()
            .map(|(_, words)| words)
            .collect()
    }

    #[test]
    fn ticks_are_round_and_include_zero() {
        assert_eq!(
            words(&[1632.0, 2896.0], Unit::Number),
            ["0", "1,000", "2,000", "3,000"]
        );
        assert_eq!(words(&[3.0], Unit::Number), ["0", "1", "2", "3"]);
        assert_eq!(words(&[1.0], Unit::Number), ["0", "1"]);
        assert_eq!(
            words(&[0.9], Unit::Number),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(words(&[-40.0, 90.0], Unit::Number), ["-50", "0", "50", "100"]);
        assert_eq!(
            words(&[185.0], Unit::Duration),
            ["0 s", "1 m", "2 m", "3 m", "4 m"]
        );
        assert_eq!(
            words(&[260_000.0], Unit::Duration),
            ["0 s", "1 d", "2 d", "3 d", "4 d"]
        );
        assert_eq!(words(&[0.0], Unit::Number), ["0"]);
    }

    #[test]
    fn powers_of_ten_are_evenly_far_apart() {
        for value in [1e-12, 0.5, 1.0, 2.0, 7.3, 999.0, 123_456_789.0, 1e200] {
            assert!((tens(value) - value.log10()).abs() < 1e-12, "{value}");
        }
        let options = WidgetOptions {
            axis: Axis::Log,
            ..WidgetOptions::default()
        };
        let ticks = |values: &[f64]| -> Vec<String> {
            let scale = Scale::around(values.iter().copied(), &options);
            scale
                .ticks(&options)
                .into_iter()
                .map(|(_, words)| words)
                .collect()
        };
        assert_eq!(ticks(&[3.0, 4_500.0]), ["1", "10", "100", "1,000", "10 k"]);
        assert_eq!(ticks(&[0.0, -2.0]), ["-2", "-1", "0"]);
        assert_eq!(ticks(&[1.0, 1e12]).len(), 5);
        let scale = Scale::around([1.0, 1_000.0].into_iter(), &options);
        assert!((scale.share(31.622_776_6) - 0.5).abs() < 1e-6);
        assert!(scale.share(0.0) < 1e-12 && scale.share(-4.0) < 1e-12);
    }

    #[test]
    fn tiny_and_huge_figures_have_words_that_differ() {
        for value in [1e-280, 1e-9, 0.003, 1e18, 1e300, f64::INFINITY] {
            let words = words(&[value], Unit::Number);
            assert!(
                words.len() >= 2 && words.windows(2).all(|pair| pair[0] != pair[1]),
                "{value}: {words:?}"
            );
            assert!(words.iter().all(|word| word.len() < 12), "{words:?}");
        }
    }
}
