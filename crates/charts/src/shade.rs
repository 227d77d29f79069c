//! Cells whose colour is a figure: heat maps, calendars and maps share how strong a colour is.

use crate::palette::{Ink, STRONGEST_TINT};
use crate::sheet::Paint;

/// A figure of nothing is still a cell.
const NOTHING: u8 = 8;
const FAINTEST: f64 = 26.0;

/// How far the figures reach from zero, on either side.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shades {
    most: f64,
    least: f64,
}

impl Shades {
    pub(crate) fn of(figures: impl Iterator<Item = f64>) -> Self {
        figures.fold(Self::default(), |reach, figure| Self {
            most: reach.most.max(figure),
            least: reach.least.min(figure),
        })
    }

    /// The largest figure.
    pub(crate) const fn most(self) -> f64 {
        self.most
    }

    /// The paint of a figure: what is lost has a colour of its own.
    pub(crate) fn paint(self, figure: f64) -> Paint {
        let (ink, whole) = if figure < 0.0 {
            (Ink::Series(3), -self.least)
        } else {
            (Ink::Series(0), self.most)
        };
        if figure == 0.0 || whole <= 0.0 {
            return Paint::Tint(Ink::Other, NOTHING * 3);
        }
        Paint::Tint(ink, strength(figure.abs() / whole))
    }
}

/// The tint of a share from 0 to 1.
pub(crate) fn strength(share: f64) -> u8 {
    let strongest = f64::from(STRONGEST_TINT);
    let tint = FAINTEST + share.clamp(0.0, 1.0) * (strongest - FAINTEST);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 26 and 200"
    )]
    let tint = tint.round() as u8;
    tint
}
