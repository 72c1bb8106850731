//! Shading to relief index, and the light it was seen in.
//!
//! A dent of height field h (mm, dents < 0) under a light from azimuth u shows as shading
//!
//! s(f) = 2π|f| · (t·i·cos ψ + κ) · h(f),   ψ = the angle between f and u,
//!
//! odd: slopes that face the light are bright (linear shape from shading, Pentland 1990, Int. J.
//! Comput. Vis. 4:153); even: hollows see less of the sky, in proportion to their slope as well
//! (Langer & Zucker 1994, J. Opt. Soc. Am. A 11:467; "dark is deep", Glencross et al. 2008). t is
//! large under oblique light and 0 under a ring flash; κ stays. Both parts are inverted together by
//! one regularised filter, so the light's blind direction (ψ = 90°), where the odd part is nil, is
//! filled in by the even one.

pub mod features;
mod light;
pub mod network;

pub use light::{LEAST_DIRECTIONAL, Light, Side, find_light};

use std::f32::consts::PI;

use ndarray::Array2;
use rustfft::num_complex::Complex32;

use crate::filter::{gaussian, reduce};
use crate::fourier::{self, Spectrum, fast_length, frequency};
use crate::raster::{Field, Mask, from_rows, masked, row};
use crate::shading::Shading;
use crate::stats::median_and_sigma;
use crate::units::PixelsPerMm;
use features::Surroundings;

/// Settings of [`reconstruct`] and [`find_light`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Standard deviation, mm, of the finest detail kept: an ice pick is 0.8 mm wide or more, a pore
    /// under 0.2 mm.
    pub finest_mm: f64,
    /// Standard deviation, mm, of what is taken as the body's own shape and removed.
    pub widest_mm: f64,
    /// Share of the even part in what is not odd: the rest is noise and leftover pigment.
    pub even_share: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            finest_mm: 0.15,
            widest_mm: 4.0,
            even_share: 0.5,
        }
    }
}

/// A filtered relief apart into what slopes say and what darkness says.
#[derive(Debug, Clone)]
pub struct Parts {
    /// From slopes; its sign is right if the light comes from `light.axis_deg`, wrong if from the
    /// opposite side.
    pub odd: Field,
    /// From darkness; its sign is known.
    pub even: Field,
}

/// Which widths of relief to reconstruct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// All that is not the body's own shape: height, mm times an unknown gain, dents < 0.
    Height,
    /// Without what is wider than [`FINE_TEXTURE_MM`]: what all of the skin has.
    Texture,
}

impl Parts {
    /// Both parts together for light from `side`.
    #[must_use]
    pub fn joined(&self, side: Side) -> Field {
        let sign = side.sign();
        crate::raster::zip2(&self.odd, &self.even, |z, d| sign * z + d)
    }
}

/// Largest directionality believed: a pure odd signal has 0.5, and the weight of the odd part grows
/// without bound there.
const MOST_DIRECTIONAL: f64 = 0.42;

/// Inverts shading to relief for light along `light.axis_deg`; see the head of this file.
///
/// `shading` is 0 far from skin and has its gaps filled.
#[must_use]
pub fn reconstruct(
    shading: &Field,
    light: Light,
    scale: PixelsPerMm,
    band: Band,
    options: &Options,
) -> Parts {
    let (rows, columns) = shading.dim();
    // Room for the filter to run out at the border instead of wrapping to the other side.
    let margin = scale.px(options.widest_mm).ceil() as usize;
    let (padded_rows, padded_columns) = (fast_length(rows + margin), fast_length(columns + margin));
    let padded: Spectrum = Array2::from_shape_fn((padded_rows, padded_columns), |(y, x)| {
        let value = if y < rows && x < columns {
            shading[[y, x]]
        } else {
            0.0
        };
        Complex32::new(value, 0.0)
    });
    let spectrum = fourier::forward(padded);
    let filter = Filter::new(light, scale, options);
    let finest = scale.px(options.finest_mm).max(0.7) as f32;
    let widest = scale.px(match band {
        Band::Height => options.widest_mm,
        Band::Texture => FINE_TEXTURE_MM,
    }) as f32;
    let gaussian = |f: f32, sigma: f32| (-2.0 * (PI * f * sigma).powi(2)).exp();
    // Both parts are real fields: one transform carries the even one on the real and the odd one on
    // the imaginary part.
    let both: Spectrum = from_rows(padded_rows, padded_columns, |y, out| {
        let fy = frequency(y, padded_rows);
        for (x, (o, &s)) in out.iter_mut().zip(row(&spectrum, y)).enumerate() {
            let fx = frequency(x, padded_columns);
            let (odd, even) = filter.at(fx, fy);
            let f = fx.hypot(fy);
            let weight = gaussian(f, finest) * (1.0 - gaussian(f, widest));
            *o = s * weight * (Complex32::i() * odd + even);
        }
    });
    let both = fourier::inverse(both);
    let part = |pick: fn(&Complex32) -> f32| -> Field {
        from_rows(rows, columns, |y, out| {
            for (o, v) in out.iter_mut().zip(row(&both, y)) {
                *o = pick(v);
            }
        })
    };
    Parts {
        odd: part(|v| v.im),
        even: part(|v| v.re),
    }
}

/// The regularised inverse of the shading model, by frequency.
struct Filter {
    axis: [f32; 2],
    odd_gain: f32,
    even_gain: f32,
    noise: f32,
    px_per_mm: f32,
}

impl Filter {
    fn new(light: Light, scale: PixelsPerMm, options: &Options) -> Self {
        let directionality = light.directionality.min(MOST_DIRECTIONAL);
        // Odd power over the rest, from the structure tensor: for s = t·cos ψ + n its eigenvalues are
        // 3t²/8 + n²/2 and t²/8 + n²/2.
        let odd_power = if directionality < LEAST_DIRECTIONAL {
            0.0
        } else {
            4.0 * directionality / (1.0 - 2.0 * directionality)
        };
        let (sin, cos) = light.axis_deg.to_radians().sin_cos();
        Self {
            axis: [cos as f32, sin as f32],
            odd_gain: odd_power.sqrt() as f32,
            even_gain: options.even_share.sqrt() as f32,
            noise: (1.0 - options.even_share) as f32,
            px_per_mm: scale.get() as f32,
        }
    }

    /// Factors (odd, even) at a frequency in cycles per px.
    fn at(&self, fx: f32, fy: f32) -> (Complex32, f32) {
        let f = fx.hypot(fy);
        if f == 0.0 {
            return (Complex32::new(0.0, 0.0), 0.0);
        }
        let cos = (fx * self.axis[0] + fy * self.axis[1]) / f;
        let odd = self.odd_gain * cos;
        let power = odd * odd + self.even_gain * self.even_gain + self.noise;
        let inverse = 1.0 / (2.0 * PI * f * self.px_per_mm * power);
        // A bright slope faces the light: going toward it, the surface falls. With u pointing to the
        // light, s = -t ∂h/∂u, whose inverse has the sign below.
        (Complex32::new(0.0, odd * inverse), self.even_gain * inverse)
    }
}

/// Relief of one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Relief {
    /// Minus the logit that the pixel lies in a dent: below 0 more likely than not. Dimensionless.
    pub index: Field,
    /// Height over the body's own shape, in units of the scatter of healthy fine texture, dents < 0.
    pub height: Field,
    pub light: Light,
    pub side: Side,
}

/// Minus the logit of a dent at every pixel, at feature scale, for light from `azimuth_deg`.
#[must_use]
pub fn dents(small: &Small, surroundings: &Surroundings, azimuth_deg: f64) -> Field {
    let azimuth = azimuth_deg.to_radians();
    let features = surroundings.lit_from(azimuth);
    let looks = network::trained();
    let first = features.through(&looks.first, &small.skin);
    let second = features
        .with_context(&first, azimuth, small.scale)
        .through(&looks.second, &small.skin);
    crate::raster::map(&second, |logit| -logit)
}

/// How much a photo looks like dented skin lit from `azimuth_deg`: the mean over evenly thinned skin
/// of what speaks for dents, by the first look.
///
/// Lit in the mind from the wrong side, dents turn into bumps, and little speaks for them.
#[must_use]
pub fn dentedness(small: &Small, surroundings: &Surroundings, azimuth_deg: f64) -> f64 {
    /// One pixel in this many each way is looked at: a dent has dozens.
    const EVERY: usize = 3;
    let features = surroundings.lit_from(azimuth_deg.to_radians());
    let mut thinned = small.skin.clone();
    for ((y, x), skin) in thinned.indexed_iter_mut() {
        *skin &= y % EVERY == 0 && x % EVERY == 0;
    }
    let logits = features.through(&network::trained().first, &thinned);
    let values = masked(&logits, &thinned);
    crate::stats::mean(values.iter().map(|&v| f64::from(v.max(0.0)))).unwrap_or(0.0)
}

/// Height in units of healthy fine texture, as `healthy` shows it.
#[must_use]
pub fn height_in_units(height: &Parts, side: Side, healthy: &Mask, scale: PixelsPerMm) -> Field {
    let height = height.joined(side);
    let coarse = gaussian(&height, scale.px(FINE_TEXTURE_MM) as f32);
    let fine = crate::raster::zip2(&height, &coarse, |h, c| h - c);
    let unit = median_and_sigma(&mut masked(&fine, healthy)).map_or(1.0, |m| m.1);
    let unit = unit.max(f32::MIN_POSITIVE);
    crate::raster::map(&height, |h| h / unit)
}

/// Standard deviation, mm, of the blur under which height counts as fine texture: furrows and pores
/// are finer.
const FINE_TEXTURE_MM: f64 = 1.0;

/// Scale, px/mm, at which features are looked at: an ice pick of 0.8 mm is 6 px wide.
const FEATURE_SCALE: f64 = 8.0;

/// Working px per feature px.
#[must_use]
pub fn feature_reduction(scale: PixelsPerMm) -> f64 {
    (scale.get() / FEATURE_SCALE).max(1.0)
}

/// Shading and skin at the scale of features.
#[derive(Debug, Clone)]
pub struct Small {
    pub shading: Shading,
    pub skin: Mask,
    pub scale: PixelsPerMm,
}

/// A photo's shading and skin brought to the scale of features.
#[must_use]
pub fn small(shading: &Shading, skin: &Mask, scale: PixelsPerMm) -> Small {
    let reduction = feature_reduction(scale);
    let reduced = |field: &Field| reduce(field, reduction);
    let share = reduced(&skin.mapv(|s| if s { 1.0 } else { 0.0 }));
    Small {
        shading: Shading {
            luminance: reduced(&shading.luminance),
            chroma: shading.chroma.each_ref().map(reduced),
            field: reduced(&shading.field),
        },
        skin: share.mapv(|s| s > 0.5),
        scale: scale.reduced(reduction),
    }
}

/// Pearson correlation of two fields over a mask; `None` if either is constant there.
#[must_use]
pub fn correlation(a: &Field, b: &Field, mask: &Mask) -> Option<f64> {
    let (mut aa, mut ab, mut bb) = (0.0f64, 0.0, 0.0);
    let mean = |f: &Field| crate::stats::mean(masked(f, mask).into_iter().map(f64::from));
    let (ma, mb) = (mean(a)?, mean(b)?);
    for y in 0..mask.nrows() {
        for ((&a, &b), &m) in row(a, y).iter().zip(row(b, y)).zip(row(mask, y)) {
            if m {
                let (a, b) = (f64::from(a) - ma, f64::from(b) - mb);
                aa += a * a;
                ab += a * b;
                bb += b * b;
            }
        }
    }
    (aa > 0.0 && bb > 0.0).then(|| ab / (aa * bb).sqrt())
}
