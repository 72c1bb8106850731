//! Lengths: millimetres on skin, pixels in a picture, and the one bridge between them.

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
