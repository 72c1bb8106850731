//! The whole path of a photo on one screen.

mod frame;
mod outcome;
mod visits;

pub use frame::{Scale, ScaleSource};

use std::collections::BTreeMap;
use std::time::Instant;

use crate::decode::Photo;
use crate::normalise::{self, Gains};
use crate::raster::{Mask, count};
use crate::register::{Registration, View, register};
use crate::report::{Pictures, schema::Comparison};
use crate::skin::Skin;
use crate::{measure, score};
use frame::Frame;
use visits::Both;

/// Settings of every stage, and the scale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Size of the skin in the before photo; guessed if not given.
    pub scale: Option<Scale>,
    pub skin: crate::skin::Options,
    pub register: crate::register::Options,
    pub shading: crate::shading::Options,
    pub relief: crate::relief::Options,
    pub segment: crate::segment::Options,
    pub score: crate::score::Options,
}

/// A comparison and its pictures, ready to be written.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub comparison: Comparison,
    pub pictures: Pictures,
}

/// Least share of the before photo's skin that must be measured in both visits.
const LEAST_MEASURED: f64 = 0.15;

/// Confidence of the alignment from which a pixel is measured.
const CONFIDENT: f32 = 0.5;

/// Compares two photos of the same skin.
#[must_use]
pub fn compare(before: &Photo, after: &Photo, options: &Options) -> Outcome {
    let mut clock = Clock::default();
    let frame = Frame::of(before, after, options.scale);
    let (light_b, light_a) = rayon::join(
        || before.linear(frame.before_reduction),
        || after.linear(frame.after_reduction),
    );
    clock.lap("light");
    let (skin_b, skin_a) = rayon::join(
        || skin(before, &light_b, frame.before_reduction, &frame, options),
        || skin(after, &light_a, frame.after_reduction, &frame, options),
    );
    clock.lap("skin");
    let (luminance_b, luminance_a) = (light_b.luminance(), light_a.luminance());
    let registration = register(
        View {
            luminance: &luminance_b,
            skin: &skin_b.mask,
        },
        View {
            luminance: &luminance_a,
            skin: &skin_a.mask,
        },
        frame.scale,
        &options.register,
    );
    clock.lap("register");
    let alignment = match registration {
        Registration::Aligned(alignment) => alignment,
        Registration::Failed { reason } => {
            return outcome::refused(before, after, &frame, [&skin_b, &skin_a], reason, options, clock);
        }
    };
    let seen = normalise::align_mask(&skin_a.mask, &alignment.x, &alignment.y);
    let measured = measurable(&skin_b.mask, &seen, &alignment.confidence);
    let aligned = normalise::align(&light_a, &alignment.x, &alignment.y);
    let gains = normalise::gains(&light_b, &aligned, &measured, frame.scale);
    let matched = normalise::match_sharpness(&light_b, aligned, &measured);
    clock.lap("normalise");
    let both = visits::see(&matched, &measured, frame.scale, options);
    clock.lap("relief");
    let scars_b = measure::measure(&both.before, &both.healthy);
    let scars_a = measure::measure(&both.after, &both.healthy);
    clock.lap("measure");
    let score = score::score(
        score::Measured { visit: &both.before, scars: &scars_b },
        score::Measured { visit: &both.after, scars: &scars_a },
        &both.healthy,
        &measured,
        frame.scale,
        &options.segment,
        &options.score,
    );
    clock.lap("score");
    outcome::compared(outcome::Compared {
        before,
        after,
        frame: &frame,
        skins: [&skin_b, &skin_a],
        alignment: &alignment,
        measured: &measured,
        gains: &gains,
        matched: &matched,
        both: &both,
        score: &score,
        options,
        clock,
    })
}

/// Open skin, without what the file says is not there.
fn skin(
    photo: &Photo,
    light: &crate::raster::LinearImage,
    reduction: f64,
    frame: &Frame,
    options: &Options,
) -> Skin {
    let mut skin = crate::skin::find(light, frame.scale, &options.skin);
    if let Some(opaque) = photo.opaque(reduction) {
        skin.mask.zip_mut_with(&opaque, |s, &o| *s &= o);
        skin.fraction = count(&skin.mask) as f64 / skin.mask.len().max(1) as f64;
    }
    skin
}

/// Skin in both photos where the alignment is believed.
fn measurable(before: &Mask, after: &Mask, confidence: &crate::raster::Field) -> Mask {
    let mut measured = before.clone();
    ndarray::Zip::from(&mut measured)
        .and(after)
        .and(confidence)
        .for_each(|m, &a, &c| *m = *m && a && c >= CONFIDENT);
    measured
}

/// Wall-clock time of each stage.
#[derive(Debug)]
struct Clock {
    last: Instant,
    laps: BTreeMap<String, f64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            last: Instant::now(),
            laps: BTreeMap::new(),
        }
    }
}

impl Clock {
    /// Ends a stage that began when the last one ended.
    fn lap(&mut self, stage: &str) {
        let now = Instant::now();
        let ms = (now - self.last).as_secs_f64() * 1e3;
        self.laps.insert(stage.to_string(), ms);
        self.last = now;
    }
}
