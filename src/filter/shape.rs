//! Distances, wider and narrower masks, and groups of pixels.

use std::ops::Range;

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
    groups(mask)
}

/// Numbers the 8-connected groups of equal non-zero values: 0 outside, 1.. in raster order of each
/// group's first pixel; with the number of pixels of each (index label - 1).
#[must_use]
pub fn label_groups(values: &Array2<u32>) -> (Array2<u32>, Vec<usize>) {
    groups(values)
}

/// A run of equal values in a line.
struct Run {
    /// First pixel, and the one after the last, of the plane in raster order.
    pixels: Range<usize>,
    /// An earlier run of the same group, or this one itself.
    earlier: usize,
}

/// The first run of the group that run number `at` belongs to.
fn first_of(runs: &mut [Run], mut at: usize) -> usize {
    while runs[at].earlier != at {
        runs[at].earlier = runs[runs[at].earlier].earlier;
        at = runs[at].earlier;
    }
    at
}

/// See [`label_groups`]; the default value is outside. Lines are cut into runs of one value, and a run
/// joins those of the line before that touch it (Rosenfeld & Pfaltz 1966, by runs).
fn groups<T: Copy + Default + PartialEq>(values: &Array2<T>) -> (Array2<u32>, Vec<usize>) {
    let (rows, columns) = values.dim();
    let values = values.as_slice().expect("planes are row-major");
    let mut runs: Vec<Run> = Vec::new();
    let mut above = 0..0;
    for y in 0..rows {
        let first = runs.len();
        let line = y * columns..(y + 1) * columns;
        let mut at = line.start;
        while at < line.end {
            let value = values[at];
            let length = values[at..line.end]
                .iter()
                .take_while(|v| **v == value)
                .count();
            if value != T::default() {
                let run = runs.len();
                runs.push(Run {
                    pixels: at..at + length,
                    earlier: run,
                });
                // Runs that end before this one's left neighbour touch no later one either.
                let (from, to) = (at - columns.min(at), at + length - columns.min(at));
                while above.start < above.end && runs[above.start].pixels.end < from {
                    above.start += 1;
                }
                let mut near = above.start;
                while near < above.end && runs[near].pixels.start <= to {
                    if values[runs[near].pixels.start] == value {
                        let (a, b) = (first_of(&mut runs, near), first_of(&mut runs, run));
                        runs[a.max(b)].earlier = a.min(b);
                    }
                    near += 1;
                }
            }
            at += length;
        }
        above = first..runs.len();
    }
    let mut labels = vec![0u32; values.len()];
    let mut sizes = Vec::new();
    let mut ids = vec![0u32; runs.len()];
    for run in 0..runs.len() {
        let first = first_of(&mut runs, run);
        if first == run {
            sizes.push(0);
            ids[run] = sizes.len() as u32;
        }
        let id = ids[first];
        let pixels = runs[run].pixels.clone();
        sizes[id as usize - 1] += pixels.len();
        labels[pixels].fill(id);
    }
    let labels = Array2::from_shape_vec((rows, columns), labels).expect("rows x columns values");
    (labels, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups by following neighbours from pixel to pixel.
    fn followed(values: &Array2<u32>) -> (Array2<u32>, Vec<usize>) {
        let (rows, columns) = values.dim();
        let mut labels = Array2::zeros((rows, columns));
        let mut sizes = Vec::new();
        for y in 0..rows {
            for x in 0..columns {
                if values[[y, x]] == 0 || labels[[y, x]] != 0 {
                    continue;
                }
                let id = sizes.len() as u32 + 1;
                let (mut size, mut stack) = (0, vec![(y, x)]);
                labels[[y, x]] = id;
                while let Some((v, u)) = stack.pop() {
                    size += 1;
                    for b in v.saturating_sub(1)..(v + 2).min(rows) {
                        for a in u.saturating_sub(1)..(u + 2).min(columns) {
                            if labels[[b, a]] == 0 && values[[b, a]] == values[[y, x]] {
                                labels[[b, a]] = id;
                                stack.push((b, a));
                            }
                        }
                    }
                }
                sizes.push(size);
            }
        }
        (labels, sizes)
    }

    #[test]
    fn runs_and_neighbours_make_the_same_groups() {
        // Specks of one to three values, from few to hardly any gap, wide, narrow and empty planes.
        let mut state = 1u32;
        let mut next = |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        for size in [(37, 53), (1, 40), (40, 1), (2, 2), (0, 5), (5, 0)] {
            for (values, filled) in [(1, 2), (1, 5), (1, 8), (3, 5), (3, 9)] {
                let plane = Array2::from_shape_simple_fn(size, || {
                    let out = next(10) >= filled;
                    if out { 0 } else { 1 + next(values) }
                });
                assert!(label_groups(&plane) == followed(&plane), "{size:?}");
                let mask = each(&plane, |v| v != 0);
                assert!(
                    label(&mask) == followed(&each(&mask, u32::from)),
                    "{size:?}"
                );
            }
        }
    }

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
