//! Whose events count: people who did something so often, or who are in a saved segment.

use model::problem::FieldError;
use model::query::{Cohort, Filter, Range};

use crate::language::t;

/// How somebody comes to be among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    #[default]
    Did,
    DidNot,
    InSegment,
    NotInSegment,
}

impl Way {
    /// Whether a segment says who they are.
    pub(crate) const fn names_a_segment(self) -> bool {
        matches!(self, Self::InSegment | Self::NotInSegment)
    }
}

/// One condition on people, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PeopleDraft {
    pub(crate) way: Way,
    /// Empty for any event.
    pub(crate) event: String,
    pub(crate) at_least: String,
    /// The word of a range; empty for ever.
    pub(crate) within: String,
    /// The id of a segment.
    pub(crate) segment: String,
}

impl Default for PeopleDraft {
    fn default() -> Self {
        Self {
            way: Way::Did,
            event: String::new(),
            at_least: "1".to_owned(),
            within: "30d".to_owned(),
            segment: String::new(),
        }
    }
}

impl PeopleDraft {
    /// The condition that `filter` says, where it is one of these.
    pub(super) fn of(filter: &Filter) -> Option<Self> {
        let (filter, is_without) = match filter {
            Filter::Not(inner) => (inner.as_ref(), true),
            other => (other, false),
        };
        match filter {
            Filter::Segment(id) => Some(Self {
                way: if is_without {
                    Way::NotInSegment
                } else {
                    Way::InSegment
                },
                segment: id.to_string(),
                ..Self::default()
            }),
            Filter::Cohort(cohort) => Some(Self {
                way: if is_without { Way::DidNot } else { Way::Did },
                event: cohort.event.clone().unwrap_or_default(),
                at_least: cohort.at_least().to_string(),
                within: cohort.range.as_ref().and_then(Range::word).unwrap_or_default(),
                ..Self::default()
            }),
            _ => None,
        }
    }

    /// The condition; a problem is told of the input's own name.
    pub(super) fn filter(&self) -> Result<Filter, FieldError> {
        let among = if self.way.names_a_segment() {
            let id = self.segment.parse().map(Filter::Segment);
            id.map_err(|_| FieldError::new("segment", "required", t("Choose a segment.")))?
        } else {
            Filter::Cohort(self.cohort()?)
        };
        Ok(match self.way {
            Way::Did | Way::InSegment => among,
            Way::DidNot | Way::NotInSegment => Filter::Not(Box::new(among)),
        })
    }

    fn cohort(&self) -> Result<Cohort, FieldError> {
        let times = match self.way {
            Way::DidNot => Ok(1),
            _ => self.at_least.trim().parse::<u32>(),
        };
        let at_least = times.ok().filter(|times| *times > 0);
        let at_least = at_least
            .ok_or_else(|| FieldError::new("at_least", "invalid", t("Use a whole number from 1 on.")))?;
        let range = if self.within.is_empty() {
            None
        } else {
            let range = Range::parse_word(&self.within);
            Some(range.map_err(|message| FieldError::new("within", "invalid", message))?)
        };
        let event = Some(self.event.trim()).filter(|event| !event.is_empty());
        Cohort::of(event.map(str::to_owned), at_least, range)
            .map_err(|message| FieldError::new("event", "invalid", message))
    }
}
