//! Values between pixels.

use super::mirror;
use crate::raster::{Field, planes_from_rows, row};

/// A place between two of `n` pixels of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Between {
    pub low: usize,
    pub high: usize,
    /// 0 at `low`, 1 at `high`.
    pub share: f32,
}

impl Between {
    /// Places outside are moved to the edge.
    pub(crate) fn new(place: f32, n: usize) -> Self {
        let place = place.clamp(0.0, (n - 1) as f32);
        let low = place as usize;
        Self {
            low,
            high: (low + 1).min(n - 1),
            share: place - low as f32,
        }
    }

    /// The value of a line there, linear.
    pub(crate) fn of(self, line: &[f32]) -> f32 {
        self.between(|i| line[i])
    }

    /// What lies there between the values of both pixels, linear.
    pub(crate) fn between(self, value: impl Fn(usize) -> f32) -> f32 {
        let low = value(self.low);
        low + self.share * (value(self.high) - low)
    }
}

/// Two neighbouring rows of a field and how far from the upper one, for many places along them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    upper: &'a [f32],
    lower: &'a [f32],
    share: f32,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(field: &'a Field, y: f32) -> Self {
        let down = Between::new(y, field.nrows());
        Self {
            upper: row(field, down.low),
            lower: row(field, down.high),
            share: down.share,
        }
    }

    /// The field at a place, linear.
    pub(crate) fn at(&self, across: Between) -> f32 {
        let Between { low, high, share } = across;
        let a = self.upper[low] + share * (self.upper[high] - self.upper[low]);
        let b = self.lower[low] + share * (self.lower[high] - self.lower[low]);
        a + self.share * (b - a)
    }
}

/// The field between pixels, linear; coordinates outside are moved to the edge.
#[must_use]
pub fn bilinear(field: &Field, x: f32, y: f32) -> f32 {
    Rows::new(field, y).at(Between::new(x, field.ncols()))
}

/// Keys' cubic convolution kernel (a = -1/2; Keys 1981) at the four taps around a fraction `t`.
#[inline]
pub(crate) fn keys(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t + t2 - 0.5 * t3,
        1.0 - 2.5 * t2 + 1.5 * t3,
        0.5 * t + 2.0 * t2 - 1.5 * t3,
        -0.5 * t2 + 0.5 * t3,
    ]
}

/// The 4 x 4 pixels around a place and their weights (Keys 1981); mirrored at the border.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taps {
    /// Column and row of the upper left one, where all lie inside.
    inside: Option<(usize, usize)>,
    corner: (isize, isize),
    across: [f32; 4],
    down: [f32; 4],
}

impl Taps {
    /// Around (`x`, `y`) in a plane of `size` (rows, columns).
    pub(crate) fn around(x: f32, y: f32, (rows, columns): (usize, usize)) -> Self {
        let ((left, u), (top, v)) = (parted(x), parted(y));
        let (left, top) = (left as isize - 1, top as isize - 1);
        let inside =
            left >= 0 && top >= 0 && left + 3 < columns as isize && top + 3 < rows as isize;
        Self {
            inside: inside.then_some((left as usize, top as usize)),
            corner: (left, top),
            across: keys(u),
            down: keys(v),
        }
    }

    /// What the weights make of a plane's samples, `N` interleaved channels of each pixel, row by
    /// row.
    pub(crate) fn of<const N: usize, T: Copy + Into<f32>>(
        &self,
        samples: &[T],
        (rows, columns): (usize, usize),
    ) -> [f32; N] {
        let mut sums = [0.0; N];
        let mut add = |weight: f32, line: [f32; N]| {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += weight * value;
            }
        };
        if let Some((left, top)) = self.inside {
            for (j, &weight) in self.down.iter().enumerate() {
                let line = &samples[N * ((top + j) * columns + left)..][..4 * N];
                add(weight, weighed(&self.across, |i, c| line[N * i + c].into()));
            }
        } else {
            let (left, top) = self.corner;
            let columns_at: [usize; 4] =
                std::array::from_fn(|i| mirror(left + i as isize, columns));
            for (j, &weight) in self.down.iter().enumerate() {
                let line = &samples[N * columns * mirror(top + j as isize, rows)..];
                let sample = |i: usize, c: usize| line[N * columns_at[i] + c].into();
                add(weight, weighed(&self.across, sample));
            }
        }
        sums
    }
}

/// Four pixels of a line, weighed and added, each channel for itself.
#[inline]
fn weighed<const N: usize>(weights: &[f32; 4], sample: impl Fn(usize, usize) -> f32) -> [f32; N] {
    std::array::from_fn(|c| {
        let mut sum = 0.0;
        for (i, weight) in weights.iter().enumerate() {
            sum += weight * sample(i, c);
        }
        sum
    })
}

/// The whole number below a coordinate, and what is left; `f32::floor` is a call on the oldest
/// machines this is built for.
#[inline]
pub(crate) fn parted(x: f32) -> (i32, f32) {
    let mut whole = x as i32;
    if whole as f32 > x {
        whole = whole.wrapping_sub(1);
    }
    (whole, x - whole as f32)
}

/// The field between pixels, bicubic (Keys 1981); exact at pixel centres, mirrored at the border.
#[must_use]
pub fn bicubic(field: &Field, x: f32, y: f32) -> f32 {
    let samples = field.as_slice().expect("planes are row-major");
    let [value] = Taps::around(x, y, field.dim()).of(samples, field.dim());
    value
}

/// `field` seen through a map: pixel p of the result is `field` at (x, y) of p, bicubic.
#[must_use]
pub fn warp(field: &Field, x: &Field, y: &Field) -> Field {
    let [warped] = warp_all([field], x, y);
    warped
}

/// Fields of one size seen through one map, as [`warp`].
///
/// # Panics
/// If the sizes of `fields`, or those of `x` and `y`, differ.
#[must_use]
pub fn warp_all<const N: usize>(fields: [&Field; N], x: &Field, y: &Field) -> [Field; N] {
    let size = fields[0].dim();
    assert!(fields.iter().all(|f| f.dim() == size) && x.dim() == y.dim());
    let sources = fields.map(|f| f.as_slice().expect("planes are row-major"));
    planes_from_rows(x.nrows(), x.ncols(), |r, mut outs| {
        for (c, (&x, &y)) in row(x, r).iter().zip(row(y, r)).enumerate() {
            let taps = Taps::around(x, y, size);
            for (out, source) in outs.iter_mut().zip(sources) {
                [out[c]] = taps.of(source, size);
            }
        }
    })
}
