//! Whether one photo is a copy of the other, however recoloured.

use crate::filter::gaussian;
use crate::normalise::AlignedImage;
use crate::raster::{Field, LinearImage, Mask, map, zip2};
use crate::register;
use crate::stats::quantile;

/// Side, px, of the squares in which two photos' noise is compared.
const SQUARE: usize = 32;

/// Whether one photo is a copy of the other: laid onto it without moving anything, its finest detail,
/// sensor noise included, is the same in nearly every square.
///
/// Two exposures never share their noise, however still the camera stands.
#[must_use]
pub fn is_copy(before: &LinearImage, after: &AlignedImage, measured: &Mask) -> bool {
    /// Correlation that noise of its own would break.
    const SAME: f32 = 0.9;
    /// Share of squares allowed to differ: a caption, a compression block.
    const OTHERS: f64 = 0.02;
    if register::is_recoloured(&before.luminance(), &after.image().luminance()) {
        return true;
    }
    let finest = |image: &LinearImage| {
        let log = map(&image.luminance(), |v| v.max(0.003).ln());
        zip2(&log, &gaussian(&log, 1.0), |l, g| l - g)
    };
    let (b, a) = (finest(before), finest(after.image()));
    let mut correlations = square_correlations(&b, &a, measured);
    quantile(&mut correlations, OTHERS).is_some_and(|c| c > SAME)
}

fn square_correlations(b: &Field, a: &Field, measured: &Mask) -> Vec<f32> {
    let (rows, columns) = measured.dim();
    let mut correlations = Vec::new();
    for top in (0..rows.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
        for left in (0..columns.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
            let part = ndarray::s![top..top + SQUARE, left..left + SQUARE];
            if !measured.slice(part).iter().all(|&m| m) {
                continue;
            }
            let (mut bb, mut ab, mut aa) = (0.0f64, 0.0, 0.0);
            for (&b, &a) in b.slice(part).iter().zip(a.slice(part).iter()) {
                bb += f64::from(b * b);
                ab += f64::from(a * b);
                aa += f64::from(a * a);
            }
            if bb > 0.0 && aa > 0.0 {
                correlations.push((ab / (aa * bb).sqrt()) as f32);
            }
        }
    }
    correlations
}
