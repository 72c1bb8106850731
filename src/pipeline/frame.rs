//! At which scale the work is done, and what a pixel of it is worth.

use crate::decode::Photo;
use crate::units::PixelsPerMm;

/// How large the skin is in the before photo, as the user says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Pixels of the upright photo per mm of skin.
    PerMm(PixelsPerMm),
    /// How many mm of skin the upright photo's width shows.
    FieldMm(f64),
}

/// Where a scale comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleSource {
    Given,
    Assumed,
}

/// The working frames of both photos.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// px/mm of the before photo at full resolution.
    pub full_scale: PixelsPerMm,
    pub source: ScaleSource,
    /// px/mm of the working pictures.
    pub scale: PixelsPerMm,
    /// Full-resolution px per working px.
    pub before_reduction: f64,
    pub after_reduction: f64,
}

/// Working scale at most, px/mm: an ice pick of 0.8 mm is 13 px wide, more shows pores only.
const FINEST: f64 = 16.0;

/// Working pixels of a photo at most: a whole face at 16 px/mm.
const MOST_PIXELS: f64 = 6e6;

/// What the longer side of a photo of unknown scale is taken to show, mm: between a cheek and a face.
pub(super) const ASSUMED_FIELD_MM: f64 = 150.0;

impl Frame {
    #[must_use]
    pub fn of(before: &Photo, after: &Photo, scale: Option<Scale>) -> Self {
        let longer = |p: &Photo| f64::from(p.width.max(p.height));
        let assumed = || clamped(longer(before) / ASSUMED_FIELD_MM);
        let (full_scale, source) = match scale {
            Some(Scale::PerMm(scale)) => (scale, ScaleSource::Given),
            Some(Scale::FieldMm(mm)) => {
                (clamped(f64::from(before.width) / mm), ScaleSource::Assumed)
            }
            None => (assumed(), ScaleSource::Assumed),
        };
        let pixels = f64::from(before.width) * f64::from(before.height);
        let before_reduction = (full_scale.get() / FINEST)
            .max((pixels / MOST_PIXELS).sqrt())
            .max(1.0);
        // Another camera's pixels are taken to show the same field; the search for the alignment
        // bridges what that misses.
        let after_reduction = (before_reduction * longer(after) / longer(before)).max(1.0);
        Self {
            full_scale,
            source,
            scale: full_scale.reduced(before_reduction),
            before_reduction,
            after_reduction,
        }
    }

    /// Full-resolution px of a working px, before photo.
    #[must_use]
    pub fn full(&self, working: f64) -> f64 {
        working * self.before_reduction + 0.5 * (self.before_reduction - 1.0)
    }

    /// Full-resolution area, px, of a working area.
    #[must_use]
    pub fn full_area(&self, working: f64) -> f64 {
        working * self.before_reduction * self.before_reduction
    }
}

fn clamped(px_per_mm: f64) -> PixelsPerMm {
    let inside = px_per_mm.clamp(PixelsPerMm::SMALLEST, PixelsPerMm::LARGEST);
    PixelsPerMm::new(inside).expect("clamped into the range that is accepted")
}
