//! Smaller and larger: means of areas, lines between pixels.

use ndarray::Array2;
use rayon::prelude::*;

use crate::raster::{Field, from_rows, row};

/// Half the size, each pixel the mean of 2 x 2 (an odd last row or column is repeated).
#[must_use]
pub fn halve(field: &Field) -> Field {
    let (rows, columns) = field.dim();
    from_rows(rows.div_ceil(2), columns.div_ceil(2), |y, out| {
        let upper = row(field, 2 * y);
        let lower = row(field, (2 * y + 1).min(rows - 1));
        let pairs = upper.chunks(2).zip(lower.chunks(2));
        for (o, (u, l)) in out.iter_mut().zip(pairs) {
            let last = u.len() - 1;
            *o = 0.25 * (u[0] + u[last] + l[0] + l[last]);
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
    enlarge_map(field, size, factor, |v| v)
}

/// `f` of every pixel of the field [`enlarge`] gives, which is never held as a whole.
pub(crate) fn enlarge_map<T: Copy + Default + Send>(
    field: &Field,
    size: (usize, usize),
    factor: f64,
    f: impl Fn(f32) -> T + Sync,
) -> Array2<T> {
    /// Rows made by one task: neighbours share the lines of `field` they lie between.
    const BAND: usize = 32;
    let (rows, columns) = field.dim();
    let at = |i: usize, n: usize| {
        let p = ((i as f64 + 0.5) / factor - 0.5).clamp(0.0, (n - 1) as f64);
        let low = (p.floor() as usize).min(n - 1);
        (low, (low + 1).min(n - 1), (p - low as f64) as f32)
    };
    let across: Vec<_> = (0..size.1).map(|x| at(x, columns)).collect();
    let mut data = vec![T::default(); size.0 * size.1];
    data.par_chunks_mut((BAND * size.1).max(1))
        .enumerate()
        .for_each(|(band, out)| {
            // Lines of `field` enlarged, the even ones in the first place and the odd in the second.
            let mut held = [(); 2].map(|()| (usize::MAX, vec![0.0f32; size.1]));
            for (i, out) in out.chunks_exact_mut(size.1).enumerate() {
                let (top, bottom, v) = at(BAND * band + i, rows);
                for y in [top, bottom] {
                    let (holds, line) = &mut held[y % 2];
                    if *holds != y {
                        *holds = y;
                        let own = row(field, y);
                        for (o, &(left, right, u)) in line.iter_mut().zip(&across) {
                            *o = own[left] + u * (own[right] - own[left]);
                        }
                    }
                }
                let lines = held[top % 2].1.iter().zip(&held[bottom % 2].1);
                for (o, (a, b)) in out.iter_mut().zip(lines) {
                    *o = f(a + v * (b - a));
                }
            }
        });
    Array2::from_shape_vec(size, data).expect("rows x columns values")
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
