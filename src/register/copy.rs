//! Whether two pictures are one exposure: a copy with other colours, saved again.
//!
//! Two exposures never share all their detail, however still the camera stands: the lens, the hand,
//! the skin and the sensor's noise see to that. A copy shares it in every square, but for what the
//! codec and a tone curve do to it.

use super::band::Banded;
use crate::filter::gaussian;
use crate::raster::{Field, Mask, map, row, zip2};
use crate::stats::quantile;

/// Side, px, of the squares in which detail is compared.
const SQUARE: usize = 32;
/// Linear light below which 8-bit steps are coarser than detail.
const DARK: f32 = 0.007;
/// Least detail (RMS of ln Y in a square) that a codec's own noise does not drown: finest detail,
/// and detail of scars' size.
const FINEST_LEAST: f64 = 0.016;
const COARSER_LEAST: f64 = 0.01;
/// Fewer squares with detail prove nothing.
const LEAST_SQUARES: usize = 50;
/// Correlation of finest detail that all but [`OTHERS`] of the squares reach. Recoloured and saved
/// again as JPEG: 0.78.
const FINEST: f32 = 0.7;
const OTHERS: f64 = 0.02;
/// The same for detail of scars' size, all but [`FEW`]: where a single scar had changed, its squares
/// would stand out. Recoloured and saved again: 0.87.
const COARSER: f32 = 0.8;
const FEW: f64 = 0.005;
/// Most that a square's gain strays from what its brightness explains (a tone curve), as a share.
/// Recoloured and saved again: 0.16; a scar that lost a third of its depth: 0.33.
const STRAYING: f32 = 0.25;

/// Whether `a`, as it lies, is a copy of `b`; both are linear luminance of one size.
pub(super) fn is_copy(b: &Field, a: &Field) -> bool {
    if b.dim() != a.dim() {
        return false;
    }
    let log = |y: &Field| map(y, |v| v.max(0.5 * DARK).ln());
    let (log_b, log_a) = (log(b), log(a));
    let lit = Mask::from_shape_fn(b.dim(), |at| b[at] > DARK && a[at] > DARK);
    let finest = |l: &Field| zip2(l, &gaussian(l, 1.0), |l, g| l - g);
    let fine = squares(&finest(&log_b), &finest(&log_a), &log_b, &lit, FINEST_LEAST);
    if fine.len() < LEAST_SQUARES || !reach(&fine, OTHERS, FINEST) {
        return false;
    }
    let coarser = |l: &Field| zip2(&gaussian(l, 2.0), &gaussian(l, 8.0), |n, w| n - w);
    let coarse = squares(
        &coarser(&log_b),
        &coarser(&log_a),
        &log_b,
        &lit,
        COARSER_LEAST,
    );
    coarse.len() >= LEAST_SQUARES && reach(&coarse, FEW, COARSER) && gains_agree(&coarse)
}

/// What one square says.
struct Square {
    /// Mean ln Y.
    level: f64,
    correlation: f32,
    /// Regression of `a` on `b`.
    gain: f64,
}

fn squares(b: &Field, a: &Field, level: &Field, lit: &Mask, least: f64) -> Vec<Square> {
    let (rows, columns) = b.dim();
    let mut found = Vec::new();
    for top in (0..rows.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
        for left in (0..columns.saturating_sub(SQUARE - 1)).step_by(SQUARE) {
            let across = left..left + SQUARE;
            let (mut bb, mut ab, mut aa, mut sum) = (0.0f64, 0.0, 0.0, 0.0);
            let mut dark = false;
            for y in top..top + SQUARE {
                dark |= row(lit, y)[across.clone()].iter().any(|&l| !l);
                let pairs = row(b, y)[across.clone()]
                    .iter()
                    .zip(&row(a, y)[across.clone()]);
                for (&b, &a) in pairs {
                    let (b, a) = (f64::from(b), f64::from(a));
                    bb += b * b;
                    ab += a * b;
                    aa += a * a;
                }
                sum += row(level, y)[across.clone()]
                    .iter()
                    .map(|&l| f64::from(l))
                    .sum::<f64>();
            }
            let n = (SQUARE * SQUARE) as f64;
            if !dark && (bb / n).sqrt() > least && aa > 0.0 {
                found.push(Square {
                    level: sum / n,
                    correlation: (ab / (aa * bb).sqrt()) as f32,
                    gain: ab / bb,
                });
            }
        }
    }
    found
}

fn reach(squares: &[Square], but: f64, least: f32) -> bool {
    let mut correlations: Vec<f32> = squares.iter().map(|s| s.correlation).collect();
    quantile(&mut correlations, but).is_some_and(|c| c > least)
}

/// Whether a smooth tone curve explains the gains: a square in the level, by least squares.
fn gains_agree(squares: &[Square]) -> bool {
    /// Keeps the system solvable where all squares are equally bright.
    const RIDGE: f64 = 1e-3;
    let n = squares.len() as f64;
    let mean = squares.iter().map(|s| s.level).sum::<f64>() / n;
    let mut normal = Banded::new(3, 3);
    for s in squares {
        let l = s.level - mean;
        let powers = [1.0, l, l * l];
        for i in 0..3 {
            for j in 0..=i {
                normal.add(i, j, powers[i] * powers[j]);
            }
            normal.right[i] += powers[i] * s.gain;
        }
    }
    for i in 0..3 {
        normal.add(i, i, RIDGE);
    }
    let curve = normal.solve();
    let mut off: Vec<f32> = squares
        .iter()
        .map(|s| {
            let l = s.level - mean;
            let fitted = (curve[0] + l * (curve[1] + l * curve[2])).max(1e-3);
            (s.gain / fitted - 1.0).abs() as f32
        })
        .collect();
    quantile(&mut off, 1.0 - FEW).is_some_and(|o| o < STRAYING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const SIZE: (usize, usize) = (320, 480);

    fn noise(seed: u64, sigma: f32) -> Field {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let white = Field::from_shape_fn(SIZE, |_| random.random::<f32>() - 0.5);
        gaussian(&white, sigma).mapv(|v| v * 3.5 * sigma.max(0.3))
    }

    /// Skin with pores, a scar `depth` deep (ln Y) and sensor noise `grain` of its own.
    fn skin(depth: f32, grain: u64) -> Field {
        let (fine, wide, grain) = (noise(1, 0.8), noise(2, 4.0), noise(grain, 0.0));
        Field::from_shape_fn(SIZE, |at| {
            let (y, x) = (at.0 as f32 - 160.0, at.1 as f32 - 240.0);
            let scar = -depth * (-(y * y + x * x) / 200.0).exp();
            let light = 0.4 + 0.3 * at.1 as f32 / SIZE.1 as f32;
            light * (0.1 * fine[at] + 0.05 * wide[at] + scar + 0.05 * grain[at]).exp()
        })
    }

    /// Another tone curve, saved again in 8 bit.
    fn recoloured(picture: &Field) -> Field {
        picture.mapv(|v| {
            let code = 255.0 * (1.1 * v.powf(1.3)).powf(1.0 / 2.2);
            (code.round() / 255.0).powf(2.2)
        })
    }

    #[test]
    fn a_recoloured_copy_is_known() {
        let before = skin(0.2, 3);
        assert!(is_copy(&before, &recoloured(&before)));
    }

    #[test]
    fn a_scar_that_changed_is_no_copy() {
        assert!(!is_copy(&skin(0.2, 3), &recoloured(&skin(0.1, 3))));
    }

    #[test]
    fn another_exposure_and_a_moved_camera_are_no_copies() {
        let before = skin(0.2, 3);
        let moved = Field::from_shape_fn(SIZE, |(y, x)| before[[y, (x + 1).min(SIZE.1 - 1)]]);
        assert!(!is_copy(&before, &moved));
        let noisy = noise(5, 0.0);
        let again = zip2(&skin(0.2, 4), &noisy, |v, n| v * (0.2 * n).exp());
        assert!(!is_copy(&before, &again));
    }
}
