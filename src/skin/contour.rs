//! Large sharp edges: where one thing ends in front of another (jaw against wall, nose wing, lips,
//! ears, clothes, cast shadows). A scar's edge may be as sharp but is never as long.

use super::colour::LogColour;
use super::lines::Extent;
use crate::filter::{gaussian, gradient, label};
use crate::raster::{Field, Mask, from_rows, row, zip2, zip3};

/// Edge strengths in log units per mm after a blur of [`super::Options::contour_blur_mm`]; a sharp
/// step of s log units reads s / (2.5 · blur).
pub(super) struct Thresholds {
    pub low: f32,
    pub high: f32,
    /// Shortest contour, px.
    pub length: f32,
}

/// Weight of chroma against luminance: skin differs from skin-coloured things in chroma by little,
/// but shade and folds by almost nothing.
const CHROMA_WEIGHT: f32 = 2.0;

/// Gradient of luminance and chroma together, log units per px.
pub(super) fn strength(colour: &LogColour, blur: f32) -> (Field, Field, Field) {
    let part = |f: &Field| gradient(&gaussian(f, blur));
    let (lx, ly) = part(&colour.luminance);
    let (rx, ry) = part(&colour.red);
    let (yx, yy) = part(&colour.yellow);
    let square = |a: &Field, b: &Field| zip2(a, b, |a, b| a * a + b * b);
    let total = zip3(
        &square(&lx, &ly),
        &square(&rx, &ry),
        &square(&yx, &yy),
        |l, r, y| (l + CHROMA_WEIGHT * CHROMA_WEIGHT * (r + y)).sqrt(),
    );
    (total, lx, ly)
}

/// Long sharp edges, one or two pixels wide.
pub(super) fn find(colour: &LogColour, blur: f32, per_mm: f32, limits: &Thresholds) -> Mask {
    let (strength, _, _) = strength(colour, blur);
    let (low, high) = (limits.low / per_mm, limits.high / per_mm);
    let (rows, columns) = strength.dim();
    let crest = from_rows(rows, columns, |y, out: &mut [bool]| {
        let up = row(&strength, y.saturating_sub(1));
        let here = row(&strength, y);
        let down = row(&strength, (y + 1).min(rows - 1));
        for (x, o) in out.iter_mut().enumerate() {
            let (l, r) = (x.saturating_sub(1), (x + 1).min(columns - 1));
            let s = here[x];
            // A crest in at least one of the four directions across.
            let highest = |a: f32, b: f32| s > a && s >= b;
            *o = s > low
                && (highest(here[l], here[r])
                    || highest(up[x], down[x])
                    || highest(up[l], down[r])
                    || highest(up[r], down[l]));
        }
    });
    let (labels, sizes) = label(&crest);
    let mut extents = vec![Extent::EMPTY; sizes.len()];
    for ((y, x), &id) in labels.indexed_iter() {
        if id > 0 {
            extents[id as usize - 1].add(y, x, strength[[y, x]] > high);
        }
    }
    let keep: Vec<bool> = extents
        .iter()
        .map(|e| e.diagonal() >= limits.length && e.marked() as f32 >= 0.5 * limits.length)
        .collect();
    labels.mapv(|id| id > 0 && keep[id as usize - 1])
}
