//! How far to believe a map: squares of texture are sought afresh around where it puts them.
//!
//! The sheet has few degrees of freedom, a search has many places to go wrong: a square of another
//! person's cheek is found anywhere in the search's range, so that agreement by chance is known.
//! The finest texture speaks first; where it is gone (smoother skin after a treatment, a softer
//! photo) the next coarser levels may speak, as long as their pixels are small beside a scar.

use super::blocks::{BLOCK, Padded, Search, middle, squares};
use super::finest;
use super::follow::{Level, Pair};
use super::patches::{Patch, sought};
use super::picture::Picture;
use super::sheet::Sheet;
use super::{Alignment, CONFIDENT};
use crate::filter::{Between, Rows, gaussian};
use crate::raster::{Field, from_rows, planes_from_rows, row, zip2, zip3};
use crate::stats::{mean, median, quantile};
use crate::units::PixelsPerMm;

/// The audit's squares and range, px of its level.
const SEARCH: Search = Search {
    blocks: 3,
    radius: 6,
};

/// A square found within this distance of the map agrees with it, px of the level.
const AGREES: f32 = 1.5;

/// Correlation below which a square found is found by accident.
const FOUND: f32 = 0.25;

/// Standard deviation of the neighbourhood that has a say in a pixel's confidence, squares.
const NEIGHBOURS: f32 = 1.5;

/// Standard deviation of the neighbourhood that holds the sheet, squares; and the share of it that
/// must have squares: none of the confidence below the first, all of it from the second on.
const AROUND: f32 = 4.0;
const CORNER: f32 = 0.3;
const EDGE: f32 = 0.5;

/// Pixel of the coarsest level that may speak for alignment, mm: a square agrees to 1.5 of them,
/// and scars are 2 mm and wider.
const COARSEST_MM: f64 = 0.25;

/// Where agreeing squares are off by this in the mean, px of the level, the map is wrong there and
/// the confidence has fallen to 1/e.
const OFF: f32 = 0.5;

/// Least agreement beyond chance that is believed. Over 24 clinic pairs of different people or
/// mirrored the most was 0.043 (all others up to 0.03), over the 9 good ones that belong together
/// the least 0.35.
const LEAST_AGREEMENT: f64 = 0.06;

/// Standard deviations of agreement by chance that are not believed either.
const SIGMAS: f64 = 4.0;

/// What a level's squares say.
pub(super) struct Audit<'a> {
    before: &'a Picture,
    after: Picture,
    patches: Vec<Patch>,
}

/// Searches afresh at the finest of the `levels` and at those coarser ones that may speak, finest first.
pub(super) fn audits<'a>(
    pair: &Pair,
    levels: &'a [Level],
    sheet: &Sheet,
    scale: PixelsPerMm,
) -> impl Iterator<Item = Audit<'a>> {
    let speaks = move |level: &Level| scale.mm(level.before.factor) <= COARSEST_MM;
    let levels = levels.iter().rev().enumerate();
    levels
        .filter(move |&(n, level)| n == 0 || speaks(level))
        .map(move |(_, Level { before, padded })| {
            let after = pair.after_like(before, sheet).laid_onto(before, sheet);
            let patches = sought(padded, &Padded::new(&after), &SEARCH);
            Audit {
                before,
                after,
                patches,
            }
        })
}

/// Share of agreements that chance gives a search.
fn chance() -> f64 {
    let places = (2 * SEARCH.radius - 1) as f64;
    std::f64::consts::PI * f64::from(AGREES * AGREES) / (places * places)
}

/// How far off the map a square was found, px of the level, if it agrees.
fn agreeing(patch: &Patch) -> Option<(f32, f32)> {
    let (dx, dy) = patch.offset?;
    (patch.correlation >= FOUND && dx.hypot(dy) <= AGREES).then_some((dx, dy))
}

fn beyond_chance(share: f64) -> f64 {
    ((share - chance()) / (1.0 - chance())).max(0.0)
}

impl Audit<'_> {
    /// Share of squares found where the map says, less chance.
    pub fn agreement(&self) -> f64 {
        let agree = self.patches.iter().filter_map(agreeing).count();
        beyond_chance(agree as f64 / self.patches.len().max(1) as f64)
    }

    /// The sheet that the finest texture settles on; this audit must be of `sheet`.
    pub fn settled(&self, sheet: &Sheet) -> Sheet {
        finest::settled(sheet, self.before, &self.after)
    }

    /// 1 where both pictures show skin, at the level.
    fn seen(&self) -> Field {
        zip2(&self.before.skin, &self.after.skin, |b, a| b * a)
    }
}

/// The least agreement that is believed: what chance might give so many squares, and never less
/// than [`LEAST_AGREEMENT`].
pub(super) fn needed(audits: &[Audit]) -> f64 {
    // Squares overlap three times in each direction, so nine tell as much as one.
    let most = audits.iter().map(|a| a.patches.len()).max().unwrap_or(0);
    let looks = (most as f64 / 9.0).max(1.0);
    let scatter = (chance() * (1.0 - chance()) / looks).sqrt();
    (SIGMAS * scatter).max(LEAST_AGREEMENT)
}

/// Whether the squares of an audit of the identity have not moved at all.
pub(super) fn is_still(audit: &Audit) -> bool {
    /// Correlation from which a square's offset is exact enough to be asked.
    const CLEAR: f32 = 0.7;
    /// Largest mean offset, px, in either direction, of each quarter of the picture: a hand moves
    /// a camera by more.
    const MEAN: f64 = 0.05;
    /// Largest offset, px, of half and of nine tenths of the squares: noise, JPEG, colours.
    const HALF: f32 = 0.2;
    const MOST: f32 = 0.8;
    let clear = || audit.patches.iter().filter(|p| p.correlation >= CLEAR);
    let length = |p: &Patch| p.offset.map_or(f32::MAX, |(x, y)| x.hypot(y));
    let mut lengths: Vec<f32> = clear().map(length).collect();
    let mut small = |share, most| quantile(&mut lengths, share).is_some_and(|l| l < most);
    if !small(0.5, HALF) || !small(0.9, MOST) {
        return false;
    }
    let (rows, columns) = audit.before.values.dim();
    (0..4).all(|quarter| {
        let half = |i: usize, n: usize| usize::from(2.0 * middle(i, n) >= n as f64);
        let inside = |p: &Patch| 2 * half(p.row, rows) + half(p.column, columns);
        let near = clear().filter(|p| inside(p) == quarter && length(p) < MOST);
        let offsets: Vec<(f32, f32)> = near.filter_map(|p| p.offset).collect();
        let still = |m: Option<f64>| m.is_none_or(|m| m.abs() < MEAN);
        still(mean(offsets.iter().map(|o| f64::from(o.0))))
            && still(mean(offsets.iter().map(|o| f64::from(o.1))))
    })
}

/// How much of the before skin a map explains at a level: agreeing squares, each counted
/// with its correlation, per square of before skin.
pub(super) fn explained(pair: &Pair, level: &Level, sheet: &Sheet) -> f64 {
    let before = &level.before;
    let after = pair.after_like(before, sheet).laid_onto(before, sheet);
    let patches = sought(&level.padded, &Padded::new(&after), &SEARCH);
    let all = f64::from(before.skin.sum()) / (BLOCK * BLOCK) as f64;
    let agree: f64 = patches
        .iter()
        .filter(|p| agreeing(p).is_some())
        .map(|p| f64::from(p.correlation))
        .sum();
    let by_chance = chance() * patches.len() as f64 * f64::from(FOUND);
    (agree - by_chance).max(0.0) / all.max(1.0)
}

/// The alignment a sheet stands for.
pub(super) fn judged(pair: &Pair, sheet: &Sheet, audits: &[Audit], peak_ratio: f64) -> Alignment {
    let size = pair.size();
    let (x, y) = sheet.fields(size, 1.0);
    let mut confidence = Field::zeros(size);
    let mut error = Field::from_elem(size, f32::INFINITY);
    for audit in audits {
        let (c, e) = spoken(audit, size);
        // A coarser level speaks where it is surer by far: else its larger error would count.
        let wins = |old: f32, new: f32| new > old + 0.25;
        error = from_rows(size.0, size.1, |r, out| {
            let olds = row(&confidence, r).iter().zip(row(&error, r));
            let news = row(&c, r).iter().zip(row(&e, r));
            for (o, ((&c0, &e0), (&c1, &e1))) in out.iter_mut().zip(olds.zip(news)) {
                *o = if wins(c0, c1) { e1 } else { e0 };
            }
        });
        confidence = zip2(&confidence, &c, |a, b| if wins(a, b) { b } else { a });
    }
    let first = &audits[0];
    let both = f64::from(first.seen().sum());
    let sure = |(&e, &c): (&f32, &f32)| (c >= CONFIDENT && e.is_finite()).then_some(e);
    let mut errors: Vec<f32> = error.iter().zip(&confidence).filter_map(sure).collect();
    let residual = median(&mut errors).unwrap_or(f32::from(SEARCH.radius as u8));
    Alignment {
        x,
        y,
        confidence,
        overlap: both / f64::from(first.before.skin.sum()).max(1.0),
        residual_px: f64::from(residual),
        agreement: audits.iter().map(Audit::agreement).fold(0.0, f64::max),
        peak_ratio,
        scale: sheet.scale(size),
        identity: false,
    }
}

/// What a level's squares say of every pixel: confidence 0 to 1, and the map's error, before px.
fn spoken(audit: &Audit, size: (usize, usize)) -> (Field, Field) {
    /// Squares that must be near for a share to be believed.
    const LEAST: f32 = 0.15;
    let (rows, columns) = audit.before.values.dim();
    // Room around the squares, so that nothing beyond the edge counts as nothing.
    let room = (2.0 * AROUND) as usize;
    let grid = (squares(rows) + 2 * room, squares(columns) + 2 * room);
    let plane_of = |of: &dyn Fn(&Patch) -> f32| {
        let mut plane = Field::zeros(grid);
        for p in &audit.patches {
            plane[[p.row + room, p.column + room]] = of(p);
        }
        plane
    };
    let smooth = |of: &dyn Fn(&Patch) -> f32| gaussian(&plane_of(of), NEIGHBOURS);
    let offset = |p: &Patch| agreeing(p).unwrap_or((0.0, 0.0));
    let asked = smooth(&|_| 1.0);
    let agree = smooth(&|p| f32::from(u8::from(agreeing(p).is_some())));
    let average = |sum: &Field| zip2(sum, &agree, |s, n| s / n.max(1e-3));
    let dx = average(&smooth(&|p| offset(p).0));
    let dy = average(&smooth(&|p| offset(p).1));
    let square = average(&smooth(&|p| offset(p).0.powi(2) + offset(p).1.powi(2)));
    // Squares of a neighbourhood, each told half by its neighbours (they overlap three times).
    let looks = 4.0 * std::f32::consts::PI * NEIGHBOURS * NEIGHBOURS / 9.0;
    let off = zip2(&dx, &dy, f32::hypot);
    let error = zip3(&off, &square, &agree, |o, s, n| {
        let scatter = (s - o * o).max(0.0) / (looks * n).max(1e-3);
        (o * o + scatter).sqrt()
    });
    // Along an edge half of the neighbours are missing, in a corner three quarters: there the sheet
    // is held from one side only.
    let asked_widely = gaussian(&plane_of(&|_| 1.0), AROUND);
    let share = zip3(&agree, &asked, &off, |a, n, o| {
        let share = beyond_chance(f64::from(a / n.max(LEAST))) as f32;
        share * (-(o / OFF).powi(2)).exp()
    });
    let held = |n: f32| ((n - CORNER) / (EDGE - CORNER)).clamp(0.0, 1.0);
    let share = zip2(&share, &asked_widely, |s, n| s * held(n));
    let first = (middle(0, columns), middle(0, rows));
    let seen = audit.seen();
    let place = |i: usize| {
        let within = audit.before.within(i as f64);
        let square = move |first: f64| ((within - first) / BLOCK as f64 + room as f64) as f32;
        (within as f32, square)
    };
    let across: Vec<(Between, Between)> = (0..size.1)
        .map(|x| {
            let (u, square) = place(x);
            (
                Between::new(u, columns),
                Between::new(square(first.0), grid.1),
            )
        })
        .collect();
    let factor = audit.before.factor as f32;
    let [confidence, error] = planes_from_rows(size.0, size.1, |y, [confidence, away]| {
        let (v, square) = place(y);
        let seen = Rows::new(&seen, v);
        let [share, error] = [&share, &error].map(|f| Rows::new(f, square(first.1)));
        let out = confidence.iter_mut().zip(away);
        for ((confidence, away), &(pixel, square)) in out.zip(&across) {
            if seen.at(pixel) > 0.5 {
                *confidence = share.at(square).clamp(0.0, 1.0);
            }
            *away = factor * error.at(square);
        }
    });
    (confidence, error)
}
