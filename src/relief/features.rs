//! What a small network looks at around each pixel to tell dents from the rest.
//!
//! Gaussian derivatives (steerable: Freeman & Adelson 1991, IEEE PAMI 13:891) of log luminance at
//! the scales of scars, turned so that the first axis points to the light; chroma at the same
//! scales, since pigment and blood are coloured and shading hardly is; and the energy of fine
//! texture, which is smoother in a scar. Every feature is in units of its own scatter over the
//! photo's skin, so lamp, exposure, contrast and skin type drop out.

use rayon::prelude::*;

use crate::filter::{gaussian, gradient};
use crate::raster::masked;
use crate::raster::{Field, Mask, count, from_rows, map, row, zip2, zip3};
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

/// What all lights have in common: a photo's blurs and derivatives at every scale.
#[derive(Debug, Clone)]
pub struct Surroundings {
    skin: Mask,
    scales: Vec<Scale>,
}

/// One scale of [`Surroundings`]; planes named `normal` are finished features.
#[derive(Debug, Clone)]
struct Scale {
    /// Standard deviation, px.
    sigma: f32,
    gradient: [Field; 2],
    /// d²/dx², d²/dxdy, d²/dy².
    second: [Field; 3],
    normal_energy: Field,
    /// Energy of the second derivatives, then level and chroma, as far as this scale has them.
    normal_rest: Vec<Field>,
}

impl Surroundings {
    /// The surroundings of every pixel of a photo.
    #[must_use]
    pub fn of(shading: &Shading, skin: &Mask, scale: PixelsPerMm) -> Self {
        let scales = SCALES_MM
            .par_iter()
            .map(|&mm| Scale::of(shading, skin, mm, scale))
            .collect();
        Self {
            skin: skin.clone(),
            scales,
        }
    }

    /// The features for light from `azimuth` (radians from +x toward +y).
    #[must_use]
    pub fn lit_from(&self, azimuth: f64) -> Features {
        let levels: Vec<Vec<Field>> = self
            .scales
            .par_iter()
            .map(|scale| scale.lit_from(azimuth, &self.skin))
            .collect();
        Features {
            planes: levels.into_iter().flatten().collect(),
        }
    }
}

impl Scale {
    fn of(shading: &Shading, skin: &Mask, mm: f64, scale: PixelsPerMm) -> Self {
        let sigma = scale.px(mm).max(0.7) as f32;
        let level = gaussian(&shading.luminance, sigma);
        let (gx, gy) = gradient(&level);
        let (gxx, _) = gradient(&gx);
        let (gyx, gyy) = gradient(&gy);
        let square = zip2(&gx, &gy, |x, y| (x * x + y * y) * sigma * sigma);
        let energy = map(&gaussian(&square, 2.0 * sigma), |e| e.max(0.0).sqrt());
        let mut rest = Vec::new();
        if mm <= TEXTURE_TO_MM {
            let bumps = zip2(&gxx, &gyy, |a, b| (a + b).abs() * sigma * sigma);
            rest.push(gaussian(&bumps, 4.0 * sigma));
        }
        if mm >= LEVELS_FROM_MM {
            rest.push(level);
            rest.extend(shading.chroma.iter().map(|c| gaussian(c, sigma)));
        }
        Self {
            sigma,
            gradient: [gx, gy],
            second: [gxx, gyx, gyy],
            normal_energy: normalised(&energy, skin),
            normal_rest: rest.iter().map(|plane| normalised(plane, skin)).collect(),
        }
    }

    /// The features of this scale, in a fixed order.
    fn lit_from(&self, azimuth: f64, skin: &Mask) -> Vec<Field> {
        let sigma = self.sigma;
        let (sin, cos) = azimuth.sin_cos();
        let (sin, cos) = (sin as f32, cos as f32);
        let [gx, gy] = &self.gradient;
        let along = zip2(gx, gy, |x, y| (x * cos + y * sin) * sigma);
        let across = zip2(gx, gy, |x, y| (y * cos - x * sin).abs() * sigma);
        let square = sigma * sigma;
        let [gxx, gyx, gyy] = &self.second;
        let second = |a: f32, b: f32, c: f32| {
            zip3(gxx, gyx, gyy, move |xx, xy, yy| {
                (a * xx + b * xy + c * yy) * square
            })
        };
        let along_along = second(cos * cos, 2.0 * cos * sin, sin * sin);
        let across_across = second(sin * sin, -2.0 * cos * sin, cos * cos);
        let step = ASIDE as f32 * sigma;
        let ahead = shifted(&along, step * cos, step * sin);
        let behind = shifted(&along, -step * cos, -step * sin);
        let mut planes = vec![
            self.normal_energy.clone(),
            normalised(&ahead, skin),
            normalised(&behind, skin),
        ];
        planes.extend(self.normal_rest.iter().cloned());
        let last = [along, across, along_along, across_across];
        planes.extend(last.iter().map(|plane| normalised(plane, skin)));
        planes
    }
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
    let (centre, sigma) = median_and_sigma(&mut some(plane, skin)).unwrap_or((0.0, 1.0));
    let sigma = sigma.max(1e-9);
    map(plane, |v| {
        let v = (v - centre) / sigma;
        v.signum() * v.abs().ln_1p()
    })
}

/// Skin's values, evenly thinned to at most [`ENOUGH`].
fn some(plane: &Field, skin: &Mask) -> Vec<f32> {
    let step = count(skin).div_ceil(ENOUGH).max(1);
    masked(plane, skin).into_iter().step_by(step).collect()
}

/// Values that settle a median and a scatter to a few thousandths.
const ENOUGH: usize = 40_000;

impl Features {
    /// The logit of a network at every pixel of skin, [`SURE`] against a dent elsewhere.
    #[must_use]
    pub fn through(&self, network: &Network, skin: &Mask) -> Field {
        let (rows, columns) = skin.dim();
        from_rows(rows, columns, |y, out| {
            let mut pixel = vec![0.0; self.planes.len()];
            let mut scratch = [Vec::new(), Vec::new()];
            for (x, (o, &skin)) in out.iter_mut().zip(row(skin, y)).enumerate() {
                *o = if skin {
                    for (v, plane) in pixel.iter_mut().zip(&self.planes) {
                        *v = plane[[y, x]];
                    }
                    network.logit(&pixel, &mut scratch)
                } else {
                    -SURE
                };
            }
        })
    }

    /// With what a first look found added.
    #[must_use]
    pub fn with_context(mut self, logit: &Field, azimuth: f64, scale: PixelsPerMm) -> Self {
        self.planes.extend(context(logit, azimuth, scale));
        self
    }
}
