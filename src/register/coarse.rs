//! Which similarities (shift, rotation, scale) may lay one whole picture onto the other.
//!
//! Orientation correlation (Fitch, Kadyrov, Christmas & Kittler 2002, BMVC) over a grid of scales
//! and rotations: the gradient's direction as a complex number, correlated by Fourier transform.
//! Direction alone does not depend on the strength of the light, and a picture's many weak edges
//! count as much as its few strong ones (normalised gradient fields, Haber & Modersitzki 2006).

use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;
use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use super::Options;
use super::picture::Picture;
use crate::filter::gradient;
use crate::fourier::{Spectrum, Turned, fast_length};
use crate::raster::{from_rows, zip2};

/// Gradient, local standard deviations per px, at which a direction counts half.
const FAINT: f32 = 0.12;

/// Peaks kept of each scale and rotation.
const PEAKS: usize = 4;

/// Candidates closer than this share of the picture's width everywhere are one.
const SAME: f64 = 0.06;

/// A similarity from before px to after px: turn, scale, then shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Scale times cosine and sine of the rotation (clockwise on the screen, y down).
    pub a: f64,
    pub b: f64,
    /// Where before (0, 0) lies, after px.
    pub x: f64,
    pub y: f64,
}

impl Similarity {
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.a * x - self.b * y + self.x,
            self.b * x + self.a * y + self.y,
        )
    }

    /// After px per before px.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.a.hypot(self.b)
    }

    /// Rotation, degrees, clockwise on the screen.
    #[must_use]
    pub fn rotation(&self) -> f64 {
        self.b.atan2(self.a).to_degrees()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub similarity: Similarity,
    /// Orientation correlation, -1 to 1.
    pub score: f32,
}

/// The best similarities, best first, no two alike.
pub(super) fn candidates(before: &Picture, after: &Picture, options: &Options) -> Vec<Candidate> {
    let (first, second) = (directions(before), directions(after));
    let canvases: Vec<Canvas> = poses(before, after, options)
        .into_iter()
        .map(|(scale, degrees)| Canvas::of(scale, degrees.to_radians(), first.dim(), second.dim()))
        .collect();
    // Many poses need a frame of the same size.
    let sizes: BTreeSet<(usize, usize)> = canvases.iter().map(|c| c.frame).collect();
    let framed: BTreeMap<(usize, usize), Turned> = sizes
        .into_par_iter()
        .map(|size| (size, framed(&first, size)))
        .collect();
    let energy = energy(&first);
    let all: Vec<Vec<Candidate>> = canvases
        .par_iter()
        .map(|canvas| {
            peaks(
                before,
                after,
                &framed[&canvas.frame],
                energy,
                &second,
                canvas,
            )
        })
        .collect();
    let mut all: Vec<Candidate> = all.into_iter().flatten().collect();
    all.sort_by(|p, q| q.score.total_cmp(&p.score)); // stable: ties stay in the grid's order
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in all {
        if kept.len() == options.candidates {
            break;
        }
        if kept
            .iter()
            .all(|k| apart(&k.similarity, &candidate.similarity, before.size) > SAME)
        {
            kept.push(candidate);
        }
    }
    kept
}

/// Mean distance between what two maps do to a picture's corners, as a share of what they make of
/// its longer side.
pub(super) fn apart(p: &Similarity, q: &Similarity, size: (usize, usize)) -> f64 {
    let (w, h) = (size.1 as f64, size.0 as f64);
    let corners = [(0.0, 0.0), (w, 0.0), (0.0, h), (w, h)];
    let sum: f64 = corners
        .iter()
        .map(|&(x, y)| {
            let (p, q) = (p.at(x, y), q.at(x, y));
            (p.0 - q.0).hypot(p.1 - q.1)
        })
        .sum();
    sum / 4.0 / (w.max(h) * p.scale().max(q.scale()))
}

/// All (scale, degrees) to try: after px of its level per before px of its level.
fn poses(before: &Picture, after: &Picture, options: &Options) -> Vec<(f64, f64)> {
    // Two framings are tried: the same field of view, and the same pixels per millimetre.
    let same_pixels = before.factor / after.factor;
    let (low, high) = (
        options.scale_range.0.min(same_pixels).max(0.3),
        options.scale_range.1.max(same_pixels).min(3.3),
    );
    let scales = ((high / low).ln() / options.scale_step.ln_1p())
        .ceil()
        .max(1.0) as usize;
    let turns = (options.rotation / options.rotation_step).round() as i32;
    (0..=scales)
        .flat_map(|i| {
            let scale = low * (high / low).powf(i as f64 / scales as f64);
            (-turns..=turns).map(move |j| (scale, f64::from(j) * options.rotation_step))
        })
        .collect()
}

/// Unit gradients, fading to 0 where there is no gradient and outside skin.
fn directions(picture: &Picture) -> Spectrum {
    let (dx, dy) = gradient(&picture.values);
    let inside = super::picture::shrunk(&picture.skin);
    let length = zip2(&dx, &dy, |x, y| (x * x + y * y + FAINT * FAINT).sqrt());
    from_rows(dx.nrows(), dx.ncols(), |y, out| {
        for (x, o) in out.iter_mut().enumerate() {
            let l = length[[y, x]] / inside[[y, x]].max(1e-6);
            *o = Complex32::new(dx[[y, x]], dy[[y, x]]) / l;
        }
    })
}

fn energy(plane: &Spectrum) -> f64 {
    plane.iter().map(|v| f64::from(v.norm_sqr())).sum()
}

/// The after picture turned and scaled into the before picture's frame.
struct Canvas {
    /// After px of its level per before px of its level.
    scale: f64,
    cos: f64,
    sin: f64,
    /// (rows, columns) of the before picture and of what the after picture becomes.
    first: (usize, usize),
    turned: (usize, usize),
    /// (rows, columns) of the frame in which they are correlated: none of the shifts asked for meets
    /// another one around an edge.
    frame: (usize, usize),
}

impl Canvas {
    fn of(scale: f64, turn: f64, first: (usize, usize), second: (usize, usize)) -> Self {
        let (cos, sin) = (turn.cos(), turn.sin());
        let extent = |u: usize, v: usize| {
            ((u as f64 * cos + v as f64 * sin.abs()) / scale).ceil() as usize + 2
        };
        let turned = (extent(second.0, second.1), extent(second.1, second.0));
        // Shifts that leave less of the before picture than [`LEAST_SEEN`] are not asked for.
        let long = |first: usize, turned: usize| {
            fast_length((turned + 2 * rightmost(first) - first).max(first))
        };
        let frame = (long(first.0, turned.0), long(first.1, turned.1));
        Self {
            scale,
            cos,
            sin,
            first,
            turned,
            frame,
        }
    }

    /// Where a px of the canvas lies in the after picture.
    fn after(&self, x: f64, y: f64, (rows, columns): (usize, usize)) -> (f64, f64) {
        let middle = |n: usize| (n - 1) as f64 / 2.0;
        let (u, v) = (x - middle(self.turned.1), y - middle(self.turned.0));
        (
            middle(columns) + self.scale * (self.cos * u - self.sin * v),
            middle(rows) + self.scale * (self.sin * u + self.cos * v),
        )
    }

    /// `second` on the canvas.
    fn show(&self, second: &Spectrum) -> Spectrum {
        let (tall, wide) = self.turned;
        let back = Complex32::new(self.cos as f32, -self.sin as f32);
        from_rows(self.frame.0, self.frame.1, |y, out| {
            if y >= tall {
                return;
            }
            for (x, o) in out.iter_mut().enumerate().take(wide) {
                let (px, py) = self.after(x as f64, y as f64, second.dim());
                *o = between(second, px, py) * back;
            }
        })
    }
}

/// A plane in the corner of a larger frame, transformed.
fn framed(plane: &Spectrum, frame: (usize, usize)) -> Turned {
    let (rows, columns) = plane.dim();
    let mut own = Spectrum::zeros(frame);
    own.slice_mut(ndarray::s![..rows, ..columns]).assign(plane);
    Turned::of(own)
}

/// The best shifts of a canvas against the before picture, which `framed` holds with `energy`.
fn peaks(
    before: &Picture,
    after: &Picture,
    framed: &Turned,
    first_energy: f64,
    second: &Spectrum,
    canvas: &Canvas,
) -> Vec<Candidate> {
    let shown = canvas.show(second);
    let total = (first_energy * energy(&shown)).sqrt().max(1e-9) as f32;
    let correlation = framed.correlated(Turned::of(shown));
    let (rows, columns) = canvas.first;

    summits(&correlation, 3)
        .into_iter()
        .map(|(x, y)| {
            let score = correlation[[y, x]] / total;
            // Before pixel p shows canvas pixel p - shift.
            let dx = signed(x, rightmost(columns), canvas.frame.1);
            let dy = signed(y, rightmost(rows), canvas.frame.0);
            // In level px, then to full-size px.
            let start = canvas.after(-dx, -dy, second.dim());
            let ratio = after.factor / before.factor;
            let (a, b) = [canvas.cos, canvas.sin]
                .map(|part| canvas.scale * part * ratio)
                .into();
            let (ox, oy) = (after.out(start.0), after.out(start.1));
            let origin = before.out(0.0);
            let similarity = Similarity {
                a,
                b,
                x: ox - a * origin + b * origin,
                y: oy - b * origin - a * origin,
            };
            Candidate { similarity, score }
        })
        .filter(|c| seen(&c.similarity, before.size, after.size) >= LEAST_SEEN)
        .take(PEAKS)
        .collect()
}

/// Share of the before picture that must lie in the after picture.
const LEAST_SEEN: f64 = 0.25;

/// Share of the before picture that lies in the after picture.
fn seen(s: &Similarity, before: (usize, usize), after: (usize, usize)) -> f64 {
    const GRID: usize = 12;
    let (w, h) = (before.1 as f64, before.0 as f64);
    let inside = (0..GRID * GRID)
        .filter(|i| {
            let x = (i % GRID) as f64 + 0.5;
            let y = (i / GRID) as f64 + 0.5;
            let (x, y) = s.at(x * w / GRID as f64, y * h / GRID as f64);
            x >= 0.0 && y >= 0.0 && x < after.1 as f64 && y < after.0 as f64
        })
        .count();
    inside as f64 / (GRID * GRID) as f64
}

/// Least shift to the right, of a line of the before picture, that leaves too little of it to be seen.
fn rightmost(line: usize) -> usize {
    ((1.0 - LEAST_SEEN) * line as f64).ceil() as usize
}

/// A shift read from a cyclic index: up to `positive` - 1 it is one to the right.
fn signed(i: usize, positive: usize, n: usize) -> f64 {
    if i < positive {
        i as f64
    } else {
        i as f64 - n as f64
    }
}

fn between(plane: &Spectrum, x: f64, y: f64) -> Complex32 {
    let (rows, columns) = plane.dim();
    if x < 0.0 || y < 0.0 || x > (columns - 1) as f64 || y > (rows - 1) as f64 {
        return Complex32::default();
    }
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(columns - 1), (top + 1).min(rows - 1));
    let (u, v) = ((x - left as f64) as f32, (y - top as f64) as f32);
    let a = plane[[top, left]] * (1.0 - u) + plane[[top, right]] * u;
    let b = plane[[bottom, left]] * (1.0 - u) + plane[[bottom, right]] * u;
    a * (1.0 - v) + b * v
}

/// Local maxima (x, y) of a cyclic field, highest first, at least `apart` px from a higher one.
fn summits(field: &Array2<f32>, apart: usize) -> Vec<(usize, usize)> {
    let (rows, columns) = field.dim();
    let reach = apart as isize;
    let wrapped = |i: usize, d: isize, n: usize| (i as isize + d).rem_euclid(n as isize) as usize;
    // Only the highest thousandth is looked at.
    let mut sample: Vec<f32> = field.iter().copied().collect();
    let bar = crate::stats::quantile(&mut sample, 0.999).unwrap_or(0.0);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for y in 0..rows {
        for x in 0..columns {
            let here = field[[y, x]];
            if here < bar {
                continue;
            }
            let higher = (-reach..=reach).any(|dy| {
                (-reach..=reach).any(|dx| {
                    let there = field[[wrapped(y, dy, rows), wrapped(x, dx, columns)]];
                    there > here || (there == here && (dy, dx) < (0, 0))
                })
            });
            if !higher {
                found.push((x, y));
            }
        }
    }
    found.sort_by(|p, q| field[[q.1, q.0]].total_cmp(&field[[p.1, p.0]]));
    found
}
