//! Makes the weights of the network that decides pixels ([`crate::relief::network`]) from phantoms.
//!
//! The phantoms of training are drawn from seeds of their own ([`FIRST_SEED`] on), which no test and
//! no table of accuracy uses; families, rigs, skin types and scales are mixed, and every other
//! parameter is drawn by the renderer over its whole range (domain randomisation, Tobin et al.
//! 2017). Logistic loss, Adam (Kingma & Ba 2015), one thread: same seeds, same weights.

mod descent;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::decode::Photo;
use crate::filter::reduce;
use crate::phantom::{self, Family, Rig, SkinType, Spec};
use crate::raster::Mask;
use crate::relief::features::{CONTEXT_COUNT, COUNT, Features, Surroundings};
use crate::relief::network::{Looks, Network};
use crate::relief::{self, Side, Small};
use crate::shading::shade;
use crate::skin;
use crate::units::PixelsPerMm;

/// Settings of [`train`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Phantoms drawn.
    pub photos: usize,
    /// Passes over the samples.
    pub epochs: usize,
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            photos: 260,
            epochs: 14,
            hidden: vec![40, 20],
            seed: 1,
        }
    }
}

/// Seeds from here on are for training alone.
pub const FIRST_SEED: u64 = 1_000_000;

/// Pixels taken from one photo at most, in dents and outside.
const DENT_PIXELS: usize = 3000;
const OTHER_PIXELS: usize = 6000;

/// Labelled pixels.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// The numbers of sample after sample.
    pub features: Vec<f32>,
    pub dent: Vec<bool>,
    /// Dent pixels and others that the samples were taken from.
    pub population: [f64; 2],
}

/// A phantom photo as the network's features are made from it.
struct Drawn {
    small: Small,
    /// Where the light comes from, radians.
    azimuth: f64,
    /// Pixels drawn for learning, (row, column): in dents and outside.
    pixels: [Vec<(usize, usize)>; 2],
    population: [f64; 2],
}

impl Drawn {
    fn surroundings(&self) -> Surroundings {
        Surroundings::of(&self.small.shading, &self.small.skin, self.small.scale)
    }
}

/// Draws phantoms and trains on them; `progress` is told what has been done.
///
/// # Errors
/// When a phantom cannot be drawn.
pub fn train(options: &Options, mut progress: impl FnMut(&str)) -> Result<Looks, phantom::Error> {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    let mut photos = Vec::new();
    for i in 0..options.photos {
        let spec = spec(i, &mut random);
        photos.extend(draw(&spec, &mut random)?);
        progress(&format!("{} of {}: {}", i + 1, options.photos, spec.name()));
    }
    let samples = collect(&photos, |photo| {
        photo.surroundings().lit_from(photo.azimuth)
    });
    progress(&format!("first look: {} samples", samples.dent.len()));
    let first = fit(&samples, COUNT, options, &mut progress);
    let samples = collect(&photos, |photo| {
        let small = &photo.small;
        let features = photo.surroundings().lit_from(photo.azimuth);
        let logit = features.through(&first, &small.skin);
        features.with_context(&logit, photo.azimuth, small.scale)
    });
    progress("second look");
    let second = fit(&samples, COUNT + CONTEXT_COUNT, options, &mut progress);
    Ok(Looks { first, second })
}

fn fit(
    samples: &Samples,
    inputs: usize,
    options: &Options,
    progress: &mut impl FnMut(&str),
) -> Network {
    let mut network = descent::fit(samples, inputs, &options.hidden, options, progress);
    descent::to_population(&mut network, samples);
    network
}

/// The numbers of the pixels drawn from every photo.
fn collect(photos: &[Drawn], look: impl Fn(&Drawn) -> Features) -> Samples {
    let mut samples = Samples::default();
    for photo in photos {
        let features = look(photo);
        for (i, pixels) in photo.pixels.iter().enumerate() {
            samples.population[i] += photo.population[i];
            for &at in pixels {
                samples
                    .features
                    .extend(features.planes.iter().map(|p| p[at]));
                samples.dent.push(i == 0);
            }
        }
    }
    samples
}

/// The `i`-th phantom of training.
fn spec(i: usize, random: &mut Pcg64Mcg) -> Spec {
    // Half of it oblique light, where most can be learned; scarred skin more often than none.
    const RIGS: [Rig; 4] = [Rig::Clinic, Rig::Clinic, Rig::Phone, Rig::Flash];
    const FAMILIES: [Family; 8] = [
        Family::Improved,
        Family::Worse,
        Family::Recoloured,
        Family::Confluent,
        Family::Improved,
        Family::Linear,
        Family::Healthy,
        Family::Rephotographed,
    ];
    let px_per_mm = [8.0, 16.0, 5.0, 8.0][(i / 3) % 4];
    let side = |mm: f64| (mm * px_per_mm) as u32;
    Spec {
        family: FAMILIES[i % FAMILIES.len()],
        rig: RIGS[random.random_range(0..RIGS.len())],
        skin_type: SkinType::ALL[random.random_range(0..SkinType::ALL.len())],
        seed: FIRST_SEED + i as u64,
        px_per_mm,
        width: side(64.0),
        height: side(48.0),
        ..Spec::default()
    }
}

/// Draws a phantom's first photo and the pixels to learn from; `None` if its scale is out of range.
fn draw(spec: &Spec, random: &mut Pcg64Mcg) -> Result<Option<Drawn>, phantom::Error> {
    let pair = phantom::render_pair(spec)?;
    let Some(scale) = PixelsPerMm::new(pair.truth.px_per_mm) else {
        return Ok(None);
    };
    let light = Photo::from_rgb8("phantom", pair.before.rgb).linear(1.0);
    let skin = skin::find(&light, scale, &skin::Options::default()).mask;
    let shading = shade(&light, &skin, scale, &crate::shading::Options::default());
    let found = relief::find_light(&shading.field, &skin, scale, &relief::Options::default());
    let side = true_side(found, pair.before.how.light.azimuth_deg);
    let small = relief::small(&shading, &skin, scale);
    let share = |mask: &Mask| {
        let share = mask.mapv(|m| if m { 1.0 } else { 0.0 });
        reduce(&share, relief::feature_reduction(scale))
    };
    let (dent, open) = (share(&pair.truth.visits[0].scars), share(&skin));
    let mut all: [Vec<(usize, usize)>; 2] = [Vec::new(), Vec::new()];
    for ((at, &d), &o) in dent.indexed_iter().zip(&open) {
        // Rims belong to both.
        if o > 0.99 && !(0.3..0.7).contains(&d) {
            all[usize::from(d < 0.5)].push(at);
        }
    }
    let population = all.each_ref().map(|pixels| pixels.len() as f64);
    let mut chosen = |pixels: &[(usize, usize)], most: usize| -> Vec<(usize, usize)> {
        let n = pixels.len();
        (0..most.min(n))
            .map(|_| pixels[random.random_range(0..n)])
            .collect()
    };
    Ok(Some(Drawn {
        small,
        azimuth: found.azimuth_deg(side).to_radians(),
        pixels: [chosen(&all[0], DENT_PIXELS), chosen(&all[1], OTHER_PIXELS)],
        population,
    }))
}

/// The side of the found axis on which the light truly is.
fn true_side(light: relief::Light, azimuth_deg: f64) -> Side {
    let turn = (light.azimuth_deg(Side::Axis) - azimuth_deg).to_radians();
    if turn.cos() >= 0.0 {
        Side::Axis
    } else {
        Side::Opposite
    }
}
