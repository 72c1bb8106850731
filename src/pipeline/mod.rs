//! The whole path of a photo on one screen.

mod frame;
mod outcome;
pub(crate) mod pair;
mod views;
mod visits;

pub(crate) use frame::Frame;
pub use frame::{Scale, ScaleSource};

use std::collections::BTreeMap;
use std::time::Instant;

use crate::comparable::{self, Caveat};
use crate::decode::Photo;
use crate::normalise::Matched;
use crate::quality::Quality;
use crate::raster::Mask;
use crate::register::Affine;
use crate::report::{Pictures, schema::Comparison};
use crate::score;
use crate::units::PixelsPerMm;
use pair::Laid;
use visits::Seen;

/// Settings of every stage, and the scale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Size of the skin in the before photo; guessed if not given.
    pub scale: Option<Scale>,
    /// Where the before photo's pixels lie in the after photo, roughly, px of the upright photos, as
    /// somebody marked it; searched if not given.
    pub start: Option<Affine>,
    /// What of the before photo is measured, on its upright grid; all open skin if not given.
    pub region: Option<Mask>,
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
pub(crate) const LEAST_MEASURED: f64 = 0.1;

/// Confidence of the alignment from which a pixel is measured.
const CONFIDENT: f32 = 0.5;

/// Compares two photos of the same skin.
#[must_use]
pub fn compare(before: &Photo, after: &Photo, options: &Options) -> Outcome {
    let mut clock = Clock::default();
    let photos = [before, after];
    let frame = Frame::of(before, after, options.scale);
    let [single_b, single_a] = pair::judged(photos, &frame, options, &mut clock);
    let qualities = [&single_b.quality, &single_a.quality];
    let caveats = alone(photos, &frame, qualities);
    let laid = match pair::laid([&single_b, &single_a], &frame, options, &mut clock) {
        Ok(laid) => laid,
        Err(reason) => {
            let mut caveats = caveats;
            caveats.push(comparable::unregistered(reason, options.start.is_some()));
            return outcome::unaligned(photos, &frame, qualities, &caveats, options, clock);
        }
    };
    let Laid {
        alignment,
        measured,
        share,
        gains,
        hair_grown,
        copy,
        matched,
    } = laid;
    let seen = visits::see(&matched, &measured, copy, frame.scale, options);
    clock.lap("relief");
    let score = score::score(
        &seen.both,
        &measured,
        frame.scale,
        &options.segment,
        &score::Options {
            false_share: options.score.false_share + score::FALSE_BY_HAIR * hair_grown.abs(),
            ..options.score.clone()
        },
    );
    clock.lap("score");
    let mut caveats = caveats;
    caveats.extend(between(
        photos, &frame, qualities, &matched, &seen, share, copy,
    ));
    caveats.extend(comparable::hair(hair_grown));
    outcome::compared(outcome::Compared {
        photos,
        frame: &frame,
        qualities,
        alignment: &alignment,
        gains: &gains,
        matched: &matched,
        measured: &measured,
        measured_share: share,
        seen: &seen,
        score: &score,
        caveats,
        options,
        clock,
    })
}

/// A photo as every comparison begins: linear light at the working scale, its open skin, its px/mm.
#[must_use]
pub fn prepared(
    photo: &Photo,
    options: &Options,
) -> (crate::raster::LinearImage, Mask, PixelsPerMm) {
    let (frame, single) = pair::single(photo, options.scale, options);
    (single.light, single.skin.mask, frame.scale)
}

/// What speaks against each photo by itself, and against their dates.
fn alone(photos: [&Photo; 2], frame: &Frame, qualities: [&Quality; 2]) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    for (i, which) in ["first", "second"].into_iter().enumerate() {
        caveats.extend(comparable::of_file(which, photos[i]));
        caveats.extend(comparable::of_photo(which, qualities[i]));
    }
    let narrowest = comparable::narrowest_scar_mm(frame.full_scale);
    caveats.extend(comparable::coarse(
        narrowest,
        frame.source == ScaleSource::Assumed,
    ));
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
        // A copy has not changed, but that says nothing where next to nothing could be measured.
        let unmeasured = comparable::measured_share(share, LEAST_MEASURED);
        return [Some(comparable::recoloured()), unmeasured]
            .into_iter()
            .flatten()
            .collect();
    }
    let blur = [matched.before_blur, matched.after_blur].map(|b| frame.scale.mm(f64::from(b)));
    let reliefs = [&seen.both.before.relief, &seen.both.after.relief];
    [
        comparable::measured_share(share, LEAST_MEASURED),
        comparable::little_measured(share, LEAST_MEASURED),
        comparable::sharpness(blur[0], blur[1]),
        comparable::smoothed_alone(qualities[0], qualities[1]),
        comparable::light(visits::light_turn_deg(&seen.both)),
        comparable::flat_light(&reliefs.map(|r| r.light.directionality)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Wall-clock time of each stage.
#[derive(Debug)]
pub(crate) struct Clock {
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
