//! Linear filters on fields: Gaussian blur, blur inside a mask, reduction and enlargement, sampling.
//!
//! Borders repeat the picture mirrored about its edge pixels (edge pixel not repeated).

mod resize;
mod sample;
mod shape;

pub(crate) use resize::{coverage, enlarge_mask, reduced_length};
pub use resize::{double, enlarge, halve, reduce};
pub(crate) use sample::{Between, Rows, Taps, keys, parted};
pub use sample::{bicubic, bilinear, warp, warp_all};
pub use shape::{dilate, erode, label, label_groups, squared_distance};

use multiversion::multiversion;

use crate::raster::{Field, Mask, from_rows, planes_from_rows, row, weights, zip2};

/// Standard deviation, px, from which a Gaussian runs on a half-size copy: there it is still 4 px
/// wide, and what halving and doubling lose is below a thousandth of the picture's range.
const HALVE_FROM: f32 = 8.0;

/// Half the kernel's length in standard deviations; beyond it lie 6e-5 of the weight.
const KERNEL_REACH: f32 = 4.0;

/// Gaussian blur with standard deviation `sigma` in px; a copy if `sigma` is not positive.
///
/// Wide blurs run on a reduced copy, so that the cost does not grow with `sigma`.
#[must_use]
pub fn gaussian(field: &Field, sigma: f32) -> Field {
    if sigma.is_nan() || sigma <= 0.0 || field.is_empty() {
        return field.clone();
    }
    if sigma >= HALVE_FROM && field.nrows() >= 8 && field.ncols() >= 8 {
        // Averaging 2 x 2 has a variance of 1/4 px² and doubling linearly one of 3/4 px².
        let rest = (sigma * sigma - 1.0).sqrt() / 2.0;
        return double(&gaussian(&halve(field), rest), field.dim());
    }
    separable(field, &gaussian_kernel(sigma))
}

fn gaussian_kernel(sigma: f32) -> Vec<f32> {
    let reach = (KERNEL_REACH * sigma).ceil().max(1.0) as i32;
    let weights: Vec<f64> = (0..=reach)
        .map(|i| (-0.5 * (f64::from(i) / f64::from(sigma)).powi(2)).exp())
        .collect();
    let total = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    weights.iter().map(|w| (w / total) as f32).collect()
}

/// `i` mirrored into 0 to n - 1.
#[must_use]
pub fn mirror(i: isize, n: usize) -> usize {
    if n <= 1 {
        return 0;
    }
    let period = 2 * (n as isize - 1);
    let i = i.rem_euclid(period);
    (if i < n as isize { i } else { period - i }) as usize
}

/// Convolution with a symmetric kernel in both directions; `kernel[i]` is the weight at distance i.
#[must_use]
pub fn separable(field: &Field, kernel: &[f32]) -> Field {
    let (rows, columns) = field.dim();
    let reach = kernel.len() - 1;
    let vertical: Field = from_rows(rows, columns, |y, out| {
        let line = |d: isize| row(field, mirror(y as isize + d, rows));
        weighed(out, kernel, |i| (line(-(i as isize)), line(i as isize)));
    });
    // What mirrors the line's beginning and end.
    let left: Vec<usize> = (1..=reach as isize)
        .rev()
        .map(|d| mirror(-d, columns))
        .collect();
    let right: Vec<usize> = (columns..columns + reach)
        .map(|x| mirror(x as isize, columns))
        .collect();
    from_rows(rows, columns, |y, out| {
        let line = row(&vertical, y);
        let mut padded = Vec::with_capacity(columns + 2 * reach);
        padded.extend(left.iter().map(|&x| line[x]));
        padded.extend_from_slice(line);
        padded.extend(right.iter().map(|&x| line[x]));
        weighed(out, kernel, |i| {
            (&padded[reach - i..], &padded[reach + i..])
        });
    })
}

/// `kernel[0]` of a line, and of each pair of lines at the same distance their sum's `kernel[i]`.
///
/// `pair(i)`: the lines at distance i on both sides, at least as long as `out`.
fn weighed<'a>(out: &mut [f32], kernel: &[f32], pair: impl Fn(usize) -> (&'a [f32], &'a [f32])) {
    for (o, &v) in out.iter_mut().zip(pair(0).0) {
        *o = kernel[0] * v;
    }
    let tap = |i: usize| {
        let (a, b) = pair(i);
        (kernel[i], &a[..out.len()], &b[..out.len()])
    };
    let taps: Vec<Tap> = (1..kernel.len()).map(tap).collect();
    let fours = taps.chunks_exact(4);
    let rest = fours.remainder();
    for four in fours {
        add_taps(out, [four[0], four[1], four[2], four[3]]);
    }
    for &tap in rest {
        add_tap(out, tap);
    }
}

/// A weight, and the lines on both sides that it is for.
type Tap<'a> = (f32, &'a [f32], &'a [f32]);

#[multiversion(targets("x86_64+avx2"))]
fn add_tap(out: &mut [f32], (w, a, b): Tap) {
    for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
        *o += w * (a + b);
    }
}

/// Four taps one after the other, as [`add_tap`] would, with each sum written once.
#[multiversion(targets("x86_64+avx2"))]
fn add_taps(out: &mut [f32], taps: [Tap; 4]) {
    let n = out.len();
    let [(w0, a0, b0), (w1, a1, b1), (w2, a2, b2), (w3, a3, b3)] =
        taps.map(|(w, a, b)| (w, &a[..n], &b[..n]));
    for i in 0..n {
        let mut sum = out[i];
        sum += w0 * (a0[i] + b0[i]);
        sum += w1 * (a1[i] + b1[i]);
        sum += w2 * (a2[i] + b2[i]);
        sum += w3 * (a3[i] + b3[i]);
        out[i] = sum;
    }
}

/// Gaussian blur that looks only at the pixels in `mask` (normalised convolution, Knutsson & Westin
/// 1993); `fallback` where no such pixel is near.
#[must_use]
pub fn gaussian_masked(field: &Field, mask: &Mask, sigma: f32, fallback: f32) -> Field {
    gaussian_weighted(field, &weights(mask), sigma, fallback)
}

/// As [`gaussian_masked`], with a weight (0 or more) for every pixel.
#[must_use]
pub fn gaussian_weighted(field: &Field, weight: &Field, sigma: f32, fallback: f32) -> Field {
    WeightedBlur::new(weight, sigma).of(field, fallback)
}

/// [`gaussian_weighted`] for several fields with the same weights.
#[derive(Debug)]
pub(crate) struct WeightedBlur<'a> {
    weight: &'a Field,
    sigma: f32,
    /// The weights themselves, blurred.
    pub reach: Field,
}

impl<'a> WeightedBlur<'a> {
    pub(crate) fn new(weight: &'a Field, sigma: f32) -> Self {
        Self {
            weight,
            sigma,
            reach: gaussian(weight, sigma),
        }
    }

    pub(crate) fn of(&self, field: &Field, fallback: f32) -> Field {
        /// Share of the kernel that must lie on weighted pixels.
        const LEAST: f32 = 1e-4;
        let weighted = zip2(field, self.weight, |v, w| if w > 0.0 { v * w } else { 0.0 });
        let blurred = gaussian(&weighted, self.sigma);
        zip2(&blurred, &self.reach, |n, d| {
            if d > LEAST { n / d } else { fallback }
        })
    }
}

/// The central differences (d/dx, d/dy) in units per px, one-sided at the border.
#[must_use]
pub fn gradient(field: &Field) -> (Field, Field) {
    let (rows, columns) = field.dim();
    let [dx, dy] = planes_from_rows(rows, columns, |y, [dx, dy]| {
        let line = row(field, y);
        for (x, o) in dx.iter_mut().enumerate() {
            let (a, b) = (x.saturating_sub(1), (x + 1).min(columns - 1));
            if b > a {
                *o = (line[b] - line[a]) / (b - a) as f32;
            }
        }
        let (a, b) = (y.saturating_sub(1), (y + 1).min(rows - 1));
        if b > a {
            let (upper, lower) = (row(field, a), row(field, b));
            for ((o, &u), &l) in dy.iter_mut().zip(upper).zip(lower) {
                *o = (l - u) / (b - a) as f32;
            }
        }
    });
    (dx, dy)
}
