//! The last word on where the after photo lies: the phase of the finest texture.
//!
//! A hollow is darker than the skin around it under any lamp; its walls are lit or shaded by the lamp's
//! side. Of a texture of frequency w the first gives a part that stands still, the second one of phase
//! 90° that grows with w: together they look moved against the skin, by d / (1 + (w / w0)²) where a lamp
//! was moved. Squares correlate what is strongest, which is coarse, and so follow the lamp by tenths of
//! a pixel, all over the photo alike. The finest texture that both photos still show is moved least. One
//! square of it is nothing but noise; the cross spectrum of hundreds of windows has a phase that tells
//! hundredths of a pixel (Kuglin & Hines 1975; by its slope: Stone et al. 2001). As even it is moved
//! some of the way ([`TOLD`]), the correction is so much longer than what it tells.

use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use super::band::Banded;
use super::follow::longer;
use super::picture::Picture;
use super::sheet::Sheet;
use crate::fourier::{self, frequency};
use crate::raster::row;

/// Side of a window, px.
const SIDE: usize = 64;

/// Windows along the longer side at most, and the least distance between them, px: with the taper
/// neighbours then share little.
const ALONG: usize = 32;
const APART: usize = 32;

/// Windows along the side of a zone. Its phases are those of all its windows together.
const ZONE: usize = 5;

/// Fewest windows of a zone, and the share of a window that must be skin in both photos.
const FEWEST: usize = 4;
const MOST: f32 = 0.9;

/// Lowest and highest frequency asked, cycles per px: periods of 3.6 to 5.3 px, 0.2 to 0.35 mm at
/// 16 px/mm. Below, texture follows the lamp; above, few photos show any.
const RING: [f32; 2] = [12.0 / 64.0, 18.0 / 64.0];

/// Along the axes this much around a quarter cycle per px is not asked, cycles per px: blocks of JPEG
/// have it, and they do not move with the skin.
const BLOCKS: f32 = 2.0 / 64.0;
const QUARTER: f32 = 0.25;

/// A phase's variance is this many times what its coherence says: the finest texture follows the lamp
/// a little, too.
const WORSE: f64 = 32.0;

/// What a zone's phase may be off by however clear it is, px.
const OFF: f64 = 0.05;

/// How far the map is expected to have followed the lamp, px (standard deviation): as a whole, and at
/// the picture's edge against its middle.
const MOVED: f64 = 0.2;
const BENT: f64 = 0.1;

/// How much of what moved the map the finest texture tells: it has followed the lamp for the rest of the
/// way itself. Of 108 pairs of phantoms, 23 of them from far off, the whole way was 1.5 to 2.1 times as long
/// as what it tells, by kind of pair, in the median; of 13 by somebody else's renderer 2.0 to 3.6 times. On
/// 30 by yet another one the median error fell from 0.12 to 0.09 px with this, on 40 of the pairs of the
/// table from 0.06 to 0.04 (shift alone). Where there is no gloss the finest texture may tell all, and this
/// adds three quarters of little.
const TOLD: f64 = 0.57;

/// Terms of the correction: shift, slopes, curvatures.
const TERMS: usize = 6;

/// How far the texture of `after` lies from `before`'s, a plane curved evenly, px.
struct Shift {
    size: (usize, usize),
    terms: [[f64; 2]; TERMS],
}

impl Shift {
    /// Before (x, y) is found at (x, y) plus this; both px of the pictures.
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let basis = basis(x, y, self.size);
        let sum = |k: usize| basis.iter().zip(&self.terms).map(|(b, t)| b * t[k]).sum();
        (sum(0), sum(1))
    }
}

/// 1, x, y, x², xy, y² from -1 to 1 along the longer side; beyond the picture as at its edge.
fn basis(x: f64, y: f64, size: (usize, usize)) -> [f64; TERMS] {
    let half = 0.5 * longer(size);
    let place = |p: f64, n: usize| (p.clamp(0.0, n as f64 - 1.0) - 0.5 * (n as f64 - 1.0)) / half;
    let (u, v) = (place(x, size.1), place(y, size.0));
    [1.0, u, v, u * u, u * v, v * v]
}

/// The sheet that lays the finest texture of both pictures onto each other; `after` is as `sheet`
/// lays it onto `before`.
pub(super) fn settled(sheet: &Sheet, before: &Picture, after: &Picture) -> Sheet {
    let shift = between(before, after);
    sheet.moved(|x, y| {
        let (dx, dy) = shift.at(before.within(x), before.within(y));
        let px = before.factor / TOLD;
        (px * dx, px * dy)
    })
}

fn between(before: &Picture, after: &Picture) -> Shift {
    let size = before.values.dim();
    let bins = bins();
    let apart = (longer(size) as usize / ALONG).max(APART);
    let count = |n: usize| n.checked_sub(SIDE).map_or(0, |rest| rest / apart + 1);
    let zones = [size.0, size.1].map(|n| count(n).div_ceil(ZONE));
    let said: Vec<Said> = (0..zones[0] * zones[1])
        .into_par_iter()
        .filter_map(|zone| {
            let of = |k: usize, n: usize| k * ZONE..((k + 1) * ZONE).min(count(n));
            let mut sums = Sums::new(bins.len());
            for i in of(zone / zones[1], size.0) {
                for j in of(zone % zones[1], size.1) {
                    sums.add([before, after], (i * apart, j * apart), &bins);
                }
            }
            sums.say(&bins)
        })
        .collect();
    fitted(&said, size)
}

/// A frequency asked: its places in a window's transform (itself and its mirror), and the
/// phase that 1 px to the right and 1 px down make, radians.
struct Bin {
    at: usize,
    mirror: usize,
    turn: [f64; 2],
}

fn bins() -> Vec<Bin> {
    let mut bins = Vec::new();
    for i in 0..SIDE {
        for j in 0..SIDE {
            let (y, x) = (frequency(i, SIDE), frequency(j, SIDE));
            let blocks = x.abs().min(y.abs()) <= BLOCKS && (x.hypot(y) - QUARTER).abs() <= BLOCKS;
            let half = x > 0.0 || (x == 0.0 && y > 0.0);
            if half && !blocks && (RING[0]..RING[1]).contains(&x.hypot(y)) {
                let mirrored = |k: usize| (SIDE - k) % SIDE;
                bins.push(Bin {
                    at: i * SIDE + j,
                    mirror: mirrored(i) * SIDE + mirrored(j),
                    turn: [x, y].map(|f| std::f64::consts::TAU * f64::from(f)),
                });
            }
        }
    }
    bins
}

/// Cross spectrum and both powers, summed over a zone's windows.
struct Sums {
    cross: Vec<Complex32>,
    powers: Vec<[f32; 2]>,
    windows: usize,
    /// Sum of the windows' middles, px.
    middle: [f64; 2],
    plane: Vec<Complex32>,
}

impl Sums {
    fn new(bins: usize) -> Self {
        Self {
            cross: vec![Complex32::default(); bins],
            powers: vec![[0.0; 2]; bins],
            windows: 0,
            middle: [0.0; 2],
            plane: vec![Complex32::default(); SIDE * SIDE],
        }
    }

    /// Adds the window whose first pixel is `first` (row, column), if enough of it is skin.
    fn add(&mut self, pictures: [&Picture; 2], first: (usize, usize), bins: &[Bin]) {
        let [before, after] = pictures;
        let mut seen = 0.0;
        for (i, line) in self.plane.chunks_exact_mut(SIDE).enumerate() {
            let part = |of| &row(of, first.0 + i)[first.1..first.1 + SIDE];
            let values = part(&before.values).iter().zip(part(&after.values));
            let skin = part(&before.skin).iter().zip(part(&after.skin));
            for (j, (z, ((b, a), (s, t)))) in line.iter_mut().zip(values.zip(skin)).enumerate() {
                let weight = s * t;
                seen += weight;
                let weight = weight * taper(i) * taper(j);
                // Both real pictures in one transform.
                *z = Complex32::new(weight * b, weight * a);
            }
        }
        if seen < MOST * (SIDE * SIDE) as f32 {
            return;
        }
        fourier::small(&mut self.plane, SIDE);
        for ((bin, cross), powers) in bins.iter().zip(&mut self.cross).zip(&mut self.powers) {
            let (z, m) = (self.plane[bin.at], self.plane[bin.mirror].conj());
            let b = (z + m) * 0.5;
            let a = (z - m) * Complex32::new(0.0, -0.5);
            *cross += b.conj() * a;
            powers[0] += b.norm_sqr();
            powers[1] += a.norm_sqr();
        }
        self.windows += 1;
        let half = (SIDE as f64 - 1.0) / 2.0;
        self.middle[0] += first.1 as f64 + half;
        self.middle[1] += first.0 as f64 + half;
    }

    /// Where the zone's texture lies in `after`, and how surely; `None` if it has too little skin.
    fn say(&self, bins: &[Bin]) -> Option<Said> {
        if self.windows < FEWEST {
            return None;
        }
        let n = self.windows as f64;
        let (mut matrix, mut right) = ([0.0; 3], [0.0; 2]);
        for ((bin, cross), powers) in bins.iter().zip(&self.cross).zip(&self.powers) {
            let power = f64::from(powers[0]) * f64::from(powers[1]);
            let coherence = f64::from(cross.norm_sqr()) / power.max(f64::MIN_POSITIVE);
            // So many windows of nothing in common have 1/n.
            let coherence = ((coherence - 1.0 / n) / (1.0 - 1.0 / n)).clamp(0.0, 0.9999);
            let weight = n * coherence / (1.0 - coherence) / WORSE;
            let phase = f64::from(-cross.arg());
            let [x, y] = bin.turn;
            for (m, v) in matrix.iter_mut().zip([x * x, x * y, y * y]) {
                *m += weight * v;
            }
            for (r, t) in right.iter_mut().zip([x, y]) {
                *r += weight * t * phase;
            }
        }
        // A trace of a prior: no phase at all says nothing.
        let [xx, xy, yy] = inverse([matrix[0] + 1e-6, matrix[1], matrix[2] + 1e-6]);
        Some(Said {
            at: self.middle.map(|m| m / n),
            shift: [xx * right[0] + xy * right[1], xy * right[0] + yy * right[1]],
            weight: inverse([xx + OFF * OFF, xy, yy + OFF * OFF]),
        })
    }
}

/// Hann's window at pixel `i` of [`SIDE`].
fn taper(i: usize) -> f32 {
    let turn = std::f32::consts::TAU * (i as f32 + 0.5) / SIDE as f32;
    0.5 - 0.5 * turn.cos()
}

/// The symmetric matrix (xx, xy, yy) inverted.
fn inverse([xx, xy, yy]: [f64; 3]) -> [f64; 3] {
    let determinant = xx * yy - xy * xy;
    [yy / determinant, -xy / determinant, xx / determinant]
}

/// What a zone says: at `at` (x, y) the texture is found `shift` px away, with this precision (xx, xy, yy).
struct Said {
    at: [f64; 2],
    shift: [f64; 2],
    weight: [f64; 3],
}

/// The evenly curved shift that agrees best with what was said and with what is expected.
fn fitted(said: &[Said], size: (usize, usize)) -> Shift {
    let mut system = Banded::new(2 * TERMS, 2 * TERMS);
    for n in 0..2 * TERMS {
        let expected = if n < 2 { MOVED } else { BENT };
        system.add(n, n, 1.0 / (expected * expected));
    }
    for Said { at, shift, weight } in said {
        let basis = basis(at[0], at[1], size);
        let [xx, xy, yy] = *weight;
        let asked = [xx * shift[0] + xy * shift[1], xy * shift[0] + yy * shift[1]];
        // Unknowns stand in turns: x of a term, its y, x of the next one.
        for p in 0..2 * TERMS {
            system.right[p] += basis[p / 2] * asked[p % 2];
            for q in 0..=p {
                system.add(p, q, basis[p / 2] * basis[q / 2] * weight[p % 2 + q % 2]);
            }
        }
    }
    let solution = system.solve();
    let term = |i: usize| [solution[2 * i], solution[2 * i + 1]];
    Shift {
        size,
        terms: std::array::from_fn(term),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Field;
    use crate::register::Affine;

    /// Waves of many frequencies and directions, seen at (x, y).
    fn texture(x: f64, y: f64, coarse_moved: f64) -> f64 {
        (0..60)
            .map(|k| {
                let k = f64::from(k);
                // Periods of 3.5 to 23 px.
                let w = std::f64::consts::TAU * (0.043 + 0.004 * k);
                let (sin, cos) = (2.4 * k).sin_cos();
                let moved = if w < 0.7 { coarse_moved } else { 0.0 };
                (w * (cos * (x - moved) + sin * y) + 1.7 * k * k).cos()
            })
            .sum::<f64>()
            / 6.0
    }

    fn picture(of: impl Fn(f64, f64) -> f64) -> Picture {
        let size = (300, 400);
        Picture {
            values: Field::from_shape_fn(size, |(y, x)| of(x as f64, y as f64) as f32),
            skin: Field::ones(size),
            factor: 1.0,
            size,
        }
    }

    /// Nothing of both in common.
    fn noise(seed: u64) -> impl Fn(f64, f64) -> f64 {
        move |x, y| {
            let mut h =
                (x as u64 * 7919 + y as u64 * 104_729 + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            h = (h ^ (h >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((h >> 40) as f64 / (1u64 << 24) as f64) - 0.5
        }
    }

    #[test]
    fn what_the_coarse_texture_hides_is_found() {
        // The skin lies 0.15 px to the right, 0.1 px up; a lamp moved the coarse texture back.
        let before = picture(|x, y| texture(x, y, 0.0));
        let after = picture(|x, y| texture(x - 0.15, y + 0.1, -0.15));
        let (dx, dy) = between(&before, &after).at(200.0, 150.0);
        assert!(
            (dx - 0.15).abs() < 0.03 && (dy + 0.1).abs() < 0.03,
            "{dx} {dy}"
        );
    }

    #[test]
    fn a_shift_that_grows_is_followed() {
        let before = picture(|x, y| texture(x, y, 0.0));
        let after = picture(|x, y| texture(x - 0.2 * (x / 400.0 - 0.5), y, 0.0));
        let shift = between(&before, &after);
        let (left, right) = (shift.at(50.0, 150.0).0, shift.at(350.0, 150.0).0);
        assert!((right - left - 0.15).abs() < 0.05, "{left} to {right}");
    }

    #[test]
    fn nothing_in_common_moves_nothing() {
        let shift = between(&picture(noise(1)), &picture(noise(2)));
        for (x, y) in [(10.0, 10.0), (200.0, 150.0), (390.0, 290.0)] {
            let (dx, dy) = shift.at(x, y);
            // Half of what is expected of a map that knows nothing of the lamp.
            assert!(dx.hypot(dy) < 0.5 * MOVED, "{dx} {dy}");
        }
    }

    #[test]
    fn the_sheet_is_moved_by_it() {
        let affine = Affine {
            linear: [[1.1, 0.05], [-0.05, 1.1]],
            origin: [12.0, -7.0],
        };
        let sheet = Sheet::new((300, 400), 50.0, &affine);
        let moved = sheet.moved(|_, _| (0.3, -0.2));
        let (found, expected) = (moved.at(120.0, 90.0), affine.at(120.3, 89.8));
        let off = (found.0 - expected.0).hypot(found.1 - expected.1);
        assert!(off < 1e-9, "{found:?} {expected:?}");
    }
}
