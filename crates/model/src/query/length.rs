use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A length of time as people write it: `30m`, `12h`, `7d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Length {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    const ALL: [Self; 4] = [Self::Minute, Self::Hour, Self::Day, Self::Week];

    const fn letter(self) -> &'static str {
        match self {
            Self::Minute => "m",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
        }
    }

    const fn seconds(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }
}

impl Length {
    /// So many days of 24 hours.
    #[must_use]
    pub const fn days(count: u32) -> Self {
        Self {
            count,
            unit: Unit::Day,
        }
    }

    /// How many seconds it lasts.
    #[must_use]
    pub fn seconds(self) -> u64 {
        u64::from(self.count) * self.unit.seconds()
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (count, letter) = text.split_at(digits);
        let unit = Unit::ALL.into_iter().find(|unit| unit.letter() == letter);
        match (count.parse(), unit) {
            (Ok(count), Some(unit)) => Ok(Self { count, unit }),
            _ => Err(format!(
                "`{text}` is not a length of time; write `30m`, `12h`, `7d` or `2w`"
            )),
        }
    }
}

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Length> for String {
    fn from(length: Length) -> Self {
        length.to_string()
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.letter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_written() {
        for (text, seconds) in [
            ("30m", 1_800),
            ("12h", 43_200),
            ("7d", 604_800),
            ("2w", 1_209_600),
        ] {
            let length: Length = text.parse().expect(text);
            assert_eq!((length.seconds(), length.to_string()), (seconds, text.to_owned()));
        }
        for text in ["", "d", "7", "7y", "-7d", "7 d", "99999999999d", "1.5h"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
    }
}
