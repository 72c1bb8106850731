//! Numbers for each scar of one visit, and for all of them together.
//!
//! All of it is over the pixels measured in both visits, on the working grid of the before photo.

mod gain;
mod kind;

pub use gain::Both;
pub use kind::{Kind, kind};

use imageproc::geometry::min_area_rect;
use imageproc::point::Point;
use ndarray::Array2;
use rayon::prelude::*;

use crate::raster::{Field, Mask, count, row};
use crate::relief::Relief;
use crate::segment::Scars;

/// What one visit shows on the common grid, all fields of one size.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Pigment-free shading, log luminance, low-passed to scar widths.
    pub shading: Field,
    pub relief: Relief,
    pub scars: Scars,
}

/// What of a visit is measured, all of one size.
#[derive(Debug, Clone, Copy)]
pub struct Surface<'a> {
    /// See [`Visit::shading`].
    pub shading: &'a Field,
    /// See [`Relief::height`].
    pub height: &'a Field,
    pub scars: &'a Scars,
}

impl Visit {
    #[must_use]
    pub fn surface(&self) -> Surface<'_> {
        Surface {
            shading: &self.shading,
            height: &self.relief.height,
            scars: &self.scars,
        }
    }
}

/// One scar of one visit. Lengths and areas in working pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Scar {
    /// Number in [`Scars::labels`].
    pub label: u32,
    /// Centre of mass, px.
    pub x: f64,
    pub y: f64,
    pub area_px: f64,
    /// Short and long side of the smallest rectangle around it, px.
    pub width_px: f64,
    pub length_px: f64,
    /// RMS shading inside less that of healthy skin, in quadrature: fraction of luminance.
    pub contrast: f64,
    /// Mean depth under its own rim, healthy-texture units.
    pub relief_index: f64,
    /// Depth under the rim, summed over the area: healthy-texture units times px.
    pub volume_px: f64,
    /// Mean squared shading inside; what `contrast` and its totals are made from.
    pub mean_square: f64,
    /// Share of its depth that is reached over the outer third of its radius: 1 for a wall, small for
    /// a gentle slope.
    pub edge: f64,
}

/// All scars of a visit together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    pub count: usize,
    pub area_px: f64,
    pub contrast: Option<f64>,
    pub relief_index: Option<f64>,
    pub volume_px: f64,
}

/// Mean squared shading of healthy skin: measured, and in no scar of any visit.
#[must_use]
pub fn healthy_mean_square(shading: &Field, healthy: &Mask) -> f64 {
    let values = crate::raster::masked(shading, healthy);
    crate::stats::mean(values.iter().map(|&v| f64::from(v).powi(2))).unwrap_or(0.0)
}

/// Measures every scar of a visit.
#[must_use]
pub fn measure(surface: Surface, healthy: &Mask) -> Vec<Scar> {
    let base = healthy_mean_square(surface.shading, healthy);
    let pixels = pixels_of(surface.scars);
    pixels
        .par_iter()
        .enumerate()
        .map(|(i, pixels)| one(i as u32 + 1, pixels, surface, base))
        .collect()
}

/// Totals over some of a visit's scars, given the healthy skin's mean squared shading.
#[must_use]
pub fn totals<'a>(scars: impl IntoIterator<Item = &'a Scar>, base: f64) -> Totals {
    let scars = scars.into_iter();
    added(scars.map(|s| [s.area_px, s.volume_px, s.mean_square]), base)
}

/// The totals over all of a visit's scars, whose own numbers nobody asks for.
#[must_use]
pub fn totals_of(surface: Surface, base: f64) -> Totals {
    let mut scars = vec![(0.0, Sums::default()); surface.scars.count];
    for y in 0..surface.scars.labels.nrows() {
        let labels = row(&surface.scars.labels, y);
        for (x, &label) in labels.iter().enumerate().filter(|(_, label)| **label != 0) {
            let (area, sums) = &mut scars[(label - 1) as usize];
            *area += 1.0;
            sums.add((y, x), surface);
        }
    }
    let scars = scars.into_iter();
    added(scars.map(|(n, s)| [n, s.volume, s.square / n]), base)
}

/// Totals over scars' areas, volumes and mean squared shadings.
fn added(scars: impl Iterator<Item = [f64; 3]>, base: f64) -> Totals {
    let mut sum = Totals::default();
    let mut square = 0.0;
    for [area, volume, mean_square] in scars {
        sum.count += 1;
        sum.area_px += area;
        sum.volume_px += volume;
        square += mean_square * area;
    }
    if sum.area_px > 0.0 {
        sum.contrast = Some((square / sum.area_px - base).max(0.0).sqrt());
        sum.relief_index = Some(sum.volume_px / sum.area_px);
    }
    sum
}

/// (row, column) of each scar's pixels in raster order.
fn pixels_of(scars: &Scars) -> Vec<Vec<(usize, usize)>> {
    let mut pixels = vec![Vec::new(); scars.count];
    for y in 0..scars.labels.nrows() {
        for (x, &label) in row(&scars.labels, y).iter().enumerate() {
            if label != 0 {
                pixels[(label - 1) as usize].push((y, x));
            }
        }
    }
    pixels
}

/// Sums over a scar's pixels.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    x: f64,
    y: f64,
    /// Of squared shading.
    square: f64,
    /// Of depth under the rim, healthy-texture units.
    volume: f64,
}

impl Sums {
    fn of(pixels: &[(usize, usize)], surface: Surface) -> Self {
        let mut sums = Self::default();
        for &at in pixels {
            sums.add(at, surface);
        }
        sums
    }

    fn add(&mut self, (r, c): (usize, usize), surface: Surface) {
        self.x += c as f64;
        self.y += r as f64;
        self.square += f64::from(surface.shading[[r, c]]).powi(2);
        self.volume += f64::from((-surface.height[[r, c]]).max(0.0));
    }
}

fn one(label: u32, pixels: &[(usize, usize)], surface: Surface, base: f64) -> Scar {
    let n = pixels.len() as f64;
    let Sums {
        x,
        y,
        square,
        volume,
    } = Sums::of(pixels, surface);
    let (width_px, length_px) = sides(&ends(pixels));
    let mean_square = square / n;
    Scar {
        label,
        x: x / n,
        y: y / n,
        area_px: n,
        width_px,
        length_px,
        contrast: (mean_square - base).max(0.0).sqrt(),
        relief_index: volume / n,
        volume_px: volume,
        mean_square,
        edge: edge(label, pixels, surface),
    }
}

/// The first and the last of each line's pixels, given in raster order: no others are corners of what
/// is drawn around them all.
fn ends(pixels: &[(usize, usize)]) -> Vec<Point<i32>> {
    let point = |&(r, c): &(usize, usize)| Point::new(c as i32, r as i32);
    pixels
        .chunk_by(|a, b| a.0 == b.0)
        .flat_map(|line| {
            let (first, rest) = (&line[0], &line[1..]);
            std::iter::once(first).chain(rest.last()).map(point)
        })
        .collect()
}

/// Short and long side, px, of the smallest rectangle around pixels (each 1 px wide).
fn sides(points: &[Point<i32>]) -> (f64, f64) {
    let [a, b, c, _] = min_area_rect(points);
    let length =
        |p: Point<i32>, q: Point<i32>| f64::from(p.x - q.x).hypot(f64::from(p.y - q.y)) + 1.0;
    let (s, t) = (length(a, b), length(b, c));
    (s.min(t), s.max(t))
}

/// Depth within the outer third over the greatest depth.
fn edge(label: u32, pixels: &[(usize, usize)], surface: Surface) -> f64 {
    let rows = pixels.iter().map(|p| p.0);
    let columns = pixels.iter().map(|p| p.1);
    let (Some(top), Some(bottom)) = (rows.clone().min(), rows.max()) else {
        return 0.0;
    };
    let (Some(left), Some(right)) = (columns.clone().min(), columns.max()) else {
        return 0.0;
    };
    // One pixel of outside all around, so that distances to the outline are right.
    let outside = Array2::from_shape_fn((bottom - top + 3, right - left + 3), |(y, x)| {
        let (y, x) = ((y + top).checked_sub(1), (x + left).checked_sub(1));
        y.zip(x)
            .and_then(|at| surface.scars.labels.get(at))
            .is_none_or(|&l| l != label)
    });
    let distance = crate::filter::squared_distance(&outside);
    let inner = |&(r, c): &(usize, usize)| distance[[r - top + 1, c - left + 1]].sqrt();
    let depth = |&(r, c): &(usize, usize)| -surface.height[[r, c]];
    let radius = pixels.iter().map(inner).fold(0.0, f32::max);
    let deepest = pixels.iter().map(depth).fold(0.0, f32::max);
    let wall = pixels.iter().filter(|p| inner(p) <= radius / 3.0 + 1.0);
    let mean = crate::stats::mean(wall.map(|p| f64::from(depth(p).max(0.0))));
    if deepest > 0.0 {
        mean.unwrap_or(0.0) / f64::from(deepest)
    } else {
        0.0
    }
}

/// Share of `measured` that is scar.
#[must_use]
pub fn area_fraction(totals: &Totals, measured: &Mask) -> Option<f64> {
    let all = count(measured);
    (all > 0).then(|| totals.area_px / all as f64)
}
