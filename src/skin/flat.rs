//! Areas with no fine structure at all: black boxes, blurred or pixelated eyes, burnt-in panels,
//! letterbox borders. A camera's picture of skin always has noise and texture; what was painted has
//! none.

use crate::filter::{dilate, erode, gaussian};
use crate::raster::{Field, Mask, from_rows, map, masked, row, zip2};
use crate::stats::quantile;

/// Window over which flatness is judged, px standard deviation; about 200 px² take part.
const WINDOW: f32 = 4.0;
/// Fine structure, 8-bit steps, that rounding to 8 bit alone leaves: a pixel is off by 0.29 steps,
/// luminance by 0.75 of that, and the difference to the mean of four neighbours by 1.12 of that; its
/// mean size is 0.2, a little more after a second rounding. Skin seen by a camera has 0.6 and more.
const ROUNDING: f32 = 0.4;
/// Share of what the photo's own skin has: where the whole photo is smooth, nothing is painted.
const OF_SKIN: f32 = 0.6;
/// More than this in one pixel, 8-bit steps, says no more than that: the edges of pixelated blocks,
/// text over a blurred area.
const CAP: f32 = 1.2;
/// A pixel is still below this, 8-bit steps; inside a painted block nothing but the codec moves ...
const STILL: f32 = 0.12;
/// ... and such blocks, together with their strong edges, have at least this share of still pixels;
/// skin has 0.1 to 0.25.
const STILL_SHARE: f32 = 0.45;

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

/// Places that hold nothing but rounding and far less than the photo's own skin (`skin`: a first
/// guess), at least `least` px across; gaps up to as wide (text over them) are closed.
/// `blocks`: standard deviation, px, of the window over which pixelated areas are judged.
pub(super) fn find(log_luminance: &Field, skin: &Mask, least: f32, blocks: f32) -> Mask {
    // sRGB is near a power of 1/2.2: a step of 8 bit changes ln Y by 2.2 / code.
    let steps = zip2(&fine_structure(log_luminance), log_luminance, |f, l| {
        (f * (l / 2.2).exp() * 255.0 / 2.2).min(CAP)
    });
    let local = gaussian(&steps, WINDOW);
    let mut on_skin = masked(&local, skin);
    // The median would be dragged down where a blurred ellipse is a third of the first guess.
    let Some(usual) = quantile(&mut on_skin, 0.6) else {
        return Mask::from_elem(local.dim(), false);
    };
    let limit = ROUNDING.min(OF_SKIN * usual);
    let still_limit = STILL.min(0.5 * OF_SKIN * usual);
    let still = gaussian(&map(&steps, |s| f32::from(s < still_limit)), blocks);
    let flat: Mask = from_rows(local.nrows(), local.ncols(), |y, out| {
        let lines = row(&local, y).iter().zip(row(&still, y));
        for (o, (&local, &still)) in out.iter_mut().zip(lines) {
            *o = local <= limit || still > STILL_SHARE;
        }
    });
    let core = erode(&flat, 0.5 * least);
    fill_gaps(
        &erode(&dilate(&core, 0.75 * least), 0.25 * least),
        least as usize,
    )
}

/// Fills gaps of at most `most` px between two parts in one row or one column: lines of text over a
/// blurred area.
fn fill_gaps(mask: &Mask, most: usize) -> Mask {
    let (rows, columns) = mask.dim();
    let mut filled = mask.clone();
    let set = |y: usize| (0..).zip(row(mask, y)).filter(|(_, m)| **m).map(|(x, _)| x);
    for y in 0..rows {
        let mut last = None;
        for x in set(y) {
            if let Some(from) = last.filter(|from| x - from <= most) {
                (from..x).for_each(|u| filled[[y, u]] = true);
            }
            last = Some(x);
        }
    }
    let mut last = vec![None; columns];
    for y in 0..rows {
        for x in set(y) {
            if let Some(from) = last[x].filter(|from| y - from <= most) {
                (from..y).for_each(|v| filled[[v, x]] = true);
            }
            last[x] = Some(y);
        }
    }
    filled
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
