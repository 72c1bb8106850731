//! What one step of learning looks at: a piece of a phantom pair, turned to its light and varied.

use std::f64::consts::PI;

use ndarray::Array2;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

use super::backward::Planes;
use super::colour;
use super::drawn::Drawn;
use crate::raster::{Field, map};
use crate::relief::canvas::{Canvas, INPUTS, Look};
use crate::relief::unet::DEPTH_UNIT;

/// Side of a crop, canvas px: 21 mm, two of the widest scars.
const SIDE: usize = 128;

/// A crop and its truth.
pub struct Crop {
    pub input: Planes,
    /// Share of scar in the own and in the other photo, then their depths in [`DEPTH_UNIT`].
    pub truth: Array2<f32>,
    /// Weight of each pixel: 1 on measured skin.
    pub weight: Vec<f32>,
    /// How far the own photo's light comes from the right, 0 (from the left) to 1, where that is asked:
    /// of a photo beside itself whose light has a side.
    pub lit_right: Option<f32>,
}

/// Share of crops that show a photo beside itself: nothing changed there.
const ALONE: f64 = 0.2;

/// Share of those that are turned any way, so that the network learns to tell.
const TURNED_ALONE: f64 = 0.5;

/// Share of photos turned the wrong way beside another: about as often as the side is misjudged.
const WRONG: f64 = 0.06;

/// How far a photo's light is usually misjudged and, now and then, how far at worst, radians, and how
/// often that is.
const ASTRAY: [f64; 2] = [0.17, 0.5];
const FAR_ASTRAY: f64 = 0.15;

/// Takes a crop of `pair`: every other one around a scar.
pub fn take(pair: &Drawn, random: &mut Pcg64Mcg) -> Crop {
    let own = usize::from(random.random_range(0..2) == 1);
    let alone = random.random_range(0.0..1.0) < ALONE;
    let other = if alone { own } else { 1 - own };
    let zoom = normal(random, 0.15).exp();
    let bend = normal(random, 0.1) as f32;
    let mut looks = [own, other].map(|i| varied(&pair.looks[i], bend, random));
    for look in &mut looks {
        let far = random.random_range(0.0..1.0) < FAR_ASTRAY;
        look.azimuth += normal(random, ASTRAY[usize::from(far)]);
        if !alone && random.random_range(0.0..1.0) < WRONG {
            look.azimuth += PI;
        }
    }
    if alone {
        if random.random_range(0.0..1.0) < TURNED_ALONE {
            looks[0].azimuth += random.random_range(-PI..PI);
        }
        looks[1] = looks[0].clone();
    }
    let astray = looks[0].azimuth - pair.azimuths[own];
    let canvas = Canvas {
        middle: middle(pair, own, random),
        azimuth: looks[0].azimuth,
        step: pair.scale / crate::relief::canvas::SCALE * zoom,
        mirrored: random.random_range(0..2) == 1,
        rows: SIDE,
        columns: SIDE,
    };
    let mut planes = canvas.inputs(&looks[0], &looks[1], &pair.skin);
    let units = looks.each_ref().map(Look::unit);
    colour::put(&mut planes, units, own == other, random);
    roughen(&mut planes, own == other, random);
    let show = |field: &Field| {
        let [shown] = canvas.show([field]);
        shown
    };
    let depth = |field: &Field| map(&show(field), |v| v / (DEPTH_UNIT * zoom as f32));
    let truth = [
        show(&pair.scars[own]),
        show(&pair.scars[other]),
        depth(&pair.depth[own]),
        depth(&pair.depth[other]),
    ];
    let weight = show(&pair.skin);
    Crop {
        input: Planes {
            values: matrix(&planes, INPUTS),
            rows: SIDE,
            columns: SIDE,
        },
        truth: matrix(&truth, truth.len()),
        lit_right: (alone && pair.oblique).then_some((0.5 + 0.5 * astray.cos()) as f32),
        weight: weight
            .iter()
            .map(|&s| if s > 0.9 { 1.0 } else { 0.0 })
            .collect(),
    }
}

fn matrix(planes: &[Field], rows: usize) -> Array2<f32> {
    let values = planes.iter().flat_map(|p| p.iter().copied()).collect();
    Array2::from_shape_vec((rows, SIDE * SIDE), values).expect("planes of a crop")
}

pub fn normal(random: &mut Pcg64Mcg, sigma: f64) -> f64 {
    let v: f64 = StandardNormal.sample(random);
    sigma * v
}

/// The middle of the crop, feature px: on skin, half of the time in or near a scar.
fn middle(pair: &Drawn, visit: usize, random: &mut Pcg64Mcg) -> [f64; 2] {
    let (rows, columns) = pair.skin.dim();
    let scar = random.random_range(0..2) == 1;
    let reach = pair.scale * 5.0;
    let mut at = [0, 0];
    for _ in 0..400 {
        at = [
            random.random_range(0..columns),
            random.random_range(0..rows),
        ];
        let here = [at[1], at[0]];
        if pair.skin[here] > 0.5 && (!scar || pair.scars[visit][here] > 0.5) {
            break;
        }
    }
    at.map(|v| v as f64 + normal(random, reach).clamp(-2.0 * reach, 2.0 * reach))
}

/// A look with what a photo's statistics may get wrong: unit, light, strength of colour; `bend` is
/// how much a tone curve of another camera favours bright over dark.
fn varied(look: &Look, bend: f32, random: &mut Pcg64Mcg) -> Look {
    let gain = normal(random, 0.12).exp() as f32;
    let bend = bend + normal(random, 0.05) as f32;
    // Twice the usual knee: what is beyond it has been drawn in already.
    const FAR: f32 = 24.0;
    let colour = normal(random, 0.25).exp() as f32;
    Look {
        luminance: map(&look.luminance, |v| {
            gain * v * (1.0 + bend * (v / FAR).tanh())
        }),
        chroma: look.chroma.each_ref().map(|c| map(c, |v| colour * v)),
        log_unit: look.log_unit + normal(random, 0.15) as f32,
        ..look.clone()
    }
}

/// Noise in both photos' planes; the same if both are one photo.
fn roughen(planes: &mut [Field], same: bool, random: &mut Pcg64Mcg) {
    let (one, rest) = planes.split_at_mut(3);
    for visit in [one, &mut rest[..3]] {
        let sigma = 0.5 * random.random_range(0.0f32..0.25).powi(2);
        for v in &mut visit[0] {
            let noise: f32 = StandardNormal.sample(random);
            *v += sigma * noise;
        }
    }
    if same {
        let own: Vec<Field> = planes[..3].to_vec();
        planes[3..6].clone_from_slice(&own);
    }
}
