//! Linear filters on fields: Gaussian blur, blur inside a mask, reduction and enlargement, sampling.
//!
//! Borders repeat the picture mirrored about its edge pixels (edge pixel not repeated).

use ndarray::Array2;

use crate::raster::{Field, Mask, from_rows, row, zip2};

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
        for (o, &v) in out.iter_mut().zip(row(field, y)) {
            *o = kernel[0] * v;
        }
        for (i, &w) in kernel.iter().enumerate().skip(1) {
            let above = row(field, mirror(y as isize - i as isize, rows));
            let below = row(field, mirror(y as isize + i as isize, rows));
            for ((o, &a), &b) in out.iter_mut().zip(above).zip(below) {
                *o += w * (a + b);
            }
        }
    });
    from_rows(rows, columns, |y, out| {
        let line = row(&vertical, y);
        let padded: Vec<f32> = (-(reach as isize)..(columns + reach) as isize)
            .map(|x| line[mirror(x, columns)])
            .collect();
        for (o, &v) in out.iter_mut().zip(&padded[reach..]) {
            *o = kernel[0] * v;
        }
        for (i, &w) in kernel.iter().enumerate().skip(1) {
            let left = &padded[reach - i..];
            let right = &padded[reach + i..];
            for ((o, &a), &b) in out.iter_mut().zip(left).zip(right) {
                *o += w * (a + b);
            }
        }
    })
}

/// Gaussian blur that looks only at the pixels in `mask` (normalised convolution, Knutsson & Westin
/// 1993); `fallback` where no such pixel is near.
#[must_use]
pub fn gaussian_masked(field: &Field, mask: &Mask, sigma: f32, fallback: f32) -> Field {
    let weight = mask.mapv(|m| if m { 1.0 } else { 0.0 });
    gaussian_weighted(field, &weight, sigma, fallback)
}

/// As [`gaussian_masked`], with a weight (0 or more) for every pixel.
#[must_use]
pub fn gaussian_weighted(field: &Field, weight: &Field, sigma: f32, fallback: f32) -> Field {
    /// Share of the kernel that must lie on weighted pixels.
    const LEAST: f32 = 1e-4;
    let numerator = gaussian(
        &zip2(field, weight, |v, w| if w > 0.0 { v * w } else { 0.0 }),
        sigma,
    );
    let denominator = gaussian(weight, sigma);
    zip2(&numerator, &denominator, |n, d| {
        if d > LEAST { n / d } else { fallback }
    })
}

/// Half the size, each pixel the mean of 2 x 2 (an odd last row or column is repeated).
#[must_use]
pub fn halve(field: &Field) -> Field {
    let (rows, columns) = field.dim();
    from_rows(rows.div_ceil(2), columns.div_ceil(2), |y, out| {
        let upper = row(field, 2 * y);
        let lower = row(field, (2 * y + 1).min(rows - 1));
        for (x, o) in out.iter_mut().enumerate() {
            let (left, right) = (2 * x, (2 * x + 1).min(columns - 1));
            *o = 0.25 * (upper[left] + upper[right] + lower[left] + lower[right]);
        }
    })
}

/// The inverse frame of [`halve`], linear between pixel centres, to `size` (rows, columns).
#[must_use]
pub fn double(field: &Field, size: (usize, usize)) -> Field {
    enlarge(field, size, 2.0)
}

/// Resampled to `size` (rows, columns), each pixel of `field` covering `factor` x `factor` of them;
/// linear between centres.
#[must_use]
pub fn enlarge(field: &Field, size: (usize, usize), factor: f64) -> Field {
    let (rows, columns) = field.dim();
    let at = |i: usize, n: usize| {
        let p = ((i as f64 + 0.5) / factor - 0.5).clamp(0.0, (n - 1) as f64);
        let low = (p.floor() as usize).min(n - 1);
        (low, (low + 1).min(n - 1), (p - low as f64) as f32)
    };
    let across: Vec<_> = (0..size.1).map(|x| at(x, columns)).collect();
    from_rows(size.0, size.1, |y, out| {
        let (top, bottom, v) = at(y, rows);
        let (upper, lower) = (row(field, top), row(field, bottom));
        for (o, &(left, right, u)) in out.iter_mut().zip(&across) {
            let a = upper[left] + u * (upper[right] - upper[left]);
            let b = lower[left] + u * (lower[right] - lower[left]);
            *o = a + v * (b - a);
        }
    })
}

/// Reduced `factor` times (1 or more, any real number), each pixel the mean of the area it covers.
///
/// Centre of pixel i of the result: `factor * i + (factor - 1) / 2` in px of `field`. What does not
/// fill a last pixel is dropped.
#[must_use]
pub fn reduce(field: &Field, factor: f64) -> Field {
    if factor <= 1.0 {
        return field.clone();
    }
    let (rows, columns) = field.dim();
    let (out_rows, out_columns) = (
        reduced_length(rows, factor),
        reduced_length(columns, factor),
    );
    let across: Vec<_> = (0..out_columns)
        .map(|i| coverage(i, factor, columns))
        .collect();
    from_rows(out_rows, out_columns, |y, out| {
        let mut sum = vec![0.0f32; columns];
        for (r, w) in coverage(y, factor, rows) {
            for (s, &v) in sum.iter_mut().zip(row(field, r)) {
                *s += w * v;
            }
        }
        for (o, cover) in out.iter_mut().zip(&across) {
            *o = cover.iter().map(|&(c, w)| w * sum[c]).sum();
        }
    })
}

/// Pixels of a line of `n` after [`reduce`].
pub(crate) fn reduced_length(n: usize, factor: f64) -> usize {
    ((n as f64 / factor).floor() as usize).max(1)
}

/// Which source pixels pixel `i` of a reduced line covers, and their weights (sum 1).
pub(crate) fn coverage(i: usize, factor: f64, n: usize) -> Vec<(usize, f32)> {
    let (from, to) = (i as f64 * factor, (i as f64 + 1.0) * factor);
    let cover: Vec<(usize, f64)> = (from.floor() as usize..n)
        .take_while(|&s| (s as f64) < to)
        .map(|s| (s, to.min(s as f64 + 1.0) - from.max(s as f64)))
        .filter(|&(_, w)| w > 0.0)
        .collect();
    let total: f64 = cover.iter().map(|c| c.1).sum();
    cover
        .into_iter()
        .map(|(s, w)| (s, (w / total) as f32))
        .collect()
}

/// The field between pixels, linear; coordinates outside are moved to the edge.
#[must_use]
pub fn bilinear(field: &Field, x: f32, y: f32) -> f32 {
    let (rows, columns) = field.dim();
    let x = x.clamp(0.0, (columns - 1) as f32);
    let y = y.clamp(0.0, (rows - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(columns - 1), (top + 1).min(rows - 1));
    let (u, v) = (x - left as f32, y - top as f32);
    let a = field[[top, left]] + u * (field[[top, right]] - field[[top, left]]);
    let b = field[[bottom, left]] + u * (field[[bottom, right]] - field[[bottom, left]]);
    a + v * (b - a)
}

/// Keys' cubic convolution kernel (a = -1/2; Keys 1981) at the four taps around a fraction `t`.
fn keys(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t + t2 - 0.5 * t3,
        1.0 - 2.5 * t2 + 1.5 * t3,
        0.5 * t + 2.0 * t2 - 1.5 * t3,
        -0.5 * t2 + 0.5 * t3,
    ]
}

/// The field between pixels, bicubic (Keys 1981); exact at pixel centres, mirrored at the border.
#[must_use]
pub fn bicubic(field: &Field, x: f32, y: f32) -> f32 {
    let (rows, columns) = field.dim();
    let (left, top) = (x.floor(), y.floor());
    let (wx, wy) = (keys(x - left), keys(y - top));
    let (left, top) = (left as isize, top as isize);
    let inside = left >= 1 && top >= 1 && left + 2 < columns as isize && top + 2 < rows as isize;
    let mut sum = 0.0;
    for (j, wy) in wy.iter().enumerate() {
        let y = top - 1 + j as isize;
        let line = row(field, if inside { y as usize } else { mirror(y, rows) });
        let mut s = 0.0;
        for (i, wx) in wx.iter().enumerate() {
            let x = left - 1 + i as isize;
            s += wx
                * line[if inside {
                    x as usize
                } else {
                    mirror(x, columns)
                }];
        }
        sum += wy * s;
    }
    sum
}

/// `field` seen through a map: pixel p of the result is `field` at (x, y) of p, bicubic.
#[must_use]
pub fn warp(field: &Field, x: &Field, y: &Field) -> Field {
    let (rows, columns) = x.dim();
    from_rows(rows, columns, |r, out| {
        for ((o, &x), &y) in out.iter_mut().zip(row(x, r)).zip(row(y, r)) {
            *o = bicubic(field, x, y);
        }
    })
}

/// The central differences (d/dx, d/dy) in units per px, one-sided at the border.
#[must_use]
pub fn gradient(field: &Field) -> (Field, Field) {
    let (rows, columns) = field.dim();
    let dx = from_rows(rows, columns, |y, out| {
        let line = row(field, y);
        for (x, o) in out.iter_mut().enumerate() {
            let (a, b) = (x.saturating_sub(1), (x + 1).min(columns - 1));
            *o = if b > a {
                (line[b] - line[a]) / (b - a) as f32
            } else {
                0.0
            };
        }
    });
    let dy = from_rows(rows, columns, |y, out| {
        let (a, b) = (y.saturating_sub(1), (y + 1).min(rows - 1));
        if b > a {
            let (upper, lower) = (row(field, a), row(field, b));
            for ((o, &u), &l) in out.iter_mut().zip(upper).zip(lower) {
                *o = (l - u) / (b - a) as f32;
            }
        }
    });
    (dx, dy)
}

/// Squared Euclidean distance, px², of every pixel to the nearest pixel set in `mask`; infinite if
/// there is none (Felzenszwalb & Huttenlocher 2012, exact).
#[must_use]
pub fn squared_distance(mask: &Mask) -> Field {
    let seed: Field = mask.mapv(|m| if m { 0.0 } else { f32::INFINITY });
    let transform_rows = |f: &Field| -> Field {
        let (rows, columns) = f.dim();
        from_rows(rows, columns, |y, out| lower_envelope(row(f, y), out))
    };
    let transpose = |f: &Field| -> Field {
        let (rows, columns) = f.dim();
        from_rows(columns, rows, |y, out| {
            for (x, o) in out.iter_mut().enumerate() {
                *o = f[[x, y]];
            }
        })
    };
    transpose(&transform_rows(&transpose(&transform_rows(&seed))))
}

fn lower_envelope(f: &[f32], out: &mut [f32]) {
    let mut hull: Vec<(usize, f64)> = Vec::with_capacity(f.len()); // vertex, from where it is lowest
    for (q, &fq) in f.iter().enumerate() {
        if !fq.is_finite() {
            continue;
        }
        let mut from = f64::NEG_INFINITY;
        while let Some(&(v, start)) = hull.last() {
            let (vf, qf) = (v as f64, q as f64);
            let s = ((f64::from(fq) + qf * qf) - (f64::from(f[v]) + vf * vf)) / (2.0 * (qf - vf));
            if s > start {
                from = s;
                break;
            }
            hull.pop();
        }
        hull.push((q, from));
    }
    let mut k = 0;
    for (x, o) in out.iter_mut().enumerate() {
        while k + 1 < hull.len() && hull[k + 1].1 < x as f64 {
            k += 1;
        }
        *o = match hull.get(k) {
            Some(&(v, _)) => {
                let d = x as f32 - v as f32;
                d * d + f[v]
            }
            None => f32::INFINITY,
        };
    }
}

/// Pixels within `radius` px of the mask (dilation by a disk).
#[must_use]
pub fn dilate(mask: &Mask, radius: f32) -> Mask {
    squared_distance(mask).mapv(|d| d <= radius * radius)
}

/// Pixels of the mask farther than `radius` px from what is not in it (erosion by a disk).
#[must_use]
pub fn erode(mask: &Mask, radius: f32) -> Mask {
    squared_distance(&mask.mapv(|m| !m)).mapv(|d| d > radius * radius)
}

/// Numbers the 8-connected groups of pixels set in `mask`; see [`label_groups`].
#[must_use]
pub fn label(mask: &Mask) -> (Array2<u32>, Vec<usize>) {
    label_groups(&mask.mapv(u32::from))
}

/// Numbers the 8-connected groups of equal non-zero values: 0 outside, 1.. in raster order of each
/// group's first pixel; with the number of pixels of each (index label - 1).
#[must_use]
pub fn label_groups(values: &Array2<u32>) -> (Array2<u32>, Vec<usize>) {
    let (rows, columns) = values.dim();
    let mut labels = Array2::<u32>::zeros((rows, columns));
    let mut sizes = Vec::new();
    let mut stack = Vec::new();
    for y in 0..rows {
        for x in 0..columns {
            let value = values[[y, x]];
            if value == 0 || labels[[y, x]] != 0 {
                continue;
            }
            let id = sizes.len() as u32 + 1;
            let mut size = 0;
            labels[[y, x]] = id;
            stack.push((y, x));
            while let Some((y, x)) = stack.pop() {
                size += 1;
                for v in y.saturating_sub(1)..=(y + 1).min(rows - 1) {
                    for u in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
                        if values[[v, u]] == value && labels[[v, u]] == 0 {
                            labels[[v, u]] = id;
                            stack.push((v, u));
                        }
                    }
                }
            }
            sizes.push(size);
        }
    }
    (labels, sizes)
}
