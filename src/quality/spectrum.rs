//! What the fine texture of skin says about the photo: the power of log luminance against frequency,
//! averaged over patches of open skin (Welch 1967).

use ndarray::Array2;
use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use crate::fourier::{self, Spectrum};
use crate::raster::{Field, Mask, row};

/// Side of a patch, px, and where skin is too broken up for it.
pub(super) const PATCH: usize = 64;
const SMALL_PATCH: usize = 32;
/// Patches looked at at most; more change nothing that is printed.
const MOST_PATCHES: usize = 300;
/// Fewer say nothing.
const LEAST_PATCHES: usize = 6;
/// Share of a patch that must be open skin.
const SKIN_SHARE: f64 = 0.95;
/// Bins of radial frequency from 0 to Nyquist.
const BINS: usize = 16;

/// Power of skin's log luminance, a geometric mean over patches: one hair or scar edge among many
/// patches does not count.
pub(super) struct SkinSpectrum {
    side: usize,
    /// Natural logarithm of power, frequency 0 at `[[0, 0]]`; white noise of standard deviation s
    /// reads ln s².
    log_power: Array2<f64>,
}

/// The mean of the logarithm of a chi-squared power with two degrees of freedom is this much below
/// the logarithm of its mean (Euler's constant).
const LOG_BIAS: f64 = 0.577_215_664_9;

impl SkinSpectrum {
    /// `None` where there are too few patches of unbroken skin.
    pub fn of(log_luminance: &Field, skin: &Mask) -> Option<Self> {
        [PATCH, SMALL_PATCH].into_iter().find_map(|side| {
            let corners = patches(skin, side);
            (corners.len() >= LEAST_PATCHES)
                .then(|| Self::mean(log_luminance, skin, side, &corners))
        })
    }

    fn mean(log_luminance: &Field, skin: &Mask, side: usize, corners: &[(usize, usize)]) -> Self {
        let window = hann(side);
        let each: Vec<Array2<f32>> = corners
            .par_iter()
            .map(|&at| log_power(log_luminance, skin, at, &window))
            .collect();
        let mut log_power = Array2::<f64>::zeros((side, side));
        for one in &each {
            log_power.zip_mut_with(one, |sum, &v| *sum += f64::from(v));
        }
        log_power.mapv_inplace(|v| v / each.len() as f64 + LOG_BIAS);
        Self { side, log_power }
    }

    /// Mean power per frequency in rings from `from` to `to`, shares of the Nyquist frequency
    /// (corners of the spectrum lie up to 1.41 times beyond).
    fn ring(&self, from: f64, to: f64) -> f64 {
        let (mut sum, mut n) = (0.0, 0.0);
        for ((i, j), &v) in self.log_power.indexed_iter() {
            let (fy, fx) = (
                fourier::frequency(i, self.side),
                fourier::frequency(j, self.side),
            );
            let f = 2.0 * f64::from(fy.hypot(fx));
            if f >= from && f < to {
                sum += v.exp();
                n += 1.0;
            }
        }
        if n > 0.0 { sum / n } else { 0.0 }
    }

    /// How much of the band up to Nyquist carries texture, 0 to 1.
    ///
    /// The noise (the corners beyond Nyquist) is taken off; what is left is compared with how the
    /// texture of sharply seen skin falls (power as 1/f², anchored where every lens still sees:
    /// 1/16 to 4/16 of Nyquist), and the ratio of amplitudes, at most 1, is averaged over the band.
    /// It is the mean of a modulation transfer function with skin itself as the target: light and
    /// contrast divide out, blur, denoising and enlargement stay.
    pub fn sharpness(&self) -> f64 {
        let edge = |i: usize| i as f64 / BINS as f64;
        let noise = self.ring(1.1, 1.5);
        let texture: Vec<f64> = (0..BINS)
            .map(|i| (self.ring(edge(i), edge(i + 1)) - noise).max(0.0))
            .collect();
        let centre = |i: usize| (i as f64 + 0.5) / BINS as f64;
        let flattened: Vec<f64> = (0..BINS).map(|i| texture[i] * centre(i).powi(2)).collect();
        let anchor = flattened[1..4].iter().sum::<f64>() / 3.0;
        if anchor <= 0.0 {
            return 0.0;
        }
        let band = &flattened[2..];
        band.iter()
            .map(|&s| (s / anchor).sqrt().min(1.0))
            .sum::<f64>()
            / band.len() as f64
    }

    /// Share of the upper half of the band (Nyquist/2 to Nyquist) that holds no more than
    /// `floor` (power: what rounding leaves).
    pub fn empty_share(&self, floor: f64) -> f64 {
        let half = BINS / 2;
        let empty = (half..BINS)
            .filter(|&i| {
                let edge = |i: usize| i as f64 / BINS as f64;
                self.ring(edge(i), edge(i + 1)) <= floor
            })
            .count();
        empty as f64 / half as f64
    }

    /// How far, in natural logarithms of power, the strongest narrow peak stands above the
    /// frequencies around it; `None` where patches are too small to part a peak from texture.
    ///
    /// A screen's pixels beat with the sensor's at one frequency over the whole picture; skin has no
    /// such frequency. What JPEG's 8 x 8 blocks put at multiples of 1/8 is passed over.
    pub fn peak(&self) -> Option<f64> {
        (self.side == PATCH).then(|| {
            let mut best = 0.0f64;
            for ((i, j), &v) in self.log_power.indexed_iter() {
                let (fy, fx) = (fourier::frequency(i, PATCH), fourier::frequency(j, PATCH));
                if fx < 0.0 || 2.0 * fy.hypot(fx) < PEAK_FROM || is_jpeg(i, j) {
                    continue;
                }
                best = best.max(v - self.around(i, j));
            }
            best
        })
    }

    /// Median over a ring 4 to 7 frequencies wide around a frequency.
    fn around(&self, i: usize, j: usize) -> f64 {
        let side = self.side as isize;
        let mut ring = Vec::with_capacity(160);
        for di in -7..=7isize {
            for dj in -7..=7isize {
                if (13..=49).contains(&(di * di + dj * dj)) {
                    let v = (i as isize + di).rem_euclid(side) as usize;
                    let u = (j as isize + dj).rem_euclid(side) as usize;
                    ring.push(self.log_power[[v, u]] as f32);
                }
            }
        }
        f64::from(crate::stats::median(&mut ring).unwrap_or(0.0))
    }
}

/// Peaks are looked for from here on, share of Nyquist: below, scars and folds have power.
const PEAK_FROM: f32 = 0.2;

fn is_jpeg(i: usize, j: usize) -> bool {
    let near = |k: usize| (k + 1) % (PATCH / 8) <= 2;
    near(i) && near(j)
}

fn hann(side: usize) -> Vec<f32> {
    (0..side)
        .map(|i| {
            let t = (i as f64 + 0.5) / side as f64;
            (std::f64::consts::PI * t).sin().powi(2) as f32
        })
        .collect()
}

/// Upper left corners of patches of skin, half overlapping, in raster order.
fn patches(skin: &Mask, side: usize) -> Vec<(usize, usize)> {
    let (rows, columns) = skin.dim();
    // Sums of the mask above and left of each pixel, so that a patch costs four look-ups.
    let mut sums = Array2::<u32>::zeros((rows + 1, columns + 1));
    let lines = sums.as_slice_mut().expect("planes are row-major");
    for y in 0..rows {
        let (above, below) = lines[y * (columns + 1)..].split_at_mut(columns + 1);
        let mut line = 0;
        let sums = below[1..].iter_mut().zip(&above[1..]);
        for (&open, (sum, above)) in row(skin, y).iter().zip(sums) {
            line += u32::from(open);
            *sum = above + line;
        }
    }
    let least = (SKIN_SHARE * (side * side) as f64) as u32;
    let mut found = Vec::new();
    for y in (0..(rows + 1).saturating_sub(side)).step_by(side / 2) {
        for x in (0..(columns + 1).saturating_sub(side)).step_by(side / 2) {
            let inside = sums[[y + side, x + side]] + sums[[y, x]]
                - sums[[y, x + side]]
                - sums[[y + side, x]];
            if inside >= least {
                found.push((y, x));
            }
        }
    }
    let step = found.len().div_ceil(MOST_PATCHES).max(1);
    found.into_iter().step_by(step).collect()
}

/// ln |DFT|² of one patch, its mean taken off, windowed; what is not skin is set to the mean.
fn log_power(field: &Field, skin: &Mask, at: (usize, usize), window: &[f32]) -> Array2<f32> {
    /// Keeps an empty patch finite; far below rounding.
    const LEAST: f32 = 1e-12;
    let side = window.len();
    let (mut sum, mut n) = (0.0f64, 0.0f64);
    let line = |i: usize| {
        let columns = at.1..at.1 + side;
        let values = &row(field, at.0 + i)[columns.clone()];
        values.iter().zip(&row(skin, at.0 + i)[columns])
    };
    for (&v, _) in (0..side).flat_map(line).filter(|p| *p.1) {
        sum += f64::from(v);
        n += 1.0;
    }
    let mean = (sum / n.max(1.0)) as f32;
    let mut plane = Spectrum::zeros((side, side));
    for (i, mut out) in plane.rows_mut().into_iter().enumerate() {
        for ((o, w), (&v, &open)) in out.iter_mut().zip(window).zip(line(i)) {
            let v = if open { v - mean } else { 0.0 };
            *o = Complex32::new(v * window[i] * w, 0.0);
        }
    }
    let energy: f32 = window.iter().map(|w| w * w).sum();
    let scale = 1.0 / (energy * energy);
    fourier::forward(plane).mapv(|c| (c.norm_sqr() * scale + LEAST).ln())
}
