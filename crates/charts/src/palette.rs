//! The colours, equal to those of `style/theme.css`: a test holds one against the other.

use charts_rs::Color;

use crate::Theme;

/// How many series a chart tells apart.
pub(crate) const SERIES: usize = 8;

/// The most of a series' colour, of 255, on which words can still be read in both themes.
pub(crate) const STRONGEST_TINT: u8 = 200;

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

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = (u8, u8, u8);

    const THEME: &str = include_str!("../../../style/theme.css");

    /// What the block that begins with `selector` says of each custom property.
    fn block(selector: &str) -> Vec<(&'static str, &'static str)> {
        let (_, begin) = THEME
            .split_once(selector)
            .unwrap_or_else(|| panic!("{selector} is in theme.css"));
        let (block, _) = begin.split_once('}').expect("the block ends");
        let declarations = block
            .lines()
            .filter_map(|line| line.trim().trim_end_matches(';').split_once(": "));
        declarations.filter(|(name, _)| name.starts_with("--")).collect()
    }

    fn value(block: &[(&str, &'static str)], property: &str) -> Option<&'static str> {
        block
            .iter()
            .find(|(name, _)| *name == property)
            .map(|(_, value)| *value)
    }

    #[test]
    fn the_page_has_the_same_colours() {
        let (light, dark) = (block(":root {"), block("[data-theme=\"dark\"] {"));
        for ink in Ink::all() {
            let property = ink.property();
            let in_light = value(&light, &property);
            assert_eq!(
                in_light,
                Some(hex(ink.light()).to_lowercase().as_str()),
                "{property}, light"
            );
            let in_dark = value(&dark, &property).or(in_light);
            assert_eq!(
                in_dark,
                Some(hex(ink.dark()).to_lowercase().as_str()),
                "{property}, dark"
            );
        }
    }

    #[test]
    fn a_dark_system_gets_what_a_chosen_dark_gets() {
        assert_eq!(
            block("[data-theme=\"dark\"] {"),
            block(":root:not([data-theme=\"light\"]) {")
        );
    }

    fn linear(channel: u8) -> f64 {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let luminance = |(red, green, blue): Rgb| {
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05
        };
        let (one, other) = (luminance(one), luminance(other));
        one.max(other) / one.min(other)
    }

    #[test]
    fn series_stand_out_of_both_cards_and_words_are_readable() {
        for ink in (0..SERIES).map(Ink::Series).chain([Ink::Other]) {
            for (colour, card) in [(ink.light(), Ink::Card.light()), (ink.dark(), Ink::Card.dark())] {
                assert!(
                    contrast(colour, card) >= 3.0,
                    "{ink:?}: {:.2}",
                    contrast(colour, card)
                );
            }
        }
        for ink in [Ink::Text, Ink::Muted] {
            assert!(contrast(ink.light(), Ink::Card.light()) >= 4.5, "{ink:?}");
            assert!(contrast(ink.dark(), Ink::Card.dark()) >= 4.5, "{ink:?}");
        }
    }

    #[test]
    fn words_on_tints_are_readable() {
        for tint in 0..=STRONGEST_TINT {
            let share = f64::from(tint) / 255.0;
            let mixed = |ink: Rgb, card: Rgb| {
                let channel = |ink: u8, card: u8| {
                    let mix = f64::from(ink) * share + f64::from(card) * (1.0 - share);
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a channel"
                    )]
                    let mix = mix.round() as u8;
                    mix
                };
                (
                    channel(ink.0, card.0),
                    channel(ink.1, card.1),
                    channel(ink.2, card.2),
                )
            };
            let ink = Ink::Series(0);
            let light = contrast(Ink::Text.light(), mixed(ink.light(), Ink::Card.light()));
            let dark = contrast(Ink::Text.dark(), mixed(ink.dark(), Ink::Card.dark()));
            assert!(light >= 4.5 && dark >= 4.5, "{tint}: {light:.2} and {dark:.2}");
        }
    }

    #[test]
    fn words_of_the_page_are_readable() {
        let parsed = |text: &str| -> Rgb {
            let channel =
                |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("two hexadecimal digits");
            (channel(1), channel(3), channel(5))
        };
        for theme in [block(":root {"), block("[data-theme=\"dark\"] {")] {
            let colour = |name: &str| parsed(value(&theme, name).unwrap_or_else(|| panic!("{name}")));
            for (words, surface) in [
                ("--text", "--page"),
                ("--muted", "--page"),
                ("--muted", "--hover"),
                ("--accent", "--card"),
                ("--accent", "--accent-soft"),
                ("--on-accent", "--accent"),
                ("--on-accent", "--accent-hover"),
                ("--good", "--good-soft"),
                ("--warn", "--warn-soft"),
                ("--bad", "--bad-soft"),
                ("--good", "--card"),
                ("--warn", "--card"),
                ("--bad", "--card"),
            ] {
                let contrast = contrast(colour(words), colour(surface));
                assert!(contrast >= 4.5, "{words} on {surface}: {contrast:.2}");
            }
            let edge = contrast(colour("--line-strong"), colour("--card"));
            assert!(edge >= 3.0, "the edges of inputs: {edge:.2}");
        }
    }

    /// Machado, Oliveira and Fernandes (2009), full severity: without red, green and blue cones.
    const SIGHTS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    /// Where a colour lies in `OKLab` for somebody with this sight.
    fn seen((red, green, blue): Rgb, sight: [[f64; 3]; 3]) -> [f64; 3] {
        let light = [linear(red), linear(green), linear(blue)];
        let product = |rows: [[f64; 3]; 3], column: [f64; 3]| {
            rows.map(|row| {
                row.iter()
                    .zip(column)
                    .map(|(one, other)| one * other)
                    .sum::<f64>()
            })
        };
        let cones = product(
            [
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            product(sight, light).map(|channel| channel.clamp(0.0, 1.0)),
        );
        product(
            [
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(f64::cbrt),
        )
    }

    #[test]
    fn series_are_told_apart_with_any_colour_vision() {
        for sight in SIGHTS {
            for (one, here) in SERIES_COLOURS.into_iter().enumerate() {
                for (other, there) in SERIES_COLOURS.into_iter().enumerate().take(one) {
                    let (here, there) = (seen(here, sight), seen(there, sight));
                    let distance = here
                        .iter()
                        .zip(there)
                        .map(|(a, b)| (a - b).powi(2))
                        .sum::<f64>()
                        .sqrt();
                    assert!(distance >= 0.07, "series {one} and {other}: {distance:.3}");
                }
            }
        }
    }
}
