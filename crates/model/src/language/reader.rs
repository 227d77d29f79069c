//! Who reads: in which language, and by which clock.

use super::Language;

/// How whoever reads writes the time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Clock {
    /// `14:05`
    #[default]
    TwentyFour,
    /// `2:05 pm`
    Twelve,
}

/// Regions where English is read and the day has twice twelve hours (CLDR, `timeData`).
const TWELVE_HOURS: [&str; 8] = ["US", "CA", "AU", "NZ", "IN", "PH", "PK", "SG"];

impl Clock {
    /// Every clock, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::TwentyFour, Self::Twelve];

    /// The word in cookies, in forms and in `data-clock`: `24` or `12`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TwentyFour => "24",
            Self::Twelve => "12",
        }
    }

    /// The clock that a word names, where there is one.
    #[must_use]
    pub fn known(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|clock| clock.as_str() == word)
    }

    /// What people use who read a language as a tag such as `en-US` says; 24 hours where it names no region.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default();
        let is_twelve = |part: &str| {
            TWELVE_HOURS
                .iter()
                .any(|region| region.eq_ignore_ascii_case(part))
        };
        if language.eq_ignore_ascii_case("en") && parts.any(is_twelve) {
            Self::Twelve
        } else {
            Self::TwentyFour
        }
    }
}

/// Who reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reader {
    /// Their language.
    pub language: Language,
    /// Their clock.
    pub clock: Clock,
}

impl Reader {
    /// How many kinds of readers there are.
    pub const COUNT: usize = Language::ALL.len() * Clock::ALL.len();

    /// The reader in English with 24 hours.
    pub(super) const USUAL: Self = Self {
        language: Language::English,
        clock: Clock::TwentyFour,
    };

    /// Which of the [`Self::COUNT`] kinds this one is, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.language as usize * Clock::ALL.len() + self.clock as usize
    }
}

/// With 24 hours.
impl From<Language> for Reader {
    fn from(language: Language) -> Self {
        Self {
            language,
            clock: Clock::TwentyFour,
        }
    }
}

/// What somebody chose of how they read; nothing where their browser decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Their language.
    pub language: Option<Language>,
    /// Their clock.
    pub clock: Option<Clock>,
}

impl Reading {
    /// Choice by choice.
    #[must_use]
    pub const fn choices(self) -> [ReadingChoice; 2] {
        [
            ReadingChoice::Language(self.language),
            ReadingChoice::Clock(self.clock),
        ]
    }
}

/// One choice of how to read; none leaves it to the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingChoice {
    /// The language.
    Language(Option<Language>),
    /// The clock.
    Clock(Option<Clock>),
}

impl ReadingChoice {
    /// What is chosen, as cookies and forms name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Language(_) => "language",
            Self::Clock(_) => "clock",
        }
    }

    /// The tag of the language, or the hours of the clock.
    #[must_use]
    pub fn value(self) -> Option<&'static str> {
        match self {
            Self::Language(language) => language.map(Language::tag),
            Self::Clock(clock) => clock.map(Clock::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_which_clock_people_use() {
        for (tag, expected) in [
            ("en-US", Clock::Twelve),
            ("en-us", Clock::Twelve),
            ("en-Latn-AU", Clock::Twelve),
            ("en-GB", Clock::TwentyFour),
            ("en", Clock::TwentyFour),
            ("de-US", Clock::TwentyFour),
            ("", Clock::TwentyFour),
        ] {
            assert_eq!(Clock::of_tag(tag), expected, "{tag}");
        }
        assert_eq!(Clock::known("12"), Some(Clock::Twelve));
        assert_eq!(Clock::known("13"), None);
    }

    #[test]
    fn every_kind_of_reader_has_a_place_of_its_own() {
        let mut places: Vec<usize> = Language::ALL
            .into_iter()
            .flat_map(|language| Clock::ALL.map(|clock| Reader { language, clock }.index()))
            .collect();
        places.sort_unstable();
        assert_eq!(places, (0..Reader::COUNT).collect::<Vec<_>>());
    }
}
