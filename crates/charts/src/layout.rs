//! Rectangles.

/// A rectangle in pixels, from its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    pub(crate) fn width(self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    pub(crate) fn height(self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }

    /// The same frame with edges moved in; it never turns inside out.
    pub(crate) fn inset(self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        let (new_left, new_top) = (self.left + left, self.top + top);
        Self {
            left: new_left,
            top: new_top,
            right: (self.right - right).max(new_left),
            bottom: (self.bottom - bottom).max(new_top),
        }
    }
}

/// A number of things, for arithmetic with pixels.
#[expect(clippy::cast_precision_loss, reason = "nobody draws 2^53 things")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}

/// How many whole times `unit` fits into `room`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to small and not negative"
)]
pub(crate) fn fits(room: f64, unit: f64) -> usize {
    if unit <= 0.0 {
        return 0;
    }
    (room / unit).floor().clamp(0.0, 1e6) as usize
}
