//! Coarse to fine: squares are sought around where the sheet puts them, and the sheet is laid anew.

use rayon::prelude::*;

use super::affine::Affine;
use super::blocks::{BLOCK, Padded, Search, middle};
use super::coarse;
use super::doubt;
use super::patches::{Patch, sought};
use super::picture::{Picture, Source};
use super::sheet::{Measure, Sheet, Stiffness};
use super::{LEAST_SKIN, Options, View};
use crate::units::PixelsPerMm;

/// Longer side of the picture on which whole pictures are compared, px.
const WHOLE: f64 = 144.0;

/// Levels on which candidates are judged: longer side, px; and the passes there: radius of the
/// search, px, and wavelength followed, in longer sides. At first hardly any bending.
const TRIAL: [(f64, &[(usize, f64)]); 2] = [
    (160.0, &[(7, 3.0), (5, 1.5)]),
    (256.0, &[(5, 0.67), (3, 0.5)]),
];

/// Longer sides of the levels after that, px; the last is the picture itself or this.
const LEVELS: [f64; 6] = [400.0, 640.0, 1024.0, 1600.0, 2560.0, 4096.0];

/// Longer side of the copies from which all smaller levels are made, px.
const BASE: f64 = 512.0;

/// Standard deviation of the Gaussian over which local mean and contrast are taken, px of the level.
pub(super) const WINDOW: f32 = 8.0;

/// The same on levels that are made from the whole picture. When a lamp is turned, light and shade move on
/// a slope by a share of its width, so the narrower what is compared, the less the map follows the lamp: on
/// eight phantoms of development the median error fell from 0.14 to 0.12 px. (Narrower still, real photos
/// that are a little soft agree on less skin.)
const FINE_WINDOW: f32 = 4.0;

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

    /// The after picture at the same magnification as a `before` picture, as `sheet` lies.
    pub fn after_like(&self, before: &Picture, sheet: &Sheet) -> Picture {
        let scale = sheet.scale(self.size()).clamp(0.2, 5.0);
        level(&self.small.1, &self.after, before.factor * scale)
    }
}

fn level(small: &Source, view: &View, factor: f64) -> Picture {
    let factor = factor.max(1.0);
    if factor >= small.factor {
        small.picture(factor, WINDOW)
    } else {
        Source::new(view, factor).picture(factor, FINE_WINDOW)
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
    let mut starts: Vec<Affine> = match options.start {
        Some(start) => vec![start],
        None => coarse::candidates(&before, &after, options)
            .into_iter()
            .map(|c| c.similarity.into())
            .collect(),
    };
    if options.start.is_none() && pair.size() == pair.after.luminance.dim() {
        // The same photo in other colours is worth a look whatever the correlation says.
        starts.push(IDENTITY);
    }
    let levels = TRIAL.map(|(side, _)| Level::new(pair.before(side)));
    let mut trials: Vec<(Sheet, f64)> = starts
        .into_par_iter()
        .map(|start| tried(pair, &levels, &start))
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

const IDENTITY: Affine = Affine {
    linear: [[1.0, 0.0], [0.0, 1.0]],
    origin: [0.0; 2],
};

/// The identity, if the pictures are of one size and `sheet` comes near it.
pub(super) fn at_rest(pair: &Pair, sheet: &Sheet) -> Option<Sheet> {
    /// Median distance, as a share of the longer side.
    const NEAR: f64 = 0.003;
    let size = pair.size();
    let rest = Sheet::new(size, longer(size) / 6.0, &IDENTITY);
    let near = size == pair.after.luminance.dim() && differ(sheet, &rest, size) < NEAR;
    near.then_some(rest)
}

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
fn tried(pair: &Pair, levels: &[Level; 2], start: &Affine) -> (Sheet, f64) {
    let long = longer(pair.size());
    let mut sheet = Sheet::new(pair.size(), long / 6.0, start);
    for (level, (_, passes)) in levels.iter().zip(TRIAL) {
        let stage = Stage::new(pair, level, &sheet);
        for &(radius, wave) in passes {
            let pass = Pass {
                search: Search { blocks: 3, radius },
                outlier: LENIENT,
                rounds: ROUNDS,
                wavelength: wave * long,
            };
            sheet = stage.laid(&sheet, &pass);
        }
    }
    let score = doubt::explained(pair, &levels[1], &sheet);
    (sheet, score)
}

/// One search of all squares and one laying of the sheet.
struct Pass {
    search: Search,
    /// Disagreement with the sheet at which a square has lost three quarters of its say, px of the
    /// level.
    outlier: f64,
    rounds: usize,
    /// Waves of this length, before px, are followed to a half.
    wavelength: f64,
}

/// The before picture of a level, made ready for searches.
pub(super) struct Level {
    pub before: Picture,
    pub padded: Padded,
}

impl Level {
    pub fn new(before: Picture) -> Self {
        let padded = Padded::new(&before);
        Self { before, padded }
    }
}

/// Both pictures of a level.
struct Stage<'a> {
    level: &'a Level,
    after: Picture,
}

impl<'a> Stage<'a> {
    fn new(pair: &Pair, level: &'a Level, sheet: &Sheet) -> Self {
        let after = pair.after_like(&level.before, sheet);
        Self { level, after }
    }

    fn laid(&self, sheet: &Sheet, pass: &Pass) -> Sheet {
        let before = &self.level.before;
        let size = before.size;
        let after = self.after.laid_onto(before, sheet);
        let patches = sought(&self.level.padded, &Padded::new(&after), &pass.search);
        let measures: Vec<Measure> = patches
            .par_iter()
            .filter_map(|p| measure(p, before, sheet, &pass.search))
            .collect();
        let stiffness = Stiffness {
            wavelength: pass.wavelength,
            spacing: BLOCK as f64 * before.factor,
            outlier: pass.outlier * before.factor * sheet.scale(size),
            rounds: pass.rounds,
        };
        let spacing = (pass.wavelength / NODES_PER_WAVE)
            .min(longer(size) / 5.0)
            .max(longer(size) / MOST_NODES);
        sheet.respaced(size, spacing).fitted(&measures, &stiffness)
    }
}

/// What a square found says about the sheet, and how loudly.
fn measure(patch: &Patch, before: &Picture, sheet: &Sheet, search: &Search) -> Option<Measure> {
    let (dx, dy) = patch.offset?;
    if patch.correlation < FOUND {
        return None;
    }
    let (rows, columns) = before.values.dim();
    let (x, y) = (middle(patch.column, columns), middle(patch.row, rows));
    let from = (before.out(x), before.out(y));
    let to = sheet.at(before.out(x + f64::from(dx)), before.out(y + f64::from(dy)));
    let side = search.side() as f32;
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

/// The levels on which a placement is followed and audited, the finest last.
pub(super) fn levels(pair: &Pair) -> Vec<Level> {
    let sides = sides(longer(pair.size())).into_iter();
    sides.map(|side| Level::new(pair.before(side))).collect()
}

/// Wavelength, px, of which the alignment follows half at the finest level.
pub(super) fn finest_wave(size: (usize, usize), scale: PixelsPerMm, options: &Options) -> f64 {
    scale.px(options.bending_mm).min(longer(size) / LEAST_WAVES)
}

/// The placement followed to the finest of the `levels`.
pub(super) fn followed(
    pair: &Pair,
    levels: &[Level],
    start: &Sheet,
    scale: PixelsPerMm,
    options: &Options,
) -> Sheet {
    let finest = finest_wave(pair.size(), scale, options);
    let mut sheet = start.clone();
    for (n, level) in levels.iter().enumerate() {
        let stage = Stage::new(pair, level, &sheet);
        // What coarser levels left is less than a search of the second pass reaches.
        let passes = &PASSES[usize::from(n >= SETTLED)..];
        for &(radius, outlier) in passes {
            let last = n + 1 == levels.len() && radius == PASSES[PASSES.len() - 1].0;
            let pass = Pass {
                search: Search { blocks: 4, radius },
                outlier: if last { STRICT } else { outlier },
                rounds: if last { ROUNDS } else { ON_THE_WAY },
                wavelength: (WAVE_PX * level.before.factor).max(finest),
            };
            sheet = stage.laid(&sheet, &pass);
        }
    }
    sheet
}

/// Disagreement that costs a square most of its say, px of the level: while the sheet is still
/// being found, half a search's range.
const LENIENT: f64 = 3.0;

/// The same for the last word, where good squares scatter by a few tenths.
const STRICT: f64 = 1.5;

/// Rounds of reweighting in a fit, and in one that the next fit takes up again.
const ROUNDS: usize = 4;
const ON_THE_WAY: usize = 2;

/// Radius of the search, px, and outlier, px, of the passes on each level.
const PASSES: [(usize, f64); 3] = [(6, LENIENT), (4, LENIENT), (3, LENIENT)];

/// Level from which on the first of [`PASSES`] finds nothing new.
const SETTLED: usize = 2;

/// A wave that a level may follow, px of the level: about six squares that do not overlap would
/// stand in it to either side.
const WAVE_PX: f64 = 80.0;

/// The finest wavelength is at most this part of the longer side: a guessed scale may be far off.
const LEAST_WAVES: f64 = 4.0;

/// Longer sides of the levels for a picture with longer side `long`, the last at most `long`.
fn sides(long: f64) -> Vec<f64> {
    let last = long.min(LEVELS[LEVELS.len() - 1]);
    let coarser = LEVELS.iter().copied().filter(|&s| s < last / 1.15);
    coarser.chain([last]).collect()
}
