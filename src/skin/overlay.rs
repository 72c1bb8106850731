//! Watermarks: text and logos laid over the photo again and again.
//!
//! Nothing on skin comes back a few hundred pixels further on, to the pixel. So the photo's thin
//! bright lines (strokes) are compared with themselves: where their autocorrelation
//! (Wiener-Khinchin, by FFT) has a sharp peak, the places that agree with a copy of themselves that
//! far away are taken out.

use rustfft::num_complex::Complex32;

use super::lines;
use crate::filter::{bilinear, gaussian, label, reduce};
use crate::fourier::{self, Spectrum};
use crate::raster::{Field, Mask, each, from_rows, map, row, zip2, zip3};
use crate::stats::median_and_sigma;

/// Width of the line filter, px: the strokes of small print are 1 to 3 px wide.
const STROKE: f32 = 1.0;
/// Window, px standard deviation, in which lines are brought to one strength, so that faint text on
/// a cheek counts as much as sharp text on a dark coat. About the height of a letter.
const WINDOW: f32 = 8.0;
/// Weakest lines, log units, brought to that strength: those of smooth skin and of the codec are
/// weaker, a stroke of the faintest print has 0.03.
const WEAKEST: f32 = 0.01;
/// Nearest copy looked for, px: nearer, skin lines, hair and the codec's blocks repeat as well.
const NEAREST: usize = 64;
/// Peaks of the autocorrelation that are tried; copies in a lattice make several.
const TRIED: usize = 8;
/// Height of a peak above the ring around it, in the scatter of the autocorrelation: chance reaches
/// 3.3 in skin, a faint watermark 3.7 and more. Long straight edges make ridges, which the ring
/// takes off. What is no copy is found out place by place.
const LEAST_PEAK: f32 = 3.5;
/// Ring around a peak, px: inner and outer radius.
const RING: [isize; 2] = [4, 7];
/// Px taken together where two copies are compared; a stroke and its gap.
const COARSE: f64 = 4.0;
/// Correlation of a place with its copy from which the overlay goes on and starts. Two patches of
/// skin of this size correlate by 0.1 (one standard deviation).
const AGREES: [f32; 2] = [0.3, 0.5];
/// Width, px standard deviation, of the surroundings a place's brightness is held against.
const SURROUNDINGS: f32 = 24.0;
/// Print is brighter than what it lies on, or its group has picked up some shade; scars of one shape
/// are dark. Log units.
const LEAST_BRIGHT: f32 = -0.05;
/// Least area of an overlay, windows of [`WINDOW`]: a word, not a speck.
const LEAST_WINDOWS: f32 = 2.0;

/// Where an overlay repeats itself, of ln Y.
pub(super) fn find(log_luminance: &Field) -> Mask {
    let size = log_luminance.dim();
    if size.0.min(size.1) < 2 * NEAREST {
        return Mask::from_elem(size, false);
    }
    let structure = even_structure(log_luminance);
    let energy = coarse(&map(&structure, |s| s * s));
    let mut best = Field::zeros(energy.dim());
    for (down, right) in peaks(&structure) {
        for step in unwrapped(down, right, size) {
            agreement(&structure, &energy, step, &mut best);
        }
    }
    let small = reduce(log_luminance, COARSE);
    let around = gaussian(&small, SURROUNDINGS / COARSE as f32);
    let mut kept = hysteresis(&best, &zip2(&small, &around, |l, a| l - a));
    add_faint(&mut kept, &structure);
    from_rows(size.0, size.1, |y, out| {
        let v = ((y as f64 / COARSE) as usize).min(kept.nrows() - 1);
        for (x, o) in out.iter_mut().enumerate() {
            *o = kept[[v, ((x as f64 / COARSE) as usize).min(kept.ncols() - 1)]];
        }
    })
}

/// Thin bright lines, of one strength everywhere, with no mean.
fn even_structure(log_luminance: &Field) -> Field {
    /// A pixel stronger than this many times its surroundings counts as this: a glint, an edge.
    const CAP: f32 = 3.0;
    /// The picture's own edge, px: it repeats in all pictures.
    const BORDER: usize = 5;
    let fine = lines::strength(&map(log_luminance, |l| -l), STROKE);
    let usual = gaussian(&fine, WINDOW);
    let even = zip2(&fine, &usual, |f, u| (f / (u + WEAKEST)).min(CAP));
    let mean = gaussian(&even, WINDOW);
    from_rows(even.nrows(), even.ncols(), |y, out| {
        let lines = row(&even, y).iter().zip(row(&mean, y));
        for (x, (o, (e, m))) in out.iter_mut().zip(lines).enumerate() {
            if inset((y, x), even.dim()) >= BORDER {
                *o = e - m;
            }
        }
    })
}

/// Distance of a pixel from the picture's edge.
fn inset((y, x): (usize, usize), (rows, columns): (usize, usize)) -> usize {
    y.min(x).min(rows - 1 - y).min(columns - 1 - x)
}

/// Steps (rows, columns), modulo the transform's size, at which the structure meets itself again.
fn peaks(structure: &Field) -> Vec<(usize, usize)> {
    let spectrum = transformed(structure.dim(), |y, x| structure[[y, x]]);
    let (rows, columns) = spectrum.dim();
    let power = each(&spectrum, |c| Complex32::new(c.norm_sqr(), 0.0));
    let lags = each(&fourier::inverse(power), |c| c.re);
    // A lag and its opposite are one: half of the plane will do.
    let half = (0..=rows / 2).flat_map(|y| row(&lags, y));
    let mut values: Vec<f32> = half.copied().collect();
    let Some((_, sigma)) = median_and_sigma(&mut values) else {
        return Vec::new();
    };
    let near = |i: usize, n: usize| i.min(n - i);
    let mut found: Vec<(f32, usize, usize)> = Vec::new();
    for y in 0..=rows / 2 {
        for (x, &v) in row(&lags, y).iter().enumerate() {
            let far = near(y, rows).max(near(x, columns)) >= NEAREST;
            if far && v > LEAST_PEAK * sigma && v - around(&lags, y, x) > LEAST_PEAK * sigma {
                found.push((v, y, x));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (_, y, x) in found {
        let apart = |&(v, u): &(usize, usize)| {
            near(y.abs_diff(v), rows).max(near(x.abs_diff(u), columns)) > RING[1] as usize
        };
        let opposite = ((rows - y) % rows, (columns - x) % columns);
        if kept.len() < TRIED && kept.iter().all(apart) && !kept.contains(&opposite) {
            kept.push((y, x));
        }
    }
    kept
}

fn padded((rows, columns): (usize, usize)) -> (usize, usize) {
    (fourier::fast_length(rows), fourier::fast_length(columns))
}

/// The largest value on the ring around a lag.
fn around(lags: &Field, y: usize, x: usize) -> f32 {
    let (rows, columns) = (lags.nrows() as isize, lags.ncols() as isize);
    let [inner, outer] = RING;
    let mut most = f32::NEG_INFINITY;
    for dy in -outer..=outer {
        for dx in -outer..=outer {
            if dy.abs().max(dx.abs()) >= inner {
                let v = (y as isize + dy).rem_euclid(rows) as usize;
                let u = (x as isize + dx).rem_euclid(columns) as usize;
                most = most.max(lags[[v, u]]);
            }
        }
    }
    most
}

/// The transform is periodic: each of its lags stands for a step forward and one backward.
fn unwrapped(down: usize, right: usize, size: (usize, usize)) -> Vec<(isize, isize)> {
    let (rows, columns) = padded(size);
    let both = |lag: usize, n: usize| [lag as isize, lag as isize - n as isize];
    let mut steps = Vec::new();
    for dy in both(down, rows) {
        for dx in both(right, columns) {
            // Less than a quarter left to compare proves nothing about the rest.
            let left = |step: isize, n: usize| 4 * step.unsigned_abs() <= 3 * n;
            if left(dy, size.0) && left(dx, size.1) {
                steps.push((dy, dx));
            }
        }
    }
    steps
}

fn coarse(field: &Field) -> Field {
    gaussian(&reduce(field, COARSE), WINDOW / COARSE as f32)
}

/// Raises `best` to how well each place and its copy a `step` away agree, in both places.
fn agreement(structure: &Field, energy: &Field, step: (isize, isize), best: &mut Field) {
    let (rows, columns) = structure.dim();
    let (dy, dx) = step;
    let product = from_rows(rows, columns, |y, out| {
        let v = y as isize + dy;
        if v < 0 || v >= rows as isize {
            return;
        }
        let (here, there) = (row(structure, y), row(structure, v as usize));
        for (x, o) in out.iter_mut().enumerate() {
            let u = x as isize + dx;
            if u >= 0 && u < columns as isize {
                *o = here[x] * there[u as usize];
            }
        }
    });
    let product = coarse(&product);
    let by = [dy as f32 / COARSE as f32, dx as f32 / COARSE as f32];
    let moved = |field: &Field, sign: f32| {
        from_rows(field.nrows(), field.ncols(), |y, out| {
            for (x, o) in out.iter_mut().enumerate() {
                let (v, u) = (y as f32 + sign * by[0], x as f32 + sign * by[1]);
                let inside = v >= 0.0
                    && u >= 0.0
                    && v <= (field.nrows() - 1) as f32
                    && u <= (field.ncols() - 1) as f32;
                *o = if inside { bilinear(field, u, v) } else { 0.0 };
            }
        })
    };
    /// Strength that counts as none; 1 is usual.
    const NONE: f32 = 0.1;
    // A window that reaches over an edge, its own or its copy's, compares the edge.
    let reach = (1.5 * WINDOW / COARSE as f32) as usize;
    let inside = Field::from_shape_fn(energy.dim(), |at| {
        f32::from(u8::from(inset(at, energy.dim()) >= reach))
    });
    let agrees = zip3(&product, energy, &moved(energy, 1.0), |p, e, there| {
        p / (e.max(NONE) * there.max(NONE)).sqrt()
    });
    let agrees = zip3(&agrees, &inside, &moved(&inside, 1.0), |a, here, there| {
        if here >= 1.0 && there >= 1.0 { a } else { 0.0 }
    });
    *best = zip3(best, &agrees, &moved(&agrees, -1.0), |b, here, there| {
        b.max(here).max(there)
    });
}

/// Groups above the lower limit that reach the higher one, are large enough and no darker than what
/// is around them.
fn hysteresis(best: &Field, bright: &Field) -> Mask {
    let [low, high] = AGREES;
    let (labels, sizes) = label(&best.mapv(|b| b > low));
    let mut most = vec![0.0f32; sizes.len()];
    let mut light = vec![0.0f32; sizes.len()];
    for ((&id, &b), &l) in labels.iter().zip(best).zip(bright) {
        if id > 0 {
            let i = id as usize - 1;
            most[i] = most[i].max(b);
            light[i] += l / sizes[i] as f32;
        }
    }
    let window = 2.0 * std::f32::consts::PI * (WINDOW / COARSE as f32).powi(2);
    labels.mapv(|id| {
        id > 0 && {
            let i = id as usize - 1;
            most[i] > high && light[i] > LEAST_BRIGHT && sizes[i] as f32 >= LEAST_WINDOWS * window
        }
    })
}

/// Largest prints whose copies are sought.
const SOUGHT: usize = 3;
/// Height of a peak of the correlation with a whole print, in the correlation's scatter, from which one more
/// lies there. On clinics' photos prints have 28 and more, skin up to 7.4; a print's own edge and the blocks of
/// what was pixelated have more, but there a copy would lie on the print itself.
const LEAST_PRINT: f32 = 14.0;

/// Adds to the prints that repeat themselves clearly those that are too faint for it: a whole print tells
/// more than a window of it, wherever it lies.
fn add_faint(kept: &mut Mask, structure: &Field) {
    let (labels, sizes) = label(kept);
    let mut largest: Vec<usize> = (0..sizes.len()).collect();
    largest.sort_by_key(|&i| (std::cmp::Reverse(sizes[i]), i));
    if largest.is_empty() {
        return;
    }
    let spectrum = transformed(structure.dim(), |y, x| structure[[y, x]]);
    let coarse_at = |y: usize, x: usize| {
        let at = [y, x].map(|i| (i as f64 / COARSE) as usize);
        labels.get(at).copied().unwrap_or_default()
    };
    for i in largest.into_iter().take(SOUGHT) {
        let id = i as u32 + 1;
        let print = transformed(structure.dim(), |y, x| {
            if coarse_at(y, x) == id {
                structure[[y, x]]
            } else {
                0.0
            }
        });
        let both = ndarray::Zip::from(&spectrum)
            .and(&print)
            .map_collect(|s, p| s * p.conj());
        let agrees = each(&fourier::inverse(both), |c| c.re);
        let own: Vec<(usize, usize)> = (labels.indexed_iter())
            .filter_map(|(at, &l)| (l == id).then_some(at))
            .collect();
        for lag in prints(&agrees) {
            copy_to(kept, &own, lag, agrees.dim());
        }
    }
}

/// The transform of a plane of `size`, given by its values.
fn transformed(size: (usize, usize), value: impl Fn(usize, usize) -> f32 + Sync) -> Spectrum {
    let (rows, columns) = padded(size);
    fourier::forward(from_rows(rows, columns, |y, out| {
        if y < size.0 {
            for (x, o) in out.iter_mut().enumerate().take(size.1) {
                *o = Complex32::new(value(y, x), 0.0);
            }
        }
    }))
}

/// Lags (rows, columns; modulo the transform's size) of the sharp peaks of a correlation.
fn prints(agrees: &Field) -> Vec<(usize, usize)> {
    let mut values: Vec<f32> = agrees.iter().copied().collect();
    let Some((_, sigma)) = median_and_sigma(&mut values) else {
        return Vec::new();
    };
    let least = LEAST_PRINT * sigma;
    let mut found = Vec::new();
    for y in 0..agrees.nrows() {
        for (x, &v) in row(agrees, y).iter().enumerate() {
            if v > least && v - around(agrees, y, x) > 0.5 * least {
                found.push((y, x));
            }
        }
    }
    found
}

/// Adds the print of `own` places (coarse px), moved by `lag` (px, modulo `size`) to where more of it lies in
/// the picture; not where it would lie on itself, as the blocks of what was pixelated do.
fn copy_to(kept: &mut Mask, own: &[(usize, usize)], lag: (usize, usize), size: (usize, usize)) {
    type Part = fn(&(usize, usize)) -> usize;
    let shifted = |i: usize, by: isize, n: usize| i.checked_add_signed(by).filter(|&i| i < n);
    let by = |lag: usize, size: usize, n: usize, of: Part| {
        let steps = [lag as f64, lag as f64 - size as f64];
        let [forward, back] = steps.map(|s| (s / COARSE).round() as isize);
        let inside = |by| {
            own.iter()
                .filter(|at| shifted(of(at), by, n).is_some())
                .count()
        };
        if inside(forward) >= inside(back) {
            forward
        } else {
            back
        }
    };
    let clear_of = |by: isize, of: Part| {
        let (first, last) = (own.iter().map(of).min(), own.iter().map(of).max());
        first
            .zip(last)
            .is_some_and(|(first, last)| by.unsigned_abs() > last - first)
    };
    let (rows, columns) = kept.dim();
    let down = by(lag.0, size.0, rows, |at| at.0);
    let right = by(lag.1, size.1, columns, |at| at.1);
    if !clear_of(down, |at| at.0) && !clear_of(right, |at| at.1) {
        return;
    }
    let there: Vec<(usize, usize)> = (own.iter())
        .filter_map(|&(y, x)| shifted(y, down, rows).zip(shifted(x, right, columns)))
        .collect();
    // Most prints are found already, each as wide as it shows.
    if 2 * there.iter().filter(|&&at| kept[at]).count() < there.len() {
        for at in there {
            kept[at] = true;
        }
    }
}
