//! Chance that is the same everywhere and forever: the demo's events must not change with a library.

/// `SplitMix64`.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Always the same throws for the same day and number.
    pub(super) fn of(day: i64, number: u32) -> Self {
        let mut dice = Self(day.unsigned_abs().wrapping_mul(0x9E37_79B9) ^ (u64::from(number) << 40));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, 1.
    pub(super) fn share(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).unwrap_or_default();
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    /// True in so many of one hundred cases.
    pub(super) fn percent(&mut self, percent: f64) -> bool {
        self.share() * 100.0 < percent
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// One of several, each as likely as the others; there is at least one.
    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).unwrap_or(1) - 1;
        choices[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    /// One of several, by weight.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[(T, u32)]) -> T {
        let all: u32 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.share() * f64::from(all);
        for (choice, weight) in choices {
            left -= f64::from(*weight);
            if left < 0.0 {
                return *choice;
            }
        }
        choices[choices.len() - 1].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_throws_every_time() {
        let throws = |day, number| {
            let mut dice = Dice::of(day, number);
            [
                dice.between(1, 1_000),
                dice.between(1, 1_000),
                dice.between(1, 1_000),
            ]
        };
        assert_eq!(throws(20_000, 7), throws(20_000, 7));
        assert_ne!(throws(20_000, 7), throws(20_000, 8));
        assert_ne!(throws(20_000, 7), throws(20_001, 7));
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::of(1, 1);
        let often = (0..10_000)
            .filter(|_| dice.pick(&[(true, 3), (false, 1)]))
            .count();
        assert!((7_300..7_700).contains(&often), "{often}");
    }
}
