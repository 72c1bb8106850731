//! Smaller and larger: means of areas, lines between pixels.

use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use crate::raster::{Field, Mask, from_rows, row};

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
    let at = |i: usize, n: usize| between_centres(i, factor, n);
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

/// Where pixel `i` of an enlarged line lies among the `n` it is made of: those before and behind it,
/// and how far from the first.
fn between_centres(i: usize, factor: f64, n: usize) -> (usize, usize, f32) {
    let p = ((i as f64 + 0.5) / factor - 0.5).clamp(0.0, (n - 1) as f64);
    let low = (p.floor() as usize).min(n - 1);
    (low, (low + 1).min(n - 1), (p - low as f64) as f32)
}

/// Where the field [`enlarge`] gives of a mask's weights (1 where set, else 0) is at least a half: 255,
/// else 0.
///
/// It is worked out only between pixels that differ; all others are filled in by runs.
pub(crate) fn enlarge_mask(mask: &Mask, size: (usize, usize), factor: f64) -> Array2<u8> {
    /// Rows made by one task: neighbours share their runs.
    const BAND: usize = 32;
    let (rows, columns) = mask.dim();
    let across: Vec<_> = (0..size.1)
        .map(|x| between_centres(x, factor, columns))
        .collect();
    let mut data = vec![0; size.0 * size.1];
    data.par_chunks_mut((BAND * size.1).max(1))
        .enumerate()
        .for_each(|(band, out)| {
            let mut held = (usize::MAX, Vec::new());
            for (i, out) in out.chunks_exact_mut(size.1).enumerate() {
                let (top, bottom, v) = between_centres(BAND * band + i, factor, rows);
                if held.0 != top {
                    held = (top, runs([row(mask, top), row(mask, bottom)], &across));
                }
                for (columns, corners) in &held.1 {
                    let places = across[columns.clone()].iter().map(|place| place.2);
                    fill_run(&mut out[columns.clone()], *corners, places, v);
                }
            }
        });
    Array2::from_shape_vec(size, data).expect("rows x columns values")
}

/// A run of a line of 0, `v` of the way from its upper to its lower pixels; `places`: how far each pixel
/// is from the left ones.
fn fill_run(run: &mut [u8], corners: [[bool; 2]; 2], places: impl Iterator<Item = f32>, v: f32) {
    match corners {
        [[true, true], [true, true]] => run.fill(255),
        [[false, false], [false, false]] => {}
        corners => {
            let [upper, lower] = corners.map(|line| line.map(|set| f32::from(u8::from(set))));
            for (o, u) in run.iter_mut().zip(places) {
                let a = upper[0] + u * (upper[1] - upper[0]);
                let b = lower[0] + u * (lower[1] - lower[0]);
                *o = if a + v * (b - a) >= 0.5 { 255 } else { 0 };
            }
        }
    }
}

/// Columns of an enlarged mask between the same pixels of two of its lines, upper and lower.
type Run = (Range<usize>, [[bool; 2]; 2]);

fn runs(lines: [&[bool]; 2], across: &[(usize, usize, f32)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut from = 0;
    for same in across.chunk_by(|a, b| a.0 == b.0) {
        let to = from + same.len();
        let corners = lines.map(|line| [line[same[0].0], line[same[0].1]]);
        match runs.last_mut() {
            // The weights run on into the next pixel only where they do not change.
            Some((columns, before)) if *before == corners && corners[0][0] == corners[0][1] => {
                columns.end = to;
            }
            _ => runs.push((from..to, corners)),
        }
        from = to;
    }
    runs
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::weights;

    #[test]
    fn masks_are_enlarged_as_fields_are() {
        let mask = Mask::from_shape_fn((23, 31), |(y, x)| {
            (x * 5 + y * 3 + x * y).is_multiple_of(4) || (x > 15 && y > 11)
        });
        for factor in [1.0, 1.3, 2.0, 2.5, 3.7] {
            let size = ((23.0 * factor) as usize + 1, (31.0 * factor) as usize + 2);
            let shown = |share: f32| if share >= 0.5 { 255 } else { 0 };
            let expected = enlarge_map(&weights(&mask), size, factor, shown);
            assert!(enlarge_mask(&mask, size, factor) == expected, "{factor}");
        }
    }
}
