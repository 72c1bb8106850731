//! Lays a later photo onto the baseline, with doubt at every pixel.
//!
//! Coarse to fine: which similarities could lay one whole picture onto the other ([`coarse`]), each
//! of them followed with small squares and a sheet that resists bending ([`follow`]), the best one
//! followed to the finest level, and every place audited by a search that is free to disagree
//! ([`doubt`]).

mod affine;
mod band;
mod blocks;
mod coarse;
mod copy;
mod doubt;
mod finest;
mod follow;
mod holes;
mod patches;
mod picture;
pub mod points;
mod seats;
mod sheet;
#[cfg(test)]
mod tests;

pub use affine::{Affine, PointPair};
pub use coarse::Similarity;

use crate::raster::{Field, Mask, count};
use crate::units::PixelsPerMm;

/// How the after photo is sought.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Smallest and largest magnification of the after photo against the before photo, as shares of
    /// the same framing. Default 0.7 to 1.43. Widen it for photos that were not framed alike; time
    /// grows with it.
    pub scale_range: (f64, f64),
    /// Relative step between magnifications tried. Default 0.06.
    pub scale_step: f64,
    /// Largest rotation of the camera to either side, degrees. Default 20.
    pub rotation: f64,
    /// Step between rotations tried, degrees. Default 4.
    pub rotation_step: f64,
    /// Whole-picture candidates that are followed. Default 8. More for small or repetitive skin.
    pub candidates: usize,
    /// Wavelength, mm, of which the alignment follows half at the finest level. Default 15. It must
    /// stay wide compared with a scar: a map that bends like a scar takes away the change to measure.
    pub bending_mm: f64,
    /// Where the after photo is known to lie, which replaces the whole-picture search. Default none.
    pub start: Option<Affine>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale_range: (0.7, 1.43),
            scale_step: 0.06,
            rotation: 20.0,
            rotation_step: 4.0,
            candidates: 8,
            bending_mm: 15.0,
            start: None,
        }
    }
}

/// What is looked at of a photo, at working scale.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Relative luminance, linear, 0 to 1.
    pub luminance: &'a Field,
    /// Open skin; only this is matched. All true where nothing is known.
    pub skin: &'a Mask,
}

/// Where every before pixel lies in the after picture, and how sure that is.
#[derive(Debug, Clone, PartialEq)]
pub struct Alignment {
    /// Column in the after picture, px, of every before pixel.
    pub x: Field,
    /// Row in the after picture, px, of every before pixel.
    pub y: Field,
    /// 0 to 1 at every before pixel: of the squares of texture around it that were sought afresh,
    /// the share found where the map says, less what chance would give; at least 0.5 in small holes
    /// that such places enclose, whatever the after photo shows there. 0 outside the before photo's
    /// skin and, but for such holes, outside the overlap.
    pub confidence: Field,
    /// Share of the before skin that the after photo shows, 0 to 1.
    pub overlap: f64,
    /// Median distance, before px, between the map and where fresh searches found the texture, over
    /// confident places.
    pub residual_px: f64,
    /// Share of all squares sought afresh that were found where the map says, less chance, 0 to 1.
    pub agreement: f64,
    /// How many times better than the second best placement the chosen one did; 1 or more.
    pub peak_ratio: f64,
    /// After px per before px.
    pub scale: f64,
    /// The after picture lies exactly on the before picture's grid: x is the column, y the row.
    pub identity: bool,
}

/// Why no alignment is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// A picture is smaller than the least side, px.
    TooSmall { least: usize },
    /// Too little open skin in one of the photos.
    TooLittleSkin,
    /// No placement brings the skin's texture into agreement: another person, another view, a
    /// mirrored photo, or too soft.
    NoAgreement {
        /// Best agreement found, 0 to 1, and the least that is believed.
        found: f64,
        needed: f64,
    },
    /// The photos share too little skin.
    TooLittleOverlap { found: f64, needed: f64 },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Registration {
    Aligned(Box<Alignment>),
    Failed { reason: Reason },
}

/// Smallest side of a picture that can be registered, px.
const LEAST_SIDE: usize = 64;

/// Least share of the picture that must be skin.
const LEAST_SKIN: f64 = 0.02;

/// Least share of the before skin that must be seen in the after photo.
const LEAST_OVERLAP: f64 = 0.15;

/// Confidence from which a pixel counts as confident.
const CONFIDENT: f32 = 0.5;

/// Lays `after` onto `before`.
///
/// `scale` is that of the before picture as given. The pictures may differ in size.
#[must_use]
pub fn register(before: View, after: View, scale: PixelsPerMm, options: &Options) -> Registration {
    let least = |v: &View| v.luminance.nrows().min(v.luminance.ncols());
    if least(&before).min(least(&after)) < LEAST_SIDE {
        return failed(Reason::TooSmall { least: LEAST_SIDE });
    }
    if before.luminance == after.luminance && before.skin == after.skin {
        // Twice the same photo of a wall is still no photo of skin.
        return if (count(before.skin) as f64) < LEAST_SKIN * before.skin.len() as f64 {
            failed(Reason::TooLittleSkin)
        } else {
            Registration::Aligned(Box::new(same(before)))
        };
    }
    // In other colours another part of the picture may be taken for skin: what both see counts.
    if copy::is_copy(before.luminance, after.luminance) {
        let mut skin = before.skin.clone();
        skin.zip_mut_with(after.skin, |b, &a| *b &= a);
        let skin = &skin;
        return Registration::Aligned(Box::new(same(View { skin, ..before })));
    }
    let pair = follow::Pair::new(&before, &after);
    let Some((start, peak_ratio)) = follow::placed(&pair, options) else {
        return failed(Reason::TooLittleSkin);
    };
    let levels = follow::levels(&pair);
    let followed = follow::followed(&pair, &levels, &start, scale, options);
    // The same picture in other colours or another file must give exactly nothing.
    let rest = follow::at_rest(&pair, &followed).and_then(|rest| {
        let mut audits = doubt::audits(&pair, &levels, &rest, scale).peekable();
        let still = doubt::is_still(audits.peek()?);
        let audits: Option<Vec<_>> = still.then(|| audits.collect());
        audits.map(|audits| (rest, audits))
    });
    let still = rest.is_some();
    let (sheet, audits) = rest.unwrap_or_else(|| {
        let audits = doubt::audits(&pair, &levels, &followed, scale).collect();
        (followed, audits)
    });
    let sheet = if still {
        sheet
    } else {
        audits[0].settled(&sheet)
    };
    let mut alignment = doubt::judged(&pair, &sheet, &audits, peak_ratio);
    let needed = doubt::needed(&audits);
    if alignment.agreement < needed {
        let found = alignment.agreement;
        return failed(Reason::NoAgreement { found, needed });
    }
    if alignment.overlap < LEAST_OVERLAP {
        return failed(Reason::TooLittleOverlap {
            found: alignment.overlap,
            needed: LEAST_OVERLAP,
        });
    }
    holes::fill(
        &mut alignment.confidence,
        before.skin,
        0.5 * follow::finest_wave(pair.size(), scale, options),
    );
    if still {
        alignment.x = columns_of(pair.size());
        alignment.y = rows_of(pair.size());
        alignment.identity = true;
    }
    Registration::Aligned(Box::new(alignment))
}

fn failed(reason: Reason) -> Registration {
    Registration::Failed { reason }
}

fn columns_of(size: (usize, usize)) -> Field {
    Field::from_shape_fn(size, |(_, x)| x as f32)
}

fn rows_of(size: (usize, usize)) -> Field {
    Field::from_shape_fn(size, |(y, _)| y as f32)
}

/// Whether the after picture, as it lies, is the before picture in other colours or saved again:
/// both of one size, as they come from the files.
#[must_use]
pub fn is_recoloured(before: &Field, after: &Field) -> bool {
    copy::is_copy(before, after)
}

/// A picture and itself.
fn same(view: View) -> Alignment {
    let size = view.luminance.dim();
    Alignment {
        x: columns_of(size),
        y: rows_of(size),
        confidence: view.skin.mapv(|s| f32::from(u8::from(s))),
        overlap: 1.0,
        residual_px: 0.0,
        agreement: 1.0,
        peak_ratio: f64::INFINITY,
        scale: 1.0,
        identity: true,
    }
}
