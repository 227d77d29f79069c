use super::{Compare, Interval, Range};

/// The time that a question asks about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeframe<'q> {
    /// From when to when.
    pub range: &'q Range,
    /// How wide a bucket is; chosen by the length of the range when absent.
    pub interval: Option<Interval>,
    /// IANA time zone of the buckets; the organization's when absent.
    pub timezone: Option<&'q str>,
    /// Another period to set beside it.
    pub compare: Option<Compare>,
}

impl<'q> Timeframe<'q> {
    /// Of a question that neither chooses its buckets nor compares.
    #[must_use]
    pub const fn of(range: &'q Range, timezone: Option<&'q str>) -> Self {
        Self {
            range,
            interval: None,
            timezone,
            compare: None,
        }
    }
}
