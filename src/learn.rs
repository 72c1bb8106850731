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
use crate::relief::features::COUNT;
use crate::relief::network::Network;
use crate::relief::{self, Side};
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
            photos: 240,
            epochs: 16,
            hidden: vec![32, 16],
            seed: 1,
        }
    }
}

/// Seeds from here on are for training alone.
pub const FIRST_SEED: u64 = 1_000_000;

/// Pixels taken from one photo at most, in dents and outside.
const DENT_PIXELS: usize = 4000;
const OTHER_PIXELS: usize = 8000;

/// Labelled pixels.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// [`COUNT`] numbers a sample.
    pub features: Vec<f32>,
    pub dent: Vec<bool>,
    /// Dent pixels and others that the samples were taken from.
    pub population: [f64; 2],
}

/// Draws phantoms and trains on them; `progress` is told what has been done.
///
/// # Errors
/// When a phantom cannot be drawn.
pub fn train(options: &Options, mut progress: impl FnMut(&str)) -> Result<Network, phantom::Error> {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    let mut samples = Samples::default();
    for i in 0..options.photos {
        let spec = draw(i, &mut random);
        collect(&spec, &mut random, &mut samples)?;
        progress(&format!("{} of {}: {}", i + 1, options.photos, spec.name()));
    }
    progress(&format!("{} samples", samples.dent.len()));
    let mut network = descent::fit(&samples, COUNT, &options.hidden, options, &mut progress);
    descent::to_population(&mut network, &samples);
    Ok(network)
}

/// The `i`-th phantom of training.
fn draw(i: usize, random: &mut Pcg64Mcg) -> Spec {
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
    let px_per_mm = [8.0, 16.0, 5.0, 11.0][(i / 3) % 4];
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

fn collect(
    spec: &Spec,
    random: &mut Pcg64Mcg,
    samples: &mut Samples,
) -> Result<(), phantom::Error> {
    let pair = phantom::render_pair(spec)?;
    let Some(scale) = PixelsPerMm::new(pair.truth.px_per_mm) else {
        return Ok(());
    };
    let reduction = relief::feature_reduction(scale);
    let photo = Photo::from_rgb8("phantom", pair.before.rgb);
    let light = photo.linear(1.0);
    let skin = skin::find(&light, scale, &skin::Options::default()).mask;
    let shading = shade(&light, &skin, scale, &crate::shading::Options::default());
    let found = relief::find_light(&shading.field, &skin, scale, &relief::Options::default());
    let side = true_side(found, pair.before.how.light.azimuth_deg);
    let features = relief::features_of(&shading, &skin, found.azimuth_deg(side), scale);
    let share = |mask: &Mask| reduce(&mask.mapv(|m| if m { 1.0 } else { 0.0 }), reduction);
    let (dent, open) = (share(&pair.truth.visits[0].scars), share(&skin));
    let mut pixels: [Vec<(usize, usize)>; 2] = [Vec::new(), Vec::new()];
    for ((at, &d), &o) in dent.indexed_iter().zip(&open) {
        // Rims belong to both.
        if o > 0.99 && !(0.3..0.7).contains(&d) {
            pixels[usize::from(d < 0.5)].push(at);
        }
    }
    for (i, most) in [DENT_PIXELS, OTHER_PIXELS].into_iter().enumerate() {
        samples.population[i] += pixels[i].len() as f64;
        let n = pixels[i].len();
        for _ in 0..most.min(n) {
            let (y, x) = pixels[i][random.random_range(0..n)];
            let numbers = features.planes.iter().map(|p| p[[y, x]]);
            samples.features.extend(numbers);
            samples.dent.push(i == 0);
        }
    }
    Ok(())
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
