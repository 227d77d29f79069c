//! The colours, equal to those of `style/theme.css`: a test holds one against the other.

use charts_rs::Color;

use crate::Theme;

/// How many series a chart tells apart.
pub(crate) const SERIES: usize = 8;

/// What something is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The colour of a series, by its position.
    Series(usize),
    /// The rest, beyond the series that have a colour of their own.
    Other,
    /// Names and figures.
    Text,
    /// Ticks and notes.
    Muted,
    /// Grid lines.
    Line,
    /// The surface that the chart lies on.
    Card,
}

impl Ink {
    /// Every ink, to replace one palette by another.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let series = (0..SERIES).map(Self::Series);
        series.chain([Self::Other, Self::Text, Self::Muted, Self::Line, Self::Card])
    }

    /// The custom property of the page.
    pub(crate) fn property(self) -> String {
        match self {
            Self::Series(position) => format!("--series-{}", position % SERIES + 1),
            Self::Other => "--series-other".to_owned(),
            Self::Text => "--text".to_owned(),
            Self::Muted => "--muted".to_owned(),
            Self::Line => "--line".to_owned(),
            Self::Card => "--card".to_owned(),
        }
    }

    /// Red, green and blue on a white card.
    pub(crate) const fn light(self) -> (u8, u8, u8) {
        match self {
            Self::Series(position) => SERIES_COLOURS[position % SERIES],
            Self::Other => (0x7b, 0x82, 0x90),
            Self::Text => (0x16, 0x18, 0x1d),
            Self::Muted => (0x5f, 0x66, 0x73),
            Self::Line => (0xe6, 0xe8, 0xec),
            Self::Card => (0xff, 0xff, 0xff),
        }
    }

    /// Red, green and blue on a dark card.
    pub(crate) const fn dark(self) -> (u8, u8, u8) {
        match self {
            Self::Series(_) | Self::Other => self.light(),
            Self::Text => (0xe9, 0xeb, 0xef),
            Self::Muted => (0x9a, 0xa1, 0xad),
            Self::Line => (0x26, 0x2a, 0x33),
            Self::Card => (0x15, 0x18, 0x1e),
        }
    }

    /// The colour that charts-rs draws with; [`crate::finish`] replaces it for the other themes.
    pub(crate) fn colour(self) -> Color {
        self.light().into()
    }

    /// What the finished markup says for this ink.
    pub(crate) fn written(self, theme: Theme) -> String {
        match theme {
            Theme::Light => hex(self.light()),
            Theme::Dark => hex(self.dark()),
            Theme::Page => format!("var({})", self.property()),
        }
    }
}

/// In the order in which series get them: neighbours differ most, for people with any colour vision.
const SERIES_COLOURS: [(u8, u8, u8); SERIES] = [
    (0x5b, 0x5b, 0xd6),
    (0x27, 0x9e, 0xa4),
    (0xb5, 0x82, 0x0c),
    (0xd0, 0x12, 0x6f),
    (0xb2, 0x74, 0xf6),
    (0x73, 0x6b, 0x18),
    (0xfc, 0x4a, 0x93),
    (0xa4, 0x4c, 0xa3),
];

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}
