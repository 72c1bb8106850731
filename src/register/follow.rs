//! Coarse to fine: squares are sought around where the sheet puts them, and the sheet is laid anew.

use rayon::prelude::*;

use super::coarse::{self, Similarity};
use super::doubt;
use super::patches::{Patch, Search, sought};
use super::picture::{Picture, Source};
use super::sheet::{Measure, Sheet, Stiffness};
use super::{LEAST_SKIN, Options, View};
use crate::units::PixelsPerMm;

/// Longer side of the picture on which whole pictures are compared, px.
const WHOLE: f64 = 144.0;

/// Longer side of the pictures on which candidates are judged, px.
const TRIAL: [f64; 2] = [160.0, 256.0];

/// Longer sides of the levels after that, px; the last is the picture itself or this.
const LEVELS: [f64; 6] = [400.0, 640.0, 1024.0, 1600.0, 2560.0, 4096.0];

/// Longer side of the copies from which all smaller levels are made, px.
const BASE: f64 = 512.0;

/// Standard deviation of the Gaussian over which local mean and contrast are taken, px of the level.
pub(super) const WINDOW: f32 = 8.0;

/// Correlation from which a square has a say.
const FOUND: f32 = 0.3;

/// Offset that a measurement this good cannot resolve anyway, px of the level.
const RESOLVED: f32 = 0.2;

/// Independent looks per pixel of a square; neighbouring pixels tell much the same.
const LOOKS: f32 = 0.1;

/// Nodes of a sheet per wavelength of its stiffness.
const NODES_PER_WAVE: f64 = 4.0;

/// Nodes along the longer side at most.
const MOST_NODES: f64 = 30.0;

/// Both photos, and copies from which the small levels are made.
pub(super) struct Pair<'a> {
    before: View<'a>,
    after: View<'a>,
    small: (Source, Source),
}

impl<'a> Pair<'a> {
    pub fn new(before: &View<'a>, after: &View<'a>) -> Self {
        let base = |v: &View| Source::new(v, longer(v.luminance.dim()) / BASE);
        Self {
            before: *before,
            after: *after,
            small: (base(before), base(after)),
        }
    }

    /// (rows, columns) of the before picture.
    pub fn size(&self) -> (usize, usize) {
        self.before.luminance.dim()
    }

    /// The before picture with its longer side `side` px.
    pub fn before(&self, side: f64) -> Picture {
        level(&self.small.0, &self.before, longer(self.size()) / side)
    }

    /// The after picture at the same magnification as the before picture reduced `factor` times,
    /// where the after photo shows `scale` px per before px.
    pub fn after(&self, factor: f64, scale: f64) -> Picture {
        level(&self.small.1, &self.after, factor * scale)
    }
}

fn level(small: &Source, view: &View, factor: f64) -> Picture {
    let factor = factor.max(1.0);
    if factor >= small.factor {
        small.picture(factor, WINDOW)
    } else {
        Source::new(view, factor).picture(factor, WINDOW)
    }
}

pub(super) fn longer(size: (usize, usize)) -> f64 {
    size.0.max(size.1) as f64
}

/// The best whole-picture placement, followed to the last trial level, and how many times better
/// than the second best it does; `None` without skin.
pub(super) fn placed(pair: &Pair, options: &Options) -> Option<(Sheet, f64)> {
    let before = pair.before(WHOLE);
    let after = level(
        &pair.small.1,
        &pair.after,
        longer(pair.after.luminance.dim()) / WHOLE,
    );
    let share = |p: &Picture| f64::from(p.skin.sum()) / p.skin.len() as f64;
    if share(&before).min(share(&after)) < LEAST_SKIN {
        return None;
    }
    let mut starts: Vec<Similarity> = match options.start {
        Some(start) => vec![start],
        None => coarse::candidates(&before, &after, options)
            .into_iter()
            .map(|c| c.similarity)
            .collect(),
    };
    if options.start.is_none() && pair.size() == pair.after.luminance.dim() {
        // The same photo in other colours is worth a look whatever the correlation says.
        starts.push(IDENTITY);
    }
    let mut trials: Vec<(Sheet, f64)> = starts
        .into_par_iter()
        .map(|start| tried(pair, &start))
        .collect();
    trials.sort_by(|p, q| q.1.total_cmp(&p.1));
    let best = trials.first()?.clone();
    // A candidate that arrives at the same place is no rival.
    let rival = trials[1..]
        .iter()
        .find(|t| differ(&t.0, &best.0, pair.size()) > RIVAL)
        .map_or(0.0, |t| t.1);
    Some((best.0, best.1 / rival.max(1e-3)))
}

const IDENTITY: Similarity = Similarity {
    a: 1.0,
    b: 0.0,
    x: 0.0,
    y: 0.0,
};

/// Two sheets farther apart than this share of the picture's longer side are rivals.
const RIVAL: f64 = 0.03;

/// Median distance between two sheets on a grid, as a share of the picture's longer side.
fn differ(p: &Sheet, q: &Sheet, size: (usize, usize)) -> f64 {
    const GRID: usize = 8;
    let mut distances: Vec<f32> = (0..GRID * GRID)
        .map(|i| {
            let x = ((i % GRID) as f64 + 0.5) * size.1 as f64 / GRID as f64;
            let y = ((i / GRID) as f64 + 0.5) * size.0 as f64 / GRID as f64;
            let (p, q) = (p.at(x, y), q.at(x, y));
            (p.0 - q.0).hypot(p.1 - q.1) as f32
        })
        .collect();
    let scale = p.scale(size).max(1e-3);
    f64::from(crate::stats::median(&mut distances).unwrap_or(0.0)) / (longer(size) * scale)
}

/// A candidate followed on the small levels, and how much of the before skin it explains.
fn tried(pair: &Pair, start: &Similarity) -> (Sheet, f64) {
    let size = pair.size();
    let long = longer(size);
    // At first nearly no bending: wide waves only.
    let mut sheet = Sheet::new(size, long / 6.0, start);
    for (side, radius, waves) in [
        (TRIAL[0], 7, 0.3),
        (TRIAL[0], 5, 0.7),
        (TRIAL[1], 5, 1.5),
        (TRIAL[1], 3, 2.0),
    ] {
        let search = Search {
            half: 11,
            step: 8,
            radius,
        };
        sheet = laid(pair, &sheet, side, &search, long / waves);
    }
    let score = doubt::explained(pair, &sheet, TRIAL[1]);
    (sheet, score)
}

/// The sheet after one search on the level whose longer side is `side` px; waves of `wavelength`
/// before px are followed to a half.
fn laid(pair: &Pair, sheet: &Sheet, side: f64, search: &Search, wavelength: f64) -> Sheet {
    let size = pair.size();
    let before = pair.before(side);
    let scale = sheet.scale(size).clamp(0.2, 5.0);
    let after = pair.after(before.factor, scale);
    let after = after.laid_onto(&before, sheet);
    let patches = sought(&before, &after, search);
    let measures: Vec<Measure> = patches
        .iter()
        .filter_map(|p| measure(p, &before, sheet, search))
        .collect();
    let stiffness = Stiffness {
        wavelength,
        spacing: search.step as f64 * before.factor,
        outlier: OUTLIER * before.factor * scale,
    };
    let spacing = (wavelength / NODES_PER_WAVE)
        .min(longer(size) / 5.0)
        .max(longer(size) / MOST_NODES);
    sheet.respaced(size, spacing).fitted(&measures, &stiffness)
}

/// Disagreement with the sheet at which a square has lost three quarters of its say, px of the level.
const OUTLIER: f64 = 1.0;

/// What a square found says about the sheet, and how loudly.
fn measure(patch: &Patch, before: &Picture, sheet: &Sheet, search: &Search) -> Option<Measure> {
    let (dx, dy) = patch.offset?;
    if patch.correlation < FOUND {
        return None;
    }
    let (x, y) = (patch.x as f64, patch.y as f64);
    let from = (before.out(x), before.out(y));
    let to = sheet.at(before.out(x + f64::from(dx)), before.out(y + f64::from(dy)));
    let side = (2 * search.half + 1) as f32;
    let gain = LOOKS * side * side / (1.05 - patch.correlation);
    let trust = ((patch.correlation - FOUND) / (1.0 - FOUND)).clamp(0.0, 1.0);
    let weight = saturated(patch.curvature.map(|c| c * gain * RESOLVED * RESOLVED));
    Some(Measure {
        from,
        to,
        weight: weight.map(|w| f64::from(w * trust)),
    })
}

/// The symmetric matrix M (xx, xy, yy) turned into M (M + 1)^-1: eigenvalues from 0 to 1.
fn saturated([xx, xy, yy]: [f32; 3]) -> [f32; 3] {
    // M (M + I)^-1 = I - (M + I)^-1.
    let (a, d) = (xx + 1.0, yy + 1.0);
    let determinant = (a * d - xy * xy).max(1e-6);
    [
        1.0 - d / determinant,
        xy / determinant,
        1.0 - a / determinant,
    ]
}

/// The placement followed to the finest level.
pub(super) fn followed(pair: &Pair, start: &Sheet, scale: PixelsPerMm, options: &Options) -> Sheet {
    let long = longer(pair.size());
    let finest = scale.px(options.bending_mm).min(long / LEAST_WAVES);
    let mut sheet = start.clone();
    for side in sides(long) {
        // The wavelength shrinks with the level's pixels, down to the finest.
        let wavelength = (WAVE_PX * long / side).max(finest);
        for radius in [4, 3] {
            let search = Search {
                half: 12,
                step: 8,
                radius,
            };
            sheet = laid(pair, &sheet, side, &search, wavelength);
        }
    }
    sheet
}

/// A wave that a level may follow, px of the level.
const WAVE_PX: f64 = 120.0;

/// The finest wavelength is at most this part of the longer side: a guessed scale may be far off.
const LEAST_WAVES: f64 = 4.0;

/// Longer sides of the levels for a picture with longer side `long`, the last at most `long`.
pub(super) fn sides(long: f64) -> Vec<f64> {
    let mut sides: Vec<f64> = LEVELS
        .iter()
        .copied()
        .filter(|&s| s < long / 1.15)
        .collect();
    sides.push(long.min(LEVELS[LEVELS.len() - 1]));
    sides
}
