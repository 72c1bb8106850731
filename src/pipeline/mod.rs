//! The whole path of a photo on one screen.

mod frame;
mod outcome;
mod visits;

pub use frame::{Scale, ScaleSource};

use std::collections::BTreeMap;
use std::time::Instant;

use crate::comparable::{self, Caveat};
use crate::decode::Photo;
use crate::normalise::{self, Matched};
use crate::quality::{self, Quality};
use crate::raster::{Mask, count};
use crate::register::{Registration, View, register};
use crate::report::{Pictures, schema::Comparison};
use crate::score;
use crate::skin::Skin;
use frame::Frame;
use visits::Seen;

/// Settings of every stage, and the scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Size of the skin in the before photo; guessed if not given.
    pub scale: Option<Scale>,
    pub skin: crate::skin::Options,
    pub register: crate::register::Options,
    pub shading: crate::shading::Options,
    pub relief: crate::relief::Options,
    pub segment: crate::segment::Options,
    pub score: crate::score::Options,
    /// How far, logits, two photos of unchanged skin differ in what they say of a dent; smaller
    /// differences are mostly taken back. 0 keeps all of them.
    pub agreement: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: None,
            skin: crate::skin::Options::default(),
            register: crate::register::Options::default(),
            shading: crate::shading::Options::default(),
            relief: crate::relief::Options::default(),
            segment: crate::segment::Options::default(),
            score: crate::score::Options::default(),
            agreement: 1.5,
        }
    }
}

/// A comparison and its pictures, ready to be written.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub comparison: Comparison,
    pub pictures: Pictures,
}

/// Least share of the before photo's skin that must be measured in both visits.
const LEAST_MEASURED: f64 = 0.1;

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
    let (quality_b, quality_a) = rayon::join(
        || quality::judge(&light_b, &skin_b.mask, frame.scale),
        || quality::judge(&light_a, &skin_a.mask, frame.scale),
    );
    let (photos, qualities) = ([before, after], [&quality_b, &quality_a]);
    let caveats = alone(photos, qualities);
    clock.lap("quality");
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
            let mut caveats = caveats;
            caveats.push(comparable::unregistered(reason));
            return outcome::unaligned(photos, &frame, qualities, &caveats, options, clock);
        }
    };
    let reached = normalise::align_mask(&skin_a.mask, &alignment.x, &alignment.y);
    let measured = measurable(&skin_b.mask, &reached, &alignment.confidence);
    let aligned = normalise::align(&light_a, &alignment.x, &alignment.y);
    let gains = normalise::gains(&light_b, &aligned, &measured, frame.scale);
    let copy = alignment.identity && comparable::is_copy(&light_b, &aligned, &measured);
    let matched = normalise::match_sharpness(&light_b, aligned, &measured);
    clock.lap("normalise");
    let seen = visits::see(&matched, &measured, copy, frame.scale, options);
    clock.lap("relief");
    let score = score::score(
        &seen.both.before,
        &seen.both.after,
        &seen.both.healthy,
        &measured,
        frame.scale,
        &options.segment,
        &options.score,
    );
    clock.lap("score");
    let share = count(&measured) as f64 / count(&skin_b.mask).max(1) as f64;
    let mut caveats = caveats;
    caveats.extend(between(
        photos, &frame, qualities, &matched, &seen, share, copy,
    ));
    outcome::compared(outcome::Compared {
        photos,
        frame: &frame,
        qualities,
        alignment: &alignment,
        gains: &gains,
        measured: &measured,
        measured_share: share,
        seen: &seen,
        score: &score,
        caveats,
        options,
        clock,
    })
}

/// What speaks against each photo by itself, and against their dates.
fn alone(photos: [&Photo; 2], qualities: [&Quality; 2]) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    for (i, which) in ["first", "second"].into_iter().enumerate() {
        caveats.extend(comparable::of_file(which, photos[i]));
        caveats.extend(comparable::of_photo(which, qualities[i]));
    }
    let [before, after] = photos.map(|p| p.taken.as_deref());
    caveats.extend(comparable::dates(before, after));
    caveats.extend(comparable::shots(&photos[0].shot, &photos[1].shot));
    caveats
}

/// What speaks against comparing the two.
fn between(
    photos: [&Photo; 2],
    frame: &Frame,
    qualities: [&Quality; 2],
    matched: &Matched,
    seen: &Seen,
    share: f64,
    copy: bool,
) -> Vec<Caveat> {
    if photos[0].source.blake3 == photos[1].source.blake3 {
        return vec![comparable::same_photo()];
    }
    if copy {
        return vec![comparable::recoloured()];
    }
    let blur = [matched.before_blur, matched.after_blur].map(|b| frame.scale.mm(f64::from(b)));
    let reliefs = [&seen.both.before.relief, &seen.both.after.relief];
    [
        comparable::measured_share(share, LEAST_MEASURED),
        comparable::sharpness(blur[0], blur[1]),
        comparable::smoothed_alone(qualities[0], qualities[1]),
        comparable::light(visits::light_turn_deg(&seen.both)),
        comparable::flat_light(reliefs.map(|r| r.light.directionality)),
    ]
    .into_iter()
    .flatten()
    .collect()
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
