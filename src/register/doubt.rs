//! How far to believe a map: squares of fine texture are sought afresh around where it puts them.
//!
//! The sheet has few degrees of freedom, a search has many places to go wrong: a square of another
//! person's cheek is found anywhere in the search's range, so that agreement by chance is known.

use super::follow::{Pair, longer, sides};
use super::patches::{Patch, Search, sought};
use super::picture::Picture;
use super::sheet::Sheet;
use super::{Alignment, CONFIDENT};
use crate::filter::{bilinear, gaussian};
use crate::raster::{Field, from_rows, zip3};
use crate::stats::median;

/// The audit's squares and range, px of its level.
const SEARCH: Search = Search {
    half: 12,
    step: 8,
    radius: 6,
};

/// A square found within this distance of the map agrees with it, px of the level.
const AGREES: f32 = 1.5;

/// Correlation below which a square found is found by accident.
const FOUND: f32 = 0.25;

/// Squares of the neighbourhood that has a say in a pixel's confidence, standard deviation.
const NEIGHBOURS: f32 = 1.5;

pub(super) struct Audit {
    before: Picture,
    after: Picture,
    patches: Vec<Patch>,
}

/// Searches afresh at the finest level.
pub(super) fn audit(pair: &Pair, sheet: &Sheet) -> Audit {
    let long = longer(pair.size());
    let side = sides(long).last().copied().unwrap_or(long);
    at_level(pair, sheet, side)
}

fn at_level(pair: &Pair, sheet: &Sheet, side: f64) -> Audit {
    let before = pair.before(side);
    let scale = sheet.scale(pair.size()).clamp(0.2, 5.0);
    let after = pair.after(before.factor, scale).laid_onto(&before, sheet);
    let patches = sought(&before, &after, &SEARCH);
    Audit {
        before,
        after,
        patches,
    }
}

/// Share of agreements that chance gives a search.
fn chance() -> f64 {
    let places = (2 * SEARCH.radius - 1) as f64;
    std::f64::consts::PI * f64::from(AGREES * AGREES) / (places * places)
}

fn miss(patch: &Patch) -> Option<f32> {
    let (dx, dy) = patch.offset?;
    (patch.correlation >= FOUND).then(|| dx.hypot(dy))
}

fn agrees(patch: &Patch) -> bool {
    miss(patch).is_some_and(|m| m <= AGREES)
}

fn beyond_chance(share: f64) -> f64 {
    ((share - chance()) / (1.0 - chance())).max(0.0)
}

impl Audit {
    /// Share of squares found where the map says, less chance.
    pub fn agreement(&self) -> f64 {
        let agreeing = self.patches.iter().filter(|p| agrees(p)).count();
        beyond_chance(agreeing as f64 / self.patches.len().max(1) as f64)
    }
}

/// How much of the before skin a map explains at the level `side`: agreeing squares, each counted
/// with its correlation, per square of before skin.
pub(super) fn explained(pair: &Pair, sheet: &Sheet, side: f64) -> f64 {
    let audit = at_level(pair, sheet, side);
    let all = f64::from(audit.before.skin.sum()) / (SEARCH.step * SEARCH.step) as f64;
    let agreeing: f64 = audit
        .patches
        .iter()
        .filter(|p| agrees(p))
        .map(|p| f64::from(p.correlation))
        .sum();
    let by_chance = chance() * audit.patches.len() as f64 * f64::from(FOUND);
    (agreeing - by_chance).max(0.0) / all.max(1.0)
}

/// The alignment a sheet stands for.
pub(super) fn judged(pair: &Pair, sheet: &Sheet, audit: &Audit, peak_ratio: f64) -> Alignment {
    let size = pair.size();
    let (x, y) = sheet.fields(size, 1.0);
    let confidence = confidence(audit, size);
    let both: f64 = f64::from(
        zip3(
            &audit.before.skin,
            &audit.after.skin,
            &audit.after.skin,
            |b, a, _| b * a,
        )
        .sum(),
    );
    let mut misses: Vec<f32> = audit
        .patches
        .iter()
        .filter(|p| {
            let at = |i: usize, n: usize| (audit.before.out(i as f64).round() as usize).min(n - 1);
            confidence[[at(p.y, size.0), at(p.x, size.1)]] >= CONFIDENT
        })
        .filter_map(miss)
        .collect();
    let residual = median(&mut misses).unwrap_or(f32::from(SEARCH.radius as u8));
    Alignment {
        x,
        y,
        confidence,
        overlap: both / f64::from(audit.before.skin.sum()).max(1.0),
        residual_px: f64::from(residual) * audit.before.factor,
        agreement: audit.agreement(),
        peak_ratio,
        scale: sheet.scale(size),
        identity: false,
    }
}

/// The share of agreeing squares around every pixel, beyond chance; 0 outside the skin both show.
fn confidence(audit: &Audit, size: (usize, usize)) -> Field {
    /// Squares that must be near for a share to be believed.
    const LEAST: f32 = 0.15;
    let (rows, columns) = audit.before.values.dim();
    let grid = (rows / SEARCH.step + 2, columns / SEARCH.step + 2);
    let mut agreeing = Field::zeros(grid);
    let mut asked = Field::zeros(grid);
    for p in &audit.patches {
        let cell = [p.y / SEARCH.step, p.x / SEARCH.step];
        asked[cell] = 1.0;
        agreeing[cell] = f32::from(u8::from(agrees(p)));
    }
    let agreeing = gaussian(&agreeing, NEIGHBOURS);
    let asked = gaussian(&asked, NEIGHBOURS);
    let share = crate::raster::zip2(&agreeing, &asked, |a, n| {
        let share = f64::from(a / n.max(LEAST));
        beyond_chance(share) as f32
    });
    let first = audit.patches.first().map_or((0.0, 0.0), |_| {
        (
            ((columns - 1) % SEARCH.step / 2) as f64,
            ((rows - 1) % SEARCH.step / 2) as f64,
        )
    });
    let seen = zip3(
        &audit.before.skin,
        &audit.after.skin,
        &audit.before.skin,
        |b, a, _| b * a,
    );
    from_rows(size.0, size.1, |y, out| {
        let v = audit.before.within(y as f64);
        for (x, o) in out.iter_mut().enumerate() {
            let u = audit.before.within(x as f64);
            let inside = bilinear(&seen, u as f32, v as f32) > 0.5;
            let step = SEARCH.step as f64;
            let (i, j) = ((u - first.0) / step, (v - first.1) / step);
            *o = if inside {
                bilinear(&share, i as f32, j as f32).clamp(0.0, 1.0)
            } else {
                0.0
            };
        }
    })
}
