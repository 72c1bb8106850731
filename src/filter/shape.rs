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
    if radius.abs() <= DIRECT {
        within(mask, radius * radius)
    } else {
        each(&squared_distance(mask), |d| d <= radius * radius)
    }
}

/// Pixels of the mask farther than `radius` px from what is not in it (erosion by a disk).
#[must_use]
pub fn erode(mask: &Mask, radius: f32) -> Mask {
    each(&dilate(&each(mask, |m| !m), radius), |near| !near)
}

/// Radius, px, up to which a disk is laid on line by line: beyond it distances cost less.
const DIRECT: f32 = 32.0;

/// Pixels whose squared distance to the nearest of the mask is at most `most`.
fn within(mask: &Mask, most: f32) -> Mask {
    let (rows, columns) = mask.dim();
    // How far aside a disk reaches in the lines at each distance from its centre.
    let reaches = |dy: u32, dx: u32| (dx * dx + dy * dy) as f32 <= most;
    let all = 0..=DIRECT as u32;
    let lines: Vec<u8> = (all.clone().take_while(|&dy| reaches(dy, 0)))
        .map(|dy| all.clone().take_while(|&dx| reaches(dy, dx)).count() as u8 - 1)
        .collect();
    let aside: Array2<u8> = from_rows(rows, columns, |y, out| to_nearest(row(mask, y), out));
    from_rows(rows, columns, |y, out| {
        let mut lay = |y: usize, reach: u8| {
            for (o, &d) in out.iter_mut().zip(row(&aside, y)) {
                *o |= d <= reach;
            }
        };
        for (dy, &reach) in lines.iter().enumerate() {
            if y + dy < rows {
                lay(y + dy, reach);
            }
            if dy > 0 && y >= dy {
                lay(y - dy, reach);
            }
        }
    })
}

/// How far each pixel of a line is from the nearest that is set, px; 255 from there on.
fn to_nearest(line: &[bool], out: &mut [u8]) {
    let next = |d: u8, set: bool| if set { 0 } else { d.saturating_add(1) };
    let mut d = u8::MAX;
    for (o, &set) in out.iter_mut().zip(line) {
        d = next(d, set);
        *o = d;
    }
    let mut d = u8::MAX;
    for (o, &set) in out.iter_mut().zip(line).rev() {
        d = next(d, set);
        *o = d.min(*o);
    }
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
    let values = values.as_slice().expect("planes are row-major");
    let mut labels = vec![0u32; values.len()];
    let mut sizes = Vec::new();
    let mut stack = Vec::new();
    for (first, &value) in values.iter().enumerate() {
        if value == 0 || labels[first] != 0 {
            continue;
        }
        let id = sizes.len() as u32 + 1;
        let mut size = 0;
        labels[first] = id;
        stack.push((first / columns, first % columns));
        while let Some((y, x)) = stack.pop() {
            size += 1;
            let (left, right) = (x.saturating_sub(1), (x + 1).min(columns - 1));
            for v in y.saturating_sub(1)..=(y + 1).min(rows - 1) {
                let line = v * columns + left..=v * columns + right;
                let pixels = labels[line.clone()].iter_mut().zip(&values[line]);
                for (u, (label, &there)) in pixels.enumerate() {
                    if there == value && *label == 0 {
                        *label = id;
                        stack.push((v, left + u));
                    }
                }
            }
        }
        sizes.push(size);
    }
    let labels = Array2::from_shape_vec((rows, columns), labels).expect("rows x columns values");
    (labels, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_laid_on_and_distances_agree() {
        // Specks, lines and a bay, some at the border; and nothing, and all.
        let speckled = |every: usize| {
            Mask::from_shape_fn((41, 57), |(y, x)| {
                (x * 31 + y * 17 + x * y) % every == 0 || (x > 40 && y > 25 && x + y < 90)
            })
        };
        let masks = [speckled(97), speckled(13), speckled(2), speckled(1)];
        let none = Mask::from_elem((41, 57), false);
        for mask in masks.iter().chain([&none]) {
            let outside = each(mask, |m| !m);
            for radius in [0.0, 0.7, 1.0, 1.5, 2.0, 3.2, 5.0, 12.3, 32.0] {
                let most = radius * radius;
                let near = each(&squared_distance(mask), |d| d <= most);
                let inner = each(&squared_distance(&outside), |d| d > most);
                assert!(dilate(mask, radius) == near, "{radius}");
                assert!(erode(mask, radius) == inner, "{radius}");
            }
        }
    }
}
