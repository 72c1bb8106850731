//! Thin dark lines: hairs.
//!
//! A line is a ridge of the second derivative (Steger 1998): strongly curved across, straight along.

use ndarray::Array2;

use crate::filter::{gaussian, gradient, label};
use crate::raster::{Field, Mask, each, from_rows, row, zip2, zip3};

/// Lines at one scale.
pub(super) struct Lines {
    /// Curvature across less curvature along, times σ², log units: about a third of the line's
    /// contrast where the line is as wide as the filter.
    pub strength: Field,
    /// `strength` where it is highest across the line, else 0.
    pub crest: Field,
}

/// Dark lines of ln Y as wide as `sigma` (px).
pub(super) fn lines(log_luminance: &Field, sigma: f32) -> Lines {
    let oriented = oriented(log_luminance, sigma);
    let (rows, columns) = oriented.dim();
    let crest = from_rows(rows, columns, |y, out| {
        for (x, o) in out.iter_mut().enumerate() {
            let (s, sector) = oriented[[y, x]];
            if s > 0.0 && is_crest(&oriented, y, x, s, sector) {
                *o = s;
            }
        }
    });
    let strength = each(&oriented, |o| o.0);
    Lines { strength, crest }
}

/// [`Lines::strength`] alone.
pub(super) fn strength(log_luminance: &Field, sigma: f32) -> Field {
    each(&oriented(log_luminance, sigma), |o| o.0)
}

fn oriented(log_luminance: &Field, sigma: f32) -> Array2<(f32, u8)> {
    let smooth = gaussian(log_luminance, sigma);
    let (rows, columns) = smooth.dim();
    let scale = sigma * sigma;
    from_rows(rows, columns, |y, out: &mut [(f32, u8)]| {
        let (up, here, down) = (
            row(&smooth, y.saturating_sub(1)),
            row(&smooth, y),
            row(&smooth, (y + 1).min(rows - 1)),
        );
        for (x, o) in out.iter_mut().enumerate() {
            let (l, r) = (x.saturating_sub(1), (x + 1).min(columns - 1));
            let xx = scale * (here[l] + here[r] - 2.0 * here[x]);
            let yy = scale * (up[x] + down[x] - 2.0 * here[x]);
            let xy = scale * 0.25 * (down[r] - down[l] - up[r] + up[l]);
            *o = principal(xx, xy, yy);
        }
    })
}

/// The crests of lines no wider than the filter: a line that is stronger through a filter twice as
/// wide is a crease or the shaded wall of a scar, not a hair.
pub(super) fn thin_crest(log_luminance: &Field, fine: &Lines, sigma: f32) -> Field {
    /// A line as wide as the filter reads 1.0 times as strong through the wider one, one half as
    /// wide 0.6 times, one twice as wide 2.0 times.
    const WIDER: f32 = 1.5;
    let coarse = oriented(log_luminance, 2.0 * sigma);
    from_rows(coarse.nrows(), coarse.ncols(), |y, out| {
        let lines = row(&fine.crest, y).iter().zip(row(&coarse, y));
        for (o, (&f, c)) in out.iter_mut().zip(lines) {
            *o = if c.0 <= WIDER * f { f } else { 0.0 };
        }
    })
}

/// How much the gradients within `window` px point one way and its opposite, 0 to 1 (coherence of
/// the structure tensor, Bigün & Granlund 1987); `blur` px before the gradient.
pub(super) fn coherence(log_luminance: &Field, blur: f32, window: f32) -> Field {
    let (dx, dy) = gradient(&gaussian(log_luminance, blur));
    let product = |a: &Field, b: &Field| gaussian(&zip2(a, b, |a, b| a * b), window);
    let (xx, xy, yy) = (product(&dx, &dx), product(&dx, &dy), product(&dy, &dy));
    zip3(&xx, &xy, &yy, |xx, xy, yy| {
        let difference = xx - yy;
        (difference * difference + 4.0 * xy * xy).sqrt() / (xx + yy).max(1e-9)
    })
}

/// Strength of the line through a pixel and the direction across it in eighths of a turn.
fn principal(xx: f32, xy: f32, yy: f32) -> (f32, u8) {
    let mean = 0.5 * (xx + yy);
    let half = 0.5 * (xx - yy);
    let root = (half * half + xy * xy).sqrt();
    let (across, along) = (mean + root, mean - root);
    let strength = across - along.abs();
    if strength <= 0.0 {
        return (0.0, 0);
    }
    // The eigenvector of the larger curvature is at half the angle of (half, xy); tan(22.5°) and
    // its reciprocal part the four sectors without an arctangent.
    const T: f32 = 0.414_213_57;
    let (ex, ey) = (root + half, xy); // not normalised; (root + half, xy) ∥ eigenvector
    let (ex, ey) = if ex.abs() + ey.abs() < 1e-12 {
        (0.0, 1.0)
    } else {
        (ex, ey)
    };
    let sector = if ey.abs() <= T * ex.abs() {
        0
    } else if ex.abs() <= T * ey.abs() {
        2
    } else if (ex > 0.0) == (ey > 0.0) {
        1
    } else {
        3
    };
    (strength, sector)
}

fn is_crest(field: &Array2<(f32, u8)>, y: usize, x: usize, s: f32, sector: u8) -> bool {
    let (dy, dx) = [(0isize, 1isize), (1, 1), (1, 0), (1, -1)][usize::from(sector & 3)];
    let at = |k: isize| {
        let (v, u) = (y as isize + k * dy, x as isize + k * dx);
        let inside =
            v >= 0 && u >= 0 && (v as usize) < field.nrows() && (u as usize) < field.ncols();
        if inside {
            field[[v as usize, u as usize]].0
        } else {
            0.0
        }
    };
    // On a tie the first of the two counts, so that an even line stays one pixel wide.
    s > at(-1) && s >= at(1)
}

/// Ridges that start above `high` and go on above `low`, one pixel wide, that run like hairs.
///
/// Hairs cross, so ridges are parted where three or more meet. A branch is kept if it is not curled up
/// as the rim of a scar is (end to end at least 0.6 of its own length) and either belongs to ridges at
/// least `length` px from end to end, or is straight and strong and half as long.
pub(super) fn long_lines(crest: &Field, low: f32, high: f32, length: f32) -> Mask {
    /// Share of a branch's pixels that must be above `high`, in long and in short ridges.
    const STRONG: [f32; 2] = [0.3, 0.5];
    /// End to end as a share of the pixels of a branch, in long and in short ridges.
    const STRAIGHT: [f32; 2] = [0.6, 0.8];
    let candidates = each(crest, |s| s > low);
    let ridges = Groups::of(&candidates, |_| false);
    let branches = Groups::of(&without_crossings(&candidates), |at| crest[at] > high);
    let kept = |at: (usize, usize)| {
        let of_long = ridges.at(at).0.diagonal() >= length;
        let (branch, n) = branches.at(at);
        let (reach, n) = (branch.diagonal(), n as f32);
        let runs = |i: usize| reach >= STRAIGHT[i] * n && branch.marked as f32 >= STRONG[i] * n;
        (of_long && runs(0)) || (reach >= 0.5 * length && runs(1))
    };
    from_rows(crest.nrows(), crest.ncols(), |y, out: &mut [bool]| {
        for (x, o) in out.iter_mut().enumerate() {
            *o = branches.labels[[y, x]] > 0 && kept((y, x));
        }
    })
}

/// Ridges without the pixels where three or more of them meet.
fn without_crossings(ridges: &Mask) -> Mask {
    /// The neighbours of a pixel in the order around it.
    const AROUND: [(isize, isize); 8] = [
        (-1, -1),
        (-1, 0),
        (-1, 1),
        (0, 1),
        (1, 1),
        (1, 0),
        (1, -1),
        (0, -1),
    ];
    let set = |y: isize, x: isize| {
        let at = (usize::try_from(y).ok(), usize::try_from(x).ok());
        matches!(at, (Some(y), Some(x)) if ridges.get((y, x)) == Some(&true))
    };
    let meet = |y: usize, x: usize| {
        let next = |i: usize| {
            let (dy, dx) = AROUND[i % 8];
            set(y as isize + dy, x as isize + dx)
        };
        (0..8).filter(|&i| !next(i) && next(i + 1)).count() >= 3
    };
    from_rows(ridges.nrows(), ridges.ncols(), |y, out| {
        for (x, (o, &ridge)) in out.iter_mut().zip(row(ridges, y)).enumerate() {
            *o = ridge && !meet(y, x);
        }
    })
}

/// Touching pixels, and the box around each group of them.
struct Groups {
    labels: Array2<u32>,
    sizes: Vec<usize>,
    extents: Vec<Extent>,
}

impl Groups {
    fn of(mask: &Mask, mark: impl Fn((usize, usize)) -> bool) -> Self {
        let (labels, sizes) = label(mask);
        let mut extents = vec![Extent::EMPTY; sizes.len()];
        for ((y, x), &id) in labels.indexed_iter() {
            if id > 0 {
                extents[id as usize - 1].add(y, x, mark((y, x)));
            }
        }
        Self {
            labels,
            sizes,
            extents,
        }
    }

    /// The group of a pixel that is in one, and its size.
    fn at(&self, at: (usize, usize)) -> (&Extent, usize) {
        let group = self.labels[at] as usize - 1;
        (&self.extents[group], self.sizes[group])
    }
}

/// The box around a group of pixels.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
    marked: usize,
}

impl Extent {
    pub const EMPTY: Self = Self {
        top: usize::MAX,
        left: usize::MAX,
        bottom: 0,
        right: 0,
        marked: 0,
    };

    pub fn add(&mut self, y: usize, x: usize, mark: bool) {
        self.top = self.top.min(y);
        self.left = self.left.min(x);
        self.bottom = self.bottom.max(y);
        self.right = self.right.max(x);
        self.marked += usize::from(mark);
    }

    pub fn diagonal(&self) -> f32 {
        let (h, w) = (self.bottom - self.top, self.right - self.left);
        ((h * h + w * w) as f32).sqrt()
    }

    /// The longer side of the box.
    pub fn side(&self) -> f32 {
        (self.bottom - self.top).max(self.right - self.left) as f32
    }

    pub fn marked(&self) -> usize {
        self.marked
    }

    pub fn touches(&self, rows: usize, columns: usize) -> bool {
        self.top == 0 || self.left == 0 || self.bottom + 1 >= rows || self.right + 1 >= columns
    }
}
