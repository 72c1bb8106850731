//! Colours that no phantom has, put onto a crop.
//!
//! A renderer's melanin and blood lie along two lines of colour. Real skin's do not quite: pigment's
//! depth, blood's oxygen, the lamp's spectrum and the camera's dyes turn both lines, and a network that
//! knows only the renderer's takes what is left over for a dent. So each crop's own colours are turned
//! (Tobin et al. 2017: what is drawn over a wide range need not be right), and marks and mottling of
//! hues drawn around melanin's and blood's are laid over both visits. None of it is a dent, and the
//! truth stays as it was.

use std::f64::consts::PI;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::crop::normal;
use crate::phantom::dice::{perlin, smoothstep};
use crate::raster::Field;
use crate::relief::canvas::{CHROMA_UNIT, SCALE, drawn_in, drawn_out};
use crate::shading::{HAEMOGLOBIN, MELANIN};

/// Planes of one visit: luminance, log(R/G), log(B/G).
const VISIT: usize = 3;

/// Standard deviation of the luminance that one unit of log(R/G) and of log(B/G) are given beyond what
/// they have: a third of what melanin and blood explain
/// ([`crate::shading::pigment_coefficients`]: -1.56 and 0.73).
const TURN: [f64; 2] = [0.5, 0.25];

/// Standard deviation of what the two chromas take of themselves and of each other.
const MIX: f64 = 0.12;

/// Standard deviation of the natural logarithm of a hue's parts, and what is added to them.
const HUE_SPREAD: f64 = 0.3;
const HUE_SHIFT: f64 = 0.05;

/// Share of crops that are left as they were drawn.
const PLAIN: f64 = 0.2;

/// Change of log(R/G), log(B/G) and log luminance for one unit of density.
type Hue = [f32; 3];

/// Pigment laid over both visits.
struct Layer {
    hue: Hue,
    /// Density of each pixel, and how much of it each visit shows.
    density: Field,
    shown: [f32; 2],
}

/// Puts colours onto both visits of `planes`, which the network is shown; `units` are the visits' units
/// of luminance, natural-log units, and `same` says that both are one photo.
pub fn put(planes: &mut [Field], units: [f32; 2], same: bool, random: &mut Pcg64Mcg) {
    if random.random_range(0.0..1.0) < PLAIN {
        return;
    }
    let turn = TURN.map(|sigma| normal(random, sigma) as f32);
    let mix: [[f32; 2]; 2] =
        std::array::from_fn(|_| std::array::from_fn(|_| normal(random, MIX) as f32));
    let size = planes[0].dim();
    let mut layers = Vec::new();
    for _ in 0..random.random_range(0..3) {
        layers.push(Layer::new(mottling(size, random), same, random));
    }
    for _ in 0..random.random_range(0..7) {
        layers.push(Layer::new(mark(size, random), same, random));
    }
    for (visit, unit) in units.into_iter().enumerate() {
        let [luminance, red, blue] = &mut planes[VISIT * visit..][..VISIT] else {
            unreachable!("three planes of a visit");
        };
        let own = luminance.iter_mut().zip(red.iter_mut().zip(blue));
        for (i, (l, (r, b))) in own.enumerate() {
            let (c, d) = (*r * CHROMA_UNIT, *b * CHROMA_UNIT);
            let mut change = [
                mix[0][0] * c + mix[0][1] * d,
                mix[1][0] * c + mix[1][1] * d,
                turn[0] * c + turn[1] * d,
            ];
            for layer in &layers {
                let density = layer.shown[visit] * layer.density.as_slice().expect("row-major")[i];
                for (change, hue) in change.iter_mut().zip(layer.hue) {
                    *change += density * hue;
                }
            }
            *r += change[0] / CHROMA_UNIT;
            *b += change[1] / CHROMA_UNIT;
            // The network is shown half of the luminance.
            *l = 0.5 * drawn_in(drawn_out(2.0 * *l) + change[2] / unit);
        }
    }
}

impl Layer {
    fn new(density: Field, same: bool, random: &mut Pcg64Mcg) -> Self {
        let blood = random.random_range(0.0..1.0);
        let hue = std::array::from_fn(|k| {
            let middle = (1.0 - blood) * MELANIN[k] + blood * HAEMOGLOBIN[k];
            (middle * normal(random, HUE_SPREAD).exp() + normal(random, HUE_SHIFT)) as f32
        });
        let mut shown = [1.0, 1.0];
        if !same {
            // Mostly there at both visits, a little stronger or weaker; now and then at one of them.
            shown = shown.map(|_| normal(random, 0.25).exp() as f32);
            if random.random_range(0.0..1.0) < 0.25 {
                shown[random.random_range(0..2)] = 0.0;
            }
        }
        Self {
            hue,
            density,
            shown,
        }
    }
}

/// Clouds of one width, or patches with soft edges.
fn mottling(size: (usize, usize), random: &mut Pcg64Mcg) -> Field {
    let period = SCALE * 10f64.powf(random.random_range(-0.1..0.9)); // 0.8 to 8 mm
    let strength = 0.3 * random.random_range(0.0f64..1.0).powi(2);
    let seed: u64 = random.random();
    let edged = random.random_range(0.0..1.0) < 0.4;
    Field::from_shape_fn(size, |(y, x)| {
        let cloud = f64::from(perlin(
            (x as f64 / period) as f32,
            (y as f64 / period) as f32,
            seed,
        ));
        let cloud = if edged {
            f64::from(smoothstep(0.05, 0.3, cloud as f32)) - 0.3
        } else {
            cloud
        };
        (strength * cloud) as f32
    })
}

/// A freckle, a mole, a flush, what a pimple left behind; or a paler place.
fn mark((rows, columns): (usize, usize), random: &mut Pcg64Mcg) -> Field {
    let radius = SCALE * 10f64.powf(random.random_range(-0.5..0.65)); // 0.3 to 4.5 mm
    let aspect = random.random_range(0.6..1.0);
    let soft = random.random_range(0.15..1.0) as f32;
    let strength = 0.8 * random.random_range(0.2f64..1.0).powi(2);
    let sign = if random.random_range(0.0..1.0) < 0.15 {
        -0.5
    } else {
        1.0
    };
    let ragged = random.random_range(0.0..0.5);
    let (seed, angle): (u64, f64) = (random.random(), random.random_range(0.0..PI));
    let at = [
        random.random_range(0.0..columns as f64),
        random.random_range(0.0..rows as f64),
    ];
    let (sin, cos) = angle.sin_cos();
    Field::from_shape_fn((rows, columns), |(y, x)| {
        let [dx, dy] = [x as f64 - at[0], y as f64 - at[1]];
        let [u, v] = [dx * cos + dy * sin, (dy * cos - dx * sin) / aspect];
        let r = u.hypot(v) / radius;
        if r > 2.6 {
            return 0.0;
        }
        let [p, q] = [dx, dy].map(|d| (1.5 * d / radius) as f32);
        let r = r as f32 + ragged as f32 * perlin(p, q, seed);
        (sign * strength) as f32 * (1.0 - smoothstep(1.0 - soft, 1.0 + soft, r))
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn crop() -> Vec<Field> {
        let field = |k: f32| {
            Field::from_shape_fn((48, 64), |(y, x)| {
                (0.3 * x as f32 + k).sin() + (0.2 * y as f32).cos()
            })
        };
        (0..7).map(|k| field(k as f32)).collect()
    }

    #[test]
    fn one_photo_beside_itself_stays_that() {
        let mut changed = 0;
        for seed in 0..20 {
            let mut planes = crop();
            let own = planes[..3].to_vec();
            planes[3..6].clone_from_slice(&own);
            let mut random = Pcg64Mcg::seed_from_u64(seed);
            put(&mut planes, [0.01, 0.01], true, &mut random);
            assert_eq!(planes[..3], planes[3..6]);
            assert!(planes.iter().flatten().all(|v| v.is_finite()));
            changed += usize::from(planes[0] != own[0]);
        }
        assert!(changed >= 10, "{changed} of 20 crops have other colours");
    }

    #[test]
    fn the_skin_s_outline_keeps_its_own() {
        let mut planes = crop();
        let outline = planes[6].clone();
        put(
            &mut planes,
            [0.01, 0.02],
            false,
            &mut Pcg64Mcg::seed_from_u64(3),
        );
        assert_eq!(planes[6], outline);
    }
}
