use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which time a question is about; the engine turns it into instants, with the organization's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// From one edge to another. A date as the end is included, a time is not.
    Between {
        /// Where it begins.
        from: Edge,
        /// Where it ends.
        to: Edge,
    },
    /// The last so many units; hours and minutes end now, days and longer end with today.
    Last {
        /// How many, at least one.
        count: u32,
        /// Of what.
        unit: LastUnit,
    },
    /// A page of the calendar: this one up to today, or the whole one before it.
    Period(Period),
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// A whole day of the question's time zone.
    Date(Date),
    /// An instant.
    Time(Timestamp),
}

/// The unit of `{last: …}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LastUnit {
    /// `min`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
    /// `mo`
    Month,
    /// `y`
    Year,
}

impl LastUnit {
    const ALL: [Self; 6] = [
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
    ];

    /// The letters on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
            Self::Month => "mo",
            Self::Year => "y",
        }
    }

    const fn most(self) -> u32 {
        match self {
            Self::Minute => 100_000,
            Self::Hour => 20_000,
            Self::Day => 4_000,
            Self::Week => 600,
            Self::Month => 120,
            Self::Year => 10,
        }
    }
}

/// A page of the calendar, as the question's time zone and the organization's weeks turn it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// The day before today.
    Yesterday,
    /// From the first day of the week until today.
    ThisWeek,
    /// The seven days before this week.
    LastWeek,
    /// From the first of the month until today.
    ThisMonth,
    /// The whole month before this one.
    LastMonth,
    /// From the first of January, April, July or October until today.
    ThisQuarter,
    /// The three months before this quarter.
    LastQuarter,
    /// From the first of January until today.
    ThisYear,
    /// The whole year before this one.
    LastYear,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 9] = [
        Self::Yesterday,
        Self::ThisWeek,
        Self::LastWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisQuarter,
        Self::LastQuarter,
        Self::ThisYear,
        Self::LastYear,
    ];

    /// The word on the wire and in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yesterday => "yesterday",
            Self::ThisWeek => "this_week",
            Self::LastWeek => "last_week",
            Self::ThisMonth => "this_month",
            Self::LastMonth => "last_month",
            Self::ThisQuarter => "this_quarter",
            Self::LastQuarter => "last_quarter",
            Self::ThisYear => "this_year",
            Self::LastYear => "last_year",
        }
    }

    /// Whether it goes on today.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(
            self,
            Self::ThisWeek | Self::ThisMonth | Self::ThisQuarter | Self::ThisYear
        )
    }
}

impl std::str::FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|period| period.as_str() == text);
        found.ok_or_else(|| {
            let words = Self::ALL
                .map(|period| format!("`{}`", period.as_str()))
                .join(", ");
            format!("`{text}` is not a period; write one of {words}, or `{{\"last\": \"1d\"}}` for today")
        })
    }
}

impl Range {
    /// The last `count` of `unit`.
    ///
    /// # Errors
    /// A sentence when `count` is zero or reaches back further than about ten years.
    pub fn last(count: u32, unit: LastUnit) -> Result<Self, String> {
        if count == 0 || count > unit.most() {
            return Err(format!("use 1 to {} for `{}`", unit.most(), unit.as_str()));
        }
        Ok(Self::Last { count, unit })
    }

    /// Reads the form of `{last: …}`, for example `30d`.
    ///
    /// # Errors
    /// A sentence that gives examples.
    pub fn parse_last(text: &str) -> Result<Self, String> {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (count, letters) = text.split_at(digits);
        let unit = LastUnit::ALL.into_iter().find(|unit| unit.as_str() == letters);
        let (Ok(count), Some(unit)) = (count.parse(), unit) else {
            return Err(format!(
                "`{text}` is not a length of time; write `24h`, `30d`, `12w` or `6mo`"
            ));
        };
        Self::last(count, unit)
    }

    /// Reads the word of an address for a time that ends about now: `30d`, `last_month`.
    ///
    /// # Errors
    /// A sentence that gives examples.
    pub fn parse_word(text: &str) -> Result<Self, String> {
        text.parse()
            .map(Self::Period)
            .or_else(|_: String| Self::parse_last(text))
    }

    /// Its word in an address; none for a range between two edges.
    #[must_use]
    pub fn word(&self) -> Option<String> {
        match self {
            Self::Between { .. } => None,
            Self::Last { count, unit } => Some(format!("{count}{}", unit.as_str())),
            Self::Period(period) => Some(period.as_str().to_owned()),
        }
    }

    /// Whether the end lies before the beginning, as far as that can be told without a time zone.
    #[must_use]
    pub fn ends_before_it_starts(&self) -> bool {
        match self {
            Self::Between {
                from: Edge::Date(from),
                to: Edge::Date(to),
            } => to < from,
            Self::Between {
                from: Edge::Time(from),
                to: Edge::Time(to),
            } => to <= from,
            Self::Between { .. } | Self::Last { .. } | Self::Period(_) => false,
        }
    }
}

impl std::str::FromStr for Edge {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == 10
            && let Ok(date) = text.parse::<Date>()
        {
            return Ok(Self::Date(date));
        }
        let readable = text.parse::<Timestamp>().map(Self::Time);
        readable
            .map_err(|_| format!("`{text}` is neither a date (2015-05-17) nor a time (2015-05-17T10:00:00Z)"))
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Time(time) => time.fmt(f),
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<String>,
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match RangeWire::deserialize(deserializer)? {
            RangeWire {
                from: Some(from),
                to: Some(to),
                last: None,
                period: None,
            } => Ok(Self::Between {
                from: from
                    .parse()
                    .map_err(|message| D::Error::custom(format!("from: {message}")))?,
                to: to
                    .parse()
                    .map_err(|message| D::Error::custom(format!("to: {message}")))?,
            }),
            RangeWire {
                from: None,
                to: None,
                last: Some(last),
                period: None,
            } => Self::parse_last(&last).map_err(|message| D::Error::custom(format!("last: {message}"))),
            RangeWire {
                from: None,
                to: None,
                last: None,
                period: Some(period),
            } => period
                .parse()
                .map(Self::Period)
                .map_err(|message: String| D::Error::custom(format!("period: {message}"))),
            _ => Err(D::Error::custom(
                "a range is `{from, to}`, `{last}` or `{period}`",
            )),
        }
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut wire = RangeWire::default();
        match self {
            Self::Between { from, to } => {
                wire.from = Some(from.to_string());
                wire.to = Some(to.to_string());
            }
            Self::Last { .. } => wire.last = self.word(),
            Self::Period(_) => wire.period = self.word(),
        }
        wire.serialize(serializer)
    }
}

/// The width of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// A calendar day of the question's time zone.
    Day,
    /// Seven such days, from the organization's first day of the week.
    Week,
    /// A calendar month.
    Month,
}

impl Interval {
    /// Every interval, shortest first.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The last day of the bucket that begins at `begin`.
    #[must_use]
    pub fn last_day(self, begin: jiff::civil::DateTime) -> jiff::civil::Date {
        match self {
            Self::Minute | Self::Hour | Self::Day => begin.date(),
            Self::Week => begin.date().saturating_add(jiff::Span::new().days(6)),
            Self::Month => begin.date().last_of_month(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_a_round_trip() {
        for json in [
            r#"{"from":"2015-05-17","to":"2015-05-20"}"#,
            r#"{"from":"2015-05-17T10:00:00Z","to":"2015-05-17T11:00:00Z"}"#,
            r#"{"last":"30d"}"#,
            r#"{"last":"6mo"}"#,
            r#"{"period":"yesterday"}"#,
            r#"{"period":"last_quarter"}"#,
        ] {
            let range: Range = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&range).expect("it serializes"), json);
        }
    }

    #[test]
    fn words_of_addresses_survive_too() {
        for word in Period::ALL.map(Period::as_str).into_iter().chain(["30d", "24h"]) {
            let range = Range::parse_word(word).expect(word);
            assert_eq!(range.word().as_deref(), Some(word));
        }
        assert!(Range::parse_word("someday").is_err());
    }

    #[test]
    fn wrong_forms_are_refused() {
        for json in [
            r"{}",
            r#"{"last":"0d"}"#,
            r#"{"last":"d"}"#,
            r#"{"last":"99999d"}"#,
            r#"{"from":"2015-05-17"}"#,
            r#"{"period":"30d"}"#,
            r#"{"last":"last_month"}"#,
            r#"{"last":"30d","period":"last_month"}"#,
        ] {
            assert!(serde_json::from_str::<Range>(json).is_err(), "{json}");
        }
    }
}
