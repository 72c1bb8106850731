//! Areas with no fine structure at all: black boxes, blurred or pixelated eyes, burnt-in panels,
//! letterbox borders. A camera's picture of skin always has noise and texture; what was painted has
//! none.

use crate::filter::{dilate, erode, gaussian};
use crate::raster::{Field, Mask, from_rows, row};
use crate::stats::quantile;

/// Window over which flatness is judged, px standard deviation; about 100 px² take part.
const WINDOW: f32 = 4.0;
/// A pixel is still when its fine structure is below this share of what the photo's skin has ...
const STILL: f32 = 0.12;
/// ... and a place is flat when this share of its pixels are still (pixelated areas have edges).
const FLAT_SHARE: f32 = 0.62;

/// |ln Y less the mean of its four neighbours|.
pub(super) fn fine_structure(log_luminance: &Field) -> Field {
    let (rows, columns) = log_luminance.dim();
    from_rows(rows, columns, |y, out| {
        let up = row(log_luminance, if y > 0 { y - 1 } else { 1.min(rows - 1) });
        let here = row(log_luminance, y);
        let down = row(
            log_luminance,
            if y + 1 < rows {
                y + 1
            } else {
                y.saturating_sub(1)
            },
        );
        for (x, o) in out.iter_mut().enumerate() {
            let (l, r) = (
                if x > 0 { x - 1 } else { 1.min(columns - 1) },
                if x + 1 < columns {
                    x + 1
                } else {
                    x.saturating_sub(1)
                },
            );
            *o = (here[x] - 0.25 * (up[x] + down[x] + here[l] + here[r])).abs();
        }
    })
}

/// Places with far less fine structure than the photo's own skin (`skin`: a first guess), at least
/// `least` px across.
pub(super) fn find(log_luminance: &Field, skin: &Mask, least: f32) -> Mask {
    let fine = fine_structure(log_luminance);
    let mut on_skin: Vec<f32> = fine
        .iter()
        .zip(skin)
        .filter(|&(_, &s)| s)
        .map(|(&f, _)| f)
        .collect();
    // The median would be dragged down where a blurred ellipse is a third of the first guess.
    let Some(usual) = quantile(&mut on_skin, 0.6) else {
        return Mask::from_elem(fine.dim(), false);
    };
    let limit = STILL * usual;
    let still = fine.mapv(|f| if f <= limit { 1.0 } else { 0.0 });
    let flat = gaussian(&still, WINDOW).mapv(|s| s > FLAT_SHARE);
    let core = erode(&flat, 0.5 * least - WINDOW.min(0.4 * least));
    dilate(&core, 0.5 * least)
}

/// Rows and columns at the picture's edge that are all of one colour: frames and letterboxes.
pub(super) fn frame(log_luminance: &Field) -> Mask {
    /// Range of ln Y of a painted line after JPEG.
    const EVEN: f32 = 0.02;
    let (rows, columns) = log_luminance.dim();
    let even = |values: &mut dyn Iterator<Item = f32>| {
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for v in values {
            low = low.min(v);
            high = high.max(v);
        }
        high - low <= EVEN
    };
    let even_row = |y: usize| even(&mut row(log_luminance, y).iter().copied());
    let even_column = |x: usize| even(&mut (0..rows).map(|y| log_luminance[[y, x]]));
    let top = (0..rows).take_while(|&y| even_row(y)).count();
    let bottom = (0..rows).rev().take_while(|&y| even_row(y)).count();
    let left = (0..columns).take_while(|&x| even_column(x)).count();
    let right = (0..columns).rev().take_while(|&x| even_column(x)).count();
    Mask::from_shape_fn((rows, columns), |(y, x)| {
        y < top || y + bottom >= rows || x < left || x + right >= columns
    })
}
