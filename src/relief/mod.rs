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

pub mod canvas;
mod light;
mod small;
pub mod unet;

pub use light::{LEAST_DIRECTIONAL, Light, Side, broad_slope, confirmed, find_light, sidedness};
pub use small::{Small, feature_reduction, small};

use std::f32;
use std::f64::consts::{FRAC_PI_2, PI};

use ndarray::Array2;
use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use crate::fourier::{self, Spectrum, fast_length, frequency};
use crate::raster::{Field, LinearImage, Mask, from_rows, masked, row, zip2};
use crate::units::PixelsPerMm;
use canvas::{Canvas, Look};
use unet::Asked;

/// Settings of [`reconstruct`] and [`find_light`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Standard deviation, mm, of the finest detail kept: an ice pick is 0.8 mm wide or more, a pore
    /// under 0.2 mm.
    pub finest_mm: f64,
    /// Standard deviation, mm, of what is taken as wider than the texture that all skin has, and
    /// removed.
    pub widest_mm: f64,
    /// Share of the even part in what is not odd: the rest is noise and leftover pigment.
    pub even_share: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            finest_mm: 0.15,
            widest_mm: 1.0,
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

/// Largest directionality believed: a pure odd signal has 0.5, and the weight of the odd part grows
/// without bound there.
const MOST_DIRECTIONAL: f64 = 0.42;

/// Inverts shading to relief for light along `light.axis_deg`; see the head of this file.
///
/// `shading` is 0 far from skin and has its gaps filled.
#[must_use]
pub fn reconstruct(shading: &Field, light: Light, scale: PixelsPerMm, options: &Options) -> Parts {
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
    let widest = scale.px(options.widest_mm) as f32;
    let gaussian = |f: f32, sigma: f32| (-2.0 * (f32::consts::PI * f * sigma).powi(2)).exp();
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
        let inverse = 1.0 / (2.0 * f32::consts::PI * f * self.px_per_mm * power);
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
    /// Index of height against the skin around, dents < 0: what the network makes of depth, in
    /// [`unet::DEPTH_UNIT`].
    pub height: Field,
    pub light: Light,
    pub side: Side,
}

/// What the network makes of one visit, at feature scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Dents {
    /// Logit that the pixel lies in a dent.
    pub logit: Field,
    /// How deep the dent is there, 0 or more, [`unet::DEPTH_UNIT`].
    pub depth: Field,
}

/// The dents of both visits, each seen with the other at its side, once in its own light and once in
/// the other's, and each of those straight and in a mirror; `skin` is the share of each px that is
/// measured in both.
///
/// A dent has no handedness, so what the network says otherwise in a mirror is its own doubt; the mean
/// of both is nearer to the truth (on 28 development phantoms Dice rose from 0.784 to 0.793 and false
/// marks fell from 1.1 to 0.8 a photo). One light seen straight and the other one in a mirror, at half
/// the cost, did as well on 28 others but worse on the held-out 60: with few scars, one more or less in
/// doubt turns the change.
///
/// The same photo twice has the same dents twice, to the last bit.
#[must_use]
pub fn dents(looks: [&Look; 2], skin: &Field, scale: PixelsPerMm) -> [Dents; 2] {
    let seen = |own: &Look, other: &Look| {
        let straight = Canvas::over(skin, own.azimuth, scale, unet::MULTIPLE);
        let [one, mirrored] = [false, true].map(|mirrored| {
            let canvas = Canvas {
                mirrored,
                ..straight
            };
            let inputs = canvas.inputs(own, other, skin);
            let asked = Asked::around(&inputs[canvas::OPEN], canvas::MARGIN);
            let planes = unet::trained().see(inputs, &asked);
            let dents: [&Field; unet::LIT_RIGHT] = std::array::from_fn(|k| &planes[k]);
            canvas.back(dents, skin.dim())
        });
        let mean = |k: usize| zip2(&one[k], &mirrored[k], |a, b| 0.5 * (a + b));
        [0, 1, 2, 3].map(mean)
    };
    let [before, after] = looks;
    let first = seen(before, after);
    let second = if before == after {
        first.clone()
    } else {
        seen(after, before)
    };
    let both = |own: &[Field], other: &[Field]| Dents {
        logit: zip2(&own[0], &other[1], |a, b| 0.5 * (a + b)),
        depth: zip2(&own[2], &other[3], |a, b| (0.5 * (a + b)).max(0.0)),
    };
    [both(&first, &second), both(&second, &first)]
}

/// How far the light on a `look` comes from `azimuth` (radians) rather than from the opposite side, and
/// how far from a right angle further on (from +x toward +y) rather than from a right angle back:
/// logits, the means of what the network says at `places`.
///
/// Every place is seen both ways round, and what it says of them is taken from one another: what would
/// speak for either says nothing.
#[must_use]
pub fn lit_from(
    look: &Look,
    azimuth: f64,
    skin: &Field,
    places: &[[f64; 2]],
    scale: PixelsPerMm,
) -> [f64; 2] {
    let evidence = |look: &Look, middle: [f64; 2]| {
        let canvas = Canvas::around(middle, look.azimuth, scale, PLACE_PX);
        let asked = Asked::all(canvas.rows, canvas.columns);
        let inputs = canvas.inputs(look, look, skin);
        let skin = inputs[canvas::OPEN].clone();
        let planes = unet::trained().see(inputs, &asked);
        let (mut sum, mut weight) = (0.0f64, 0.0f64);
        for (&logit, &open) in planes[unet::LIT_RIGHT].iter().zip(&skin) {
            sum += f64::from(open * logit);
            weight += f64::from(open);
        }
        [sum, weight]
    };
    let mut look = look.clone();
    [azimuth, azimuth + FRAC_PI_2].map(|azimuth| {
        let [this, that] = [azimuth, azimuth + PI].map(|azimuth| {
            look.azimuth = azimuth;
            let seen = places.par_iter().map(|&middle| evidence(&look, middle));
            seen.collect::<Vec<[f64; 2]>>()
        });
        let (mut sum, mut weight) = (0.0, 0.0);
        for (this, that) in this.iter().zip(&that) {
            sum += 0.5 * (this[0] - that[0]);
            weight += 0.5 * (this[1] + that[1]);
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    })
}

/// Side, canvas px, of a place where the light is judged: 16 mm.
const PLACE_PX: usize = 96;

/// Places where the light is judged, most.
const PLACES: usize = 10;

/// Middles (feature px) of the places on skin where shading varies most: scars are among them.
#[must_use]
pub fn places(look: &Look, skin: &Field, scale: PixelsPerMm) -> Vec<[f64; 2]> {
    let side = (PLACE_PX as f64 * canvas::step(scale)).max(8.0) as usize;
    let (rows, columns) = skin.dim();
    let mut cells: Vec<(f64, [f64; 2])> = Vec::new();
    // Half a cell apart, so that a scar on a border is in the middle of another cell.
    for top in (0..rows).step_by(side / 2) {
        for left in (0..columns).step_by(side / 2) {
            let (mut sum, mut open) = (0.0f64, 0.0f64);
            for y in top..(top + side).min(rows) {
                for x in left..(left + side).min(columns) {
                    let s = f64::from(skin[[y, x]]);
                    sum += s * f64::from(look.luminance[[y, x]]).powi(2);
                    open += s;
                }
            }
            // A cell with little skin is weighed as if the rest of half of it were flat.
            let whole = 0.5 * (side * side) as f64;
            if open > 0.0 {
                let middle = [left, top].map(|v| v as f64 + 0.5 * side as f64);
                cells.push((sum / open.max(whole), middle));
            }
        }
    }
    cells.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut chosen: Vec<[f64; 2]> = Vec::new();
    for (_, at) in cells {
        let apart = |c: &[f64; 2]| (c[0] - at[0]).abs().max((c[1] - at[1]).abs()) >= side as f64;
        if chosen.len() < PLACES && chosen.iter().all(apart) {
            chosen.push(at);
        }
    }
    chosen
}

/// The light in a photo; see [`find_light`].
#[must_use]
pub fn light_of(
    image: &LinearImage,
    skin: &Mask,
    scale: PixelsPerMm,
    shading: &crate::shading::Options,
    options: &Options,
) -> Light {
    let small = small(image, skin, scale, shading);
    find_light(&small.shading.field, &small.skin, small.scale, options)
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
