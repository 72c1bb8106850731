//! Lengths: millimetres on skin, pixels in a picture, and the one bridge between them. Shares and
//! directions, as all messages, pages and prints tell them.

/// Pixels of a picture that show one millimetre of skin; finite and positive.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct PixelsPerMm(f64);

impl PixelsPerMm {
    /// Smallest scale accepted, px/mm: below it a 2 mm scar is under one pixel wide.
    pub const SMALLEST: f64 = 0.5;
    /// Largest scale accepted, px/mm: a dermatoscope at full zoom.
    pub const LARGEST: f64 = 500.0;

    /// `None` outside [`Self::SMALLEST`] to [`Self::LARGEST`].
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (Self::SMALLEST..=Self::LARGEST)
            .contains(&value)
            .then_some(Self(value))
    }

    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// Length in pixels of `mm` millimetres.
    #[must_use]
    pub fn px(self, mm: f64) -> f64 {
        mm * self.0
    }

    /// Length in millimetres of `px` pixels.
    #[must_use]
    pub fn mm(self, px: f64) -> f64 {
        px / self.0
    }

    /// Area in square millimetres of `px` pixels.
    #[must_use]
    pub fn mm2(self, px: f64) -> f64 {
        px / (self.0 * self.0)
    }

    /// The scale of the same picture reduced `reduction` times.
    #[must_use]
    pub fn reduced(self, reduction: f64) -> Self {
        Self(self.0 / reduction)
    }
}

/// A share of 1 in percent, with its sign: the same digits wherever it is told.
///
/// Rounded down, so that 14.9 does not read as the 15 that are needed; with a decimal below ten, where
/// whole numbers would say too little.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = hundredths(share);
    if percent < 10.0 {
        format!("{:.1} %", (10.0 * percent).floor() / 10.0)
    } else {
        format!("{:.0} %", percent.floor())
    }
}

/// A share of 1 that is a mark rather than a part: `52 of 100`, rounded down as [`percent`].
#[must_use]
pub fn of_100(share: f64) -> String {
    format!("{} of 100", mark(share))
}

/// The same where the head of a column says of how many: `52`.
#[must_use]
pub fn mark(share: f64) -> String {
    format!("{:.0}", hundredths(share).floor())
}

/// Where light comes from, as seen in the photo; degrees clockwise from the right edge.
#[must_use]
pub fn from_where(azimuth_deg: f64) -> &'static str {
    const NAMES: [&str; 8] = [
        "the right",
        "lower right",
        "below",
        "lower left",
        "the left",
        "upper left",
        "above",
        "upper right",
    ];
    NAMES[(azimuth_deg.rem_euclid(360.0) / 45.0).round() as usize % 8]
}

/// A hundred times a share, with what the product may have lost given back: 0.29 becomes
/// 28.999 999 999 999 996, which is not 28.
fn hundredths(share: f64) -> f64 {
    const LOST: f64 = 1e-9;
    100.0 * share + LOST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_comes_from_where_the_clock_says() {
        let from = from_where;
        assert_eq!(from(0.0), "the right");
        assert_eq!(from(359.0), "the right");
        assert_eq!(from(92.0), "below");
        assert_eq!(from(-90.0), "above");
    }

    #[test]
    fn shares_are_rounded_down() {
        assert_eq!(percent(0.0158), "1.5 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(0.149), "14 %");
        assert_eq!(percent(0.29), "29 %");
        assert_eq!(percent(0.07), "7.0 %");
        assert_eq!(percent(0.0999), "9.9 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(of_100(0.497), "49 of 100");
        assert_eq!(of_100(0.29), "29 of 100");
    }
}
