//! Is this photo good enough, and how to take a better one: said while the patient is still there.
//!
//! A photo by itself ([`photo`]), and beside the baseline it will be compared with ([`against`]).
//! Nothing of the relief is measured, so it is quick.

mod against;
mod pose;
pub mod words;

pub use against::{Against, Fitness as Comparability, against};
pub use pose::Pose;

use serde::Serialize;

use crate::comparable::{self, Caveat};
use crate::decode::Photo;
use crate::pipeline::pair::{self, Single};
use crate::pipeline::{Frame, Options, Scale, ScaleSource};
use crate::quality::{self, Reason};
use crate::relief::{self, Light};
use crate::report::schema::{Tool, Warning, finite};
use crate::report::words::light::FROM_A_SIDE;
use crate::units::{of_100, percent};

/// The name of this layout of JSON.
pub const SCHEMA: &str = "scardepth.check/1";

/// All that `scardepth check --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    pub tool: Tool,
    /// The baseline's file name without its folder, if one was named.
    pub baseline: Option<String>,
    /// In the order in which they were named.
    pub photos: Vec<Row>,
}

/// A photo, or why it could not be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Row {
    Checked(Box<Checked>),
    Failed {
        /// The file's name without its folder.
        file: String,
        error: String,
    },
}

/// What a photo can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fitness {
    /// Nothing speaks against it.
    Good,
    /// It can be measured; a better one would be measured better.
    Usable,
    /// It cannot be measured.
    Unfit,
}

/// One photo by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The file's name without its folder.
    pub file: String,
    /// BLAKE3 of the file, 64 hexadecimal digits.
    pub blake3: String,
    /// When it was taken by the camera's clock, ISO 8601 without a zone.
    pub taken: Option<String>,
    /// Upright width, px.
    pub width: u32,
    /// Upright height, px.
    pub height: u32,
    pub fitness: Fitness,
    /// Pixels that show one millimetre of skin.
    pub px_per_mm: f64,
    /// The scale is a guess: nobody said how much skin the photo shows.
    pub scale_assumed: bool,
    /// Width, mm, of the narrowest scar that shows.
    pub narrowest_scar_mm: f64,
    /// 0 (blurred) to 1 (as sharp as pixels can show).
    pub sharpness: Option<f64>,
    /// Noise of one pixel, as a share of its light.
    pub noise: Option<f64>,
    /// Share of the skin at black or white, 0 to 1.
    pub clipped_fraction: f64,
    /// Share of the photo that is open skin, 0 to 1.
    pub skin_fraction: f64,
    /// Individual typology angle of the skin, degrees.
    pub ita_deg: Option<f64>,
    /// Line along which the light comes, degrees clockwise from the horizontal, 0 to 180; `None`
    /// where it has no side.
    pub light_axis_deg: Option<f64>,
    /// 0 (ring flash) to 1 (a single grazing lamp).
    pub light_directionality: Option<f64>,
    /// What speaks against it, what weighs most first.
    pub advice: Vec<Advice>,
    /// Beside the baseline, if one was named.
    pub against: Option<Against>,
}

/// What was seen, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    #[serde(flatten)]
    pub warning: Warning,
    /// The photo cannot be measured, or not be compared, because of it.
    pub refuses: bool,
}

impl From<Caveat> for Advice {
    fn from(caveat: Caveat) -> Self {
        Self {
            refuses: caveat.refuses,
            warning: Warning {
                code: caveat.code.to_string(),
                message: caveat.message,
                remedy: caveat.remedy,
            },
        }
    }
}

/// Caveats as advice, refusals first.
fn advice(mut caveats: Vec<Caveat>) -> Vec<Advice> {
    caveats.sort_by_key(|c| !c.refuses); // stable
    caveats.into_iter().map(Advice::from).collect()
}

/// Judges one photo.
#[must_use]
pub fn photo(photo: &Photo, scale: Option<Scale>, options: &Options) -> Checked {
    let (frame, single) = pair::single(photo, scale, options);
    let light = light(&single, &frame, options);
    let found = &single.quality;
    let assumed = frame.source == ScaleSource::Assumed;
    let narrowest = comparable::narrowest_scar_mm(frame.full_scale);
    let mut caveats: Vec<Caveat> = photo
        .caveats
        .iter()
        .map(|&c| comparable::of_decoding(c))
        .collect();
    let given =
        |_| comparable::unlikely("the photo", (photo.width, photo.height), frame.full_scale);
    let unlikely = scale.and_then(given);
    // By a wrong scale all else would be judged wrongly, and little skin may be its fault.
    let scaled = !unlikely.as_ref().is_some_and(|c| c.refuses);
    let sized = unlikely.is_none();
    caveats.extend(unlikely);
    if scaled {
        caveats.extend(no_skin(found.skin_fraction));
        caveats.extend(comparable::coarse(narrowest, assumed));
        let reasons = found.reasons.iter();
        caveats.extend(
            reasons
                .filter(|&&r| r != Reason::LittleSkin || (sized && found.skin_fraction >= NO_SKIN))
                .map(|&r| comparable::of_reason(r)),
        );
        caveats.extend(far(found.skin_fraction));
        // What little is taken for skin may be none.
        let enough = found.skin_fraction >= quality::LEAST_SKIN_SHARE;
        caveats.extend(lost(found.clipped_fraction).filter(|_| enough));
        let flat = light.and_then(|l| comparable::flat_light(&[l.directionality]));
        caveats.extend(flat.or_else(|| light.and_then(|l| little_light(&l))));
    }
    let fitness = if caveats.iter().any(|c| c.refuses) {
        Fitness::Unfit
    } else if caveats.is_empty() {
        Fitness::Good
    } else {
        Fitness::Usable
    };
    Checked {
        file: photo.source.file_name.clone(),
        blake3: photo.source.blake3.clone(),
        taken: photo.taken.clone(),
        width: photo.width,
        height: photo.height,
        fitness,
        px_per_mm: frame.full_scale.get(),
        scale_assumed: assumed,
        narrowest_scar_mm: narrowest * softened(found.sharpness),
        sharpness: found.sharpness.and_then(finite),
        noise: found.noise_sigma.and_then(finite),
        clipped_fraction: found.clipped_fraction,
        skin_fraction: found.skin_fraction,
        ita_deg: found.ita_deg.and_then(finite),
        light_axis_deg: light.filter(has_side).map(|l| l.axis_deg),
        light_directionality: light.map(|l| quality::from_a_side(l.directionality)),
        advice: advice(caveats),
        against: None,
    }
}

/// Whether the light comes from a side.
fn has_side(light: &Light) -> bool {
    light.directionality >= relief::LEAST_DIRECTIONAL
}

/// The light on a photo's skin; `None` where there is hardly any skin.
fn light(single: &Single, frame: &Frame, options: &Options) -> Option<Light> {
    (single.quality.skin_fraction >= NO_SKIN).then(|| {
        let (image, skin) = (&single.light, &single.skin.mask);
        let (shading, relief) = (&options.shading, &options.relief);
        relief::light_of(image, skin, frame.scale, shading, relief)
    })
}

/// Some light comes from a side, but hardly any.
fn little_light(light: &Light) -> Option<Caveat> {
    let share = quality::from_a_side(light.directionality);
    (share > 0.0 && share < FROM_A_SIDE).then(|| Caveat {
        code: "little-light-aside",
        message: format!(
            "Hardly any light comes from a side ({}), so dents hardly show.",
            of_100(share)
        ),
        remedy: comparable::LAMP_ASIDE.to_string(),
        refuses: false,
    })
}

/// How many times wider a scar must be to show in a soft photo.
fn softened(sharpness: Option<f64>) -> f64 {
    /// Nothing is known below this.
    const LEAST: f64 = 0.1;
    sharpness.map_or(1.0, |s| (quality::SHARP / s.max(LEAST)).max(1.0))
}

/// Share of the picture below which there is no skin to speak of; what the alignment needs.
const NO_SKIN: f64 = 0.02;

fn no_skin(fraction: f64) -> Option<Caveat> {
    (fraction < NO_SKIN).then(|| Caveat {
        code: "no-skin",
        message: "Hardly any open skin is found in the photo.".to_string(),
        remedy: "Fill the picture with the skin to be measured, free of hair, clothes and hands, \
                 in white light."
            .to_string(),
        refuses: true,
    })
}

/// Share of the picture that open skin should fill: a whole face from in front has a third.
const FILLED: f64 = 0.2;

/// Of what is less than [`quality::LEAST_SKIN_SHARE`] more is said elsewhere.
fn far(fraction: f64) -> Option<Caveat> {
    (quality::LEAST_SKIN_SHARE..FILLED)
        .contains(&fraction)
        .then(|| Caveat {
            code: "far-away",
            message: format!(
                "Open skin fills only {} of the picture; the rest of it is wasted.",
                percent(fraction)
            ),
            remedy: "Come nearer until the skin with the scars fills the picture, with hair and \
                     clothes out of it."
                .to_string(),
            refuses: false,
        })
}

/// Share of clipped skin from which the rest tells too little.
const MOST_LOST: f64 = 0.25;

fn lost(clipped: f64) -> Option<Caveat> {
    (clipped > MOST_LOST).then(|| Caveat {
        code: "lost-in-light",
        message: format!(
            "On {} of the skin nothing is left but white or black.",
            percent(clipped)
        ),
        remedy: "Lower the exposure, keep the lamp from shining back into the lens, use no direct \
                 flash."
            .to_string(),
        refuses: true,
    })
}

#[cfg(test)]
mod tests;
