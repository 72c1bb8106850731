//! Large sharp edges: where one thing ends in front of another (jaw against wall, nose wing, lips,
//! ears, clothes, cast shadows). A scar's edge may be as sharp but is never as long.

use super::colour::LogColour;
use super::lines::Extent;
use crate::filter::{dilate, gaussian, gradient, label};
use crate::raster::{Field, Mask, from_rows, map, row, zip2, zip3};

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
/// Neighbourhood whose roughness an edge must stand out of, mm standard deviation.
const NEIGHBOURHOOD_MM: f32 = 3.0;
/// How far. A lone edge is about 3 times the root mean square of its neighbourhood, the edges of
/// confluent scars 1.5 to 2 times that of theirs.
const ABOVE_NEIGHBOURHOOD: f32 = 2.0;
/// Share of the least length that must be strong.
const STRONG: f32 = 0.5;
/// A closed outline is 3 times as long as it is wide; a net of scar edges is longer.
const TANGLED: f32 = 4.0;

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
    let (strength, lx, ly) = strength(colour, blur);
    let (low, high) = (limits.low / per_mm, limits.high / per_mm);
    // Root mean square over the neighbourhood, so that rough skin is measured by its own roughness.
    let around = gaussian(&map(&strength, |s| s * s), NEIGHBOURHOOD_MM * per_mm)
        .mapv_into(|v| v.max(0.0).sqrt());
    let (rows, columns) = strength.dim();
    let crest = from_rows(rows, columns, |y, out: &mut [bool]| {
        for (x, o) in out.iter_mut().enumerate() {
            let s = strength[[y, x]];
            *o = s > low
                && s > ABOVE_NEIGHBOURHOOD * around[[y, x]]
                && is_crest(&strength, y, x, lx[[y, x]], ly[[y, x]]);
        }
    });
    // Crests of a diagonal edge may break: join what is a pixel apart.
    let (labels, sizes) = label(&dilate(&crest, 1.0));
    let mut extents = vec![Extent::EMPTY; sizes.len()];
    let mut lengths = vec![0usize; sizes.len()];
    for ((y, x), &id) in labels.indexed_iter() {
        if id > 0 && crest[[y, x]] {
            extents[id as usize - 1].add(y, x, strength[[y, x]] > high);
            lengths[id as usize - 1] += 1;
        }
    }
    let keep: Vec<bool> = extents
        .iter()
        .zip(&lengths)
        .map(|(e, &n)| {
            let reach = e.diagonal();
            reach >= limits.length
                && e.marked() as f32 >= STRONG * limits.length
                && (n as f32) < TANGLED * reach
        })
        .collect();
    from_rows(rows, columns, |y, out| {
        let lines = row(&crest, y).iter().zip(row(&labels, y));
        for (o, (&crest, &id)) in out.iter_mut().zip(lines) {
            // Every crest is in a group.
            *o = crest && keep[id as usize - 1];
        }
    })
}

/// Whether the strength is highest along the gradient of luminance, to a pixel.
fn is_crest(strength: &Field, y: usize, x: usize, gx: f32, gy: f32) -> bool {
    const T: f32 = 0.414_213_57; // tan 22.5°
    let (dy, dx): (isize, isize) = if gy.abs() <= T * gx.abs() {
        (0, 1)
    } else if gx.abs() <= T * gy.abs() {
        (1, 0)
    } else if (gx > 0.0) == (gy > 0.0) {
        (1, 1)
    } else {
        (1, -1)
    };
    let (rows, columns) = strength.dim();
    let at = |k: isize| {
        let v = (y as isize + k * dy).clamp(0, rows as isize - 1);
        let u = (x as isize + k * dx).clamp(0, columns as isize - 1);
        strength[[v as usize, u as usize]]
    };
    let s = strength[[y, x]];
    s >= at(1) && s >= at(-1)
}
