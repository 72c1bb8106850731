//! Hair: single ones, and regions of it.

use super::colour::{Cluster, LogColour};
use super::lines::{self, Lines};
use crate::filter::gaussian;
use crate::raster::{Field, Mask, map, zip2, zip3};
use crate::units::PixelsPerMm;

/// Width of the line filter, mm and least px: hairs are 0.05 to 0.1 mm, blurred by the lens.
const LINE_SIGMA_MM: f64 = 0.12;
const LINE_SIGMA_LEAST: f32 = 0.9;
/// Line strength from which a single hair goes on and starts, log units (a third of its contrast).
const LINE_STRENGTH: [f32; 2] = [0.03, 0.06];
/// Neighbourhoods over which hair is judged as dense: line strength and direction, mm standard
/// deviation. A brow is 5 to 10 mm wide.
pub(super) const DENSITY_SIGMA_MM: f64 = 1.5;
const DIRECTION_SIGMA_MM: f64 = 1.0;

fn line_sigma(scale: PixelsPerMm) -> f32 {
    (scale.px(LINE_SIGMA_MM) as f32).max(LINE_SIGMA_LEAST)
}

/// The dark lines that both judgements look at.
pub(super) fn dark_lines(colour: &LogColour, scale: PixelsPerMm) -> Lines {
    lines::lines(&colour.luminance, line_sigma(scale))
}

/// Thin dark lines at least `length_mm` long.
pub(super) fn single(colour: &LogColour, dark: &Lines, scale: PixelsPerMm, length_mm: f64) -> Mask {
    let thin = lines::thin_crest(&colour.luminance, dark, line_sigma(scale));
    let [low, high] = LINE_STRENGTH;
    lines::long_lines(&thin, low, high, scale.px(length_mm) as f32)
}

/// Regions of dense hair: how much four things together speak for hair and against rough, scarred or
/// shining skin, each 0 where neither is favoured. The sum is in the manner of log odds; its weights
/// were set by hand on some 30 patches of brows, beards, rough, scarred and shining skin in clinic
/// photos, and part them with room on both sides.
///
/// Hair has strong dark lines, all in one direction, is darker than skin, and its dark parts are
/// less red than skin, where shade on skin is more so.
pub(super) fn dense(
    colour: &LogColour,
    cluster: &Cluster,
    dark_lines: &Field,
    scale: PixelsPerMm,
) -> Field {
    /// Mean line strength, log units, of the roughest skin; of hair it is 0.02 to 0.06.
    const ROUGHEST: f32 = 0.02;
    /// One line counts no more than this: an outline is not a field of hair.
    const STRONGEST: f32 = 0.12;
    /// Least strength believed: below, nothing is known.
    const LEAST: f32 = 0.002;
    /// Coherence of rough skin is 0.2 to 0.45, of hair 0.45 to 0.75.
    const COHERENCE: [f32; 2] = [0.45, 6.0]; // neutral, weight
    /// More coherent than this is one line or one edge, and no more hair-like for it.
    const COHERENCE_MOST: f32 = 0.65;
    /// Skin's own shade reaches this many log units below its median ...
    const DROP: [f32; 2] = [0.8, 0.5]; // neutral, weight
    /// ... and what is darker than this is no more hair-like for it.
    const DROP_MOST: f32 = 2.5;
    const REDNESS: f32 = 2.0; // weight
    let px = |mm: f64| scale.px(mm) as f32;
    let near = px(DIRECTION_SIGMA_MM);
    let strength = gaussian(&map(dark_lines, |s| s.min(STRONGEST)), px(DENSITY_SIGMA_MM));
    let coherence = lines::coherence(&colour.luminance, line_sigma(scale), near);
    let level = gaussian(&colour.luminance, near);
    let deficit = gaussian(&cluster.red_deficit(colour), near);
    let lines = zip2(&strength, &coherence, |s, c| {
        (s.max(LEAST) / ROUGHEST).ln() + COHERENCE[1] * (c.min(COHERENCE_MOST) - COHERENCE[0])
    });
    zip3(&lines, &level, &deficit, |e, l, d| {
        let drop = (cluster.luminance - l).clamp(0.0, DROP_MOST);
        e + DROP[1] * (drop - DROP[0]) + REDNESS * d.clamp(-0.5, 0.5)
    })
}
