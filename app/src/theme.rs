//! Light, dark, or what the person's system says.

use crate::language::key;
use serde::{Deserialize, Serialize};

/// The colours of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// Whatever the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order in which it is offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in the cookie and in `data-theme`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The word that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::System => key("System"),
            Self::Light => key("Light"),
            Self::Dark => key("Dark"),
        }
    }

    /// Reads the word; anything unknown is the system's.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == word)
            .unwrap_or_default()
    }
}
