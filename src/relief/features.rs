//! What a small network looks at around each pixel to tell dents from the rest.
//!
//! Gaussian derivatives (steerable: Freeman & Adelson 1991, IEEE PAMI 13:891) of log luminance at
//! the scales of scars, turned so that the first axis points to the light; chroma at the same
//! scales, since pigment and blood are coloured and shading hardly is; and the energy of fine
//! texture, which is smoother in a scar. Every feature is in units of its own scatter over the
//! photo's skin, so lamp, exposure, contrast and skin type drop out.

use rayon::prelude::*;

use crate::filter::{gaussian, gradient};
use crate::raster::{Field, Mask, from_rows, map, row, zip2};
use crate::relief::masked;
use crate::relief::network::Network;
use crate::shading::Shading;
use crate::stats::median_and_sigma;
use crate::units::PixelsPerMm;

/// Standard deviations, mm, at which the surroundings are looked at.
const SCALES_MM: [f64; 5] = [0.15, 0.3, 0.6, 1.2, 2.4];

/// Chroma and level are looked at from this scale on, mm: JPEG keeps chroma at half resolution.
const LEVELS_FROM_MM: f64 = 0.3;

/// The energy of the second derivatives is looked at up to this scale, mm: texture is fine.
const TEXTURE_TO_MM: f64 = 0.6;

/// How far along the light the slope is looked at on either side, in standard deviations: from the
/// middle of a dent to its walls.
const ASIDE: f64 = 2.0;

/// How many numbers each pixel has for the first look.
pub const COUNT: usize = 50;

/// Standard deviations, mm, at which the second look takes in what the first one found around.
const CONTEXT_MM: [f64; 4] = [0.3, 0.6, 1.2, 2.4];

/// How many numbers the second look adds to those of the first.
pub const CONTEXT_COUNT: usize = 1 + 5 * CONTEXT_MM.len();

/// Logits count up to this size: beyond it a pixel is sure enough.
const SURE: f32 = 6.0;

/// Numbers of every pixel, one plane each, dimensionless.
#[derive(Debug, Clone)]
pub struct Features {
    pub planes: Vec<Field>,
}

/// The features of a photo for light from `azimuth` (radians from +x toward +y).
#[must_use]
pub fn features(shading: &Shading, skin: &Mask, azimuth: f64, scale: PixelsPerMm) -> Features {
    let levels: Vec<Vec<Field>> = SCALES_MM
        .par_iter()
        .map(|&mm| at_scale(shading, azimuth, mm, scale))
        .collect();
    let planes: Vec<Field> = levels
        .into_par_iter()
        .flatten()
        .map(|plane| normalised(&plane, skin))
        .collect();
    Features { planes }
}

/// The features of one scale, in a fixed order.
fn at_scale(shading: &Shading, azimuth: f64, mm: f64, scale: PixelsPerMm) -> Vec<Field> {
    let sigma = scale.px(mm).max(0.7) as f32;
    let (sin, cos) = azimuth.sin_cos();
    let (sin, cos) = (sin as f32, cos as f32);
    let level = gaussian(&shading.luminance, sigma);
    let (gx, gy) = gradient(&level);
    let (gxx, _) = gradient(&gx);
    let (gyx, gyy) = gradient(&gy);
    let along = zip2(&gx, &gy, |x, y| (x * cos + y * sin) * sigma);
    let across = zip2(&gx, &gy, |x, y| (y * cos - x * sin).abs() * sigma);
    let square = sigma * sigma;
    let second = |a: f32, b: f32, c: f32| {
        crate::raster::zip3(&gxx, &gyx, &gyy, move |xx, xy, yy| {
            (a * xx + b * xy + c * yy) * square
        })
    };
    let along_along = second(cos * cos, 2.0 * cos * sin, sin * sin);
    let across_across = second(sin * sin, -2.0 * cos * sin, cos * cos);
    let step = ASIDE as f32 * sigma;
    let ahead = shifted(&along, step * cos, step * sin);
    let behind = shifted(&along, -step * cos, -step * sin);
    let energy = gaussian(&zip2(&along, &across, |u, v| u * u + v * v), 2.0 * sigma);
    let energy = map(&energy, |e| e.max(0.0).sqrt());
    let mut planes = vec![energy, ahead, behind];
    if mm <= TEXTURE_TO_MM {
        let bumps = zip2(&along_along, &across_across, |a, b| (a + b).abs());
        planes.push(gaussian(&bumps, 4.0 * sigma));
    }
    if mm >= LEVELS_FROM_MM {
        planes.push(level);
        planes.extend(shading.chroma.iter().map(|c| gaussian(c, sigma)));
    }
    planes.extend([along, across, along_along, across_across]);
    planes
}

/// What the first look (`logit`, of a dent) found at and around each pixel: its level at several
/// widths here, toward the light, away from it, and to both sides (auto-context, Tu & Bai 2010, IEEE
/// PAMI 32:1744). [`CONTEXT_COUNT`] planes.
#[must_use]
pub fn context(logit: &Field, azimuth: f64, scale: PixelsPerMm) -> Vec<Field> {
    let clear = map(logit, |l| l.clamp(-SURE, SURE) / (0.5 * SURE));
    let (sin, cos) = azimuth.sin_cos();
    let (sin, cos) = (sin as f32, cos as f32);
    let around = CONTEXT_MM.par_iter().flat_map(|&mm| {
        let sigma = scale.px(mm).max(0.7) as f32;
        let level = gaussian(&clear, sigma);
        let step = ASIDE as f32 * sigma;
        let there = |u: f32, v: f32| {
            shifted(
                &level,
                step * (u * cos - v * sin),
                step * (u * sin + v * cos),
            )
        };
        let places = [
            there(1.0, 0.0),
            there(-1.0, 0.0),
            there(0.0, 1.0),
            there(0.0, -1.0),
        ];
        std::iter::once(level).chain(places).collect::<Vec<_>>()
    });
    let mut planes: Vec<Field> = around.collect();
    planes.push(clear);
    planes
}

/// The field `dx`, `dy` px away.
fn shifted(field: &Field, dx: f32, dy: f32) -> Field {
    from_rows(field.nrows(), field.ncols(), |y, out| {
        for (x, o) in out.iter_mut().enumerate() {
            *o = crate::filter::bilinear(field, x as f32 + dx, y as f32 + dy);
        }
    })
}

/// In units of its own scatter on skin, large values drawn in: sign(v)·ln(1 + |v|).
fn normalised(plane: &Field, skin: &Mask) -> Field {
    let (centre, sigma) = median_and_sigma(&mut masked(plane, skin)).unwrap_or((0.0, 1.0));
    let sigma = sigma.max(1e-9);
    map(plane, |v| {
        let v = (v - centre) / sigma;
        v.signum() * v.abs().ln_1p()
    })
}

impl Features {
    /// The logit of a network at every pixel.
    #[must_use]
    pub fn through(&self, network: &Network) -> Field {
        let (rows, columns) = self.planes.first().map_or((0, 0), Field::dim);
        from_rows(rows, columns, |y, out| {
            let numbers = self.of_row(y);
            let mut scratch = [Vec::new(), Vec::new()];
            let pixels = numbers.chunks_exact(self.planes.len());
            for (o, pixel) in out.iter_mut().zip(pixels) {
                *o = network.logit(pixel, &mut scratch);
            }
        })
    }

    /// With what a first look found added.
    #[must_use]
    pub fn with_context(mut self, logit: &Field, azimuth: f64, scale: PixelsPerMm) -> Self {
        self.planes.extend(context(logit, azimuth, scale));
        self
    }

    /// The numbers of the pixels of a row, pixel after pixel.
    #[must_use]
    pub fn of_row(&self, y: usize) -> Vec<f32> {
        let columns = self.planes.first().map_or(0, Field::ncols);
        let mut numbers = vec![0.0; columns * self.planes.len()];
        for (i, plane) in self.planes.iter().enumerate() {
            for (x, &v) in row(plane, y).iter().enumerate() {
                numbers[x * self.planes.len() + i] = v;
            }
        }
        numbers
    }
}
