//! Distances, wider and narrower masks, and groups of pixels.

use ndarray::Array2;

use crate::raster::{Field, Mask, each, from_rows, row, transposed};

/// Squared Euclidean distance, px², of every pixel to the nearest pixel set in `mask`; infinite if
/// there is none (Felzenszwalb & Huttenlocher 2012, exact).
#[must_use]
pub fn squared_distance(mask: &Mask) -> Field {
    let seed: Field = each(mask, |m| if m { 0.0 } else { f32::INFINITY });
    let transform_rows = |f: &Field| -> Field {
        let (rows, columns) = f.dim();
        from_rows(rows, columns, |y, out| lower_envelope(row(f, y), out))
    };
    transposed(&transform_rows(&transposed(&transform_rows(&seed))))
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
    each(&squared_distance(mask), |d| d <= radius * radius)
}

/// Pixels of the mask farther than `radius` px from what is not in it (erosion by a disk).
#[must_use]
pub fn erode(mask: &Mask, radius: f32) -> Mask {
    each(&squared_distance(&each(mask, |m| !m)), |d| {
        d > radius * radius
    })
}

/// Numbers the 8-connected groups of pixels set in `mask`; see [`label_groups`].
#[must_use]
pub fn label(mask: &Mask) -> (Array2<u32>, Vec<usize>) {
    label_groups(&each(mask, u32::from))
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
