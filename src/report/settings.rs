//! How a result is written.

/// The paper that `report.pdf` is set for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

impl Paper {
    /// Width and height, pt of 1/72 inch.
    pub(super) fn points(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.28, 841.89),
            Self::Letter => (612.0, 792.0),
        }
    }
}

/// Settings of [`super::write_with`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// For whom `report.pdf` is printed; A4 unless the reader is in North America.
    pub paper: Paper,
}
