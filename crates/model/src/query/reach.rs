/// How far a question looks beyond its range, in intervals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Intervals right before the range.
    pub before: usize,
    /// Intervals after the range, as far as they have begun.
    pub after: usize,
    /// Whether the last of them goes on until now.
    pub until_now: bool,
}
