//! The whole path of a photo on one screen.

mod brink;
mod frame;
mod grid;
mod guess;
mod outcome;
pub(crate) mod pair;
mod views;
pub(crate) mod visits;

pub(crate) use frame::Frame;
pub use frame::{Scale, ScaleSource};

use std::collections::BTreeMap;
use std::time::Instant;

use crate::comparable::{
    self, ALL_SKIN, Caveat, Lights, REGION_SKIN, SCALE_UNLIKELY, TELL_MEASURED,
};
use crate::decode::Photo;
use crate::quality::{Quality, Reason};
use crate::raster::{Mask, count};
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
    // Among the workers from the start: each step that is shared out from elsewhere would wake one up and
    // wait for it.
    rayon::scope(|_| compared(before, after, options))
}

fn compared(before: &Photo, after: &Photo, options: &Options) -> Outcome {
    let mut clock = Clock::default();
    let photos = [before, after];
    let frame = Frame::of(before, after, options.scale);
    let mut found = match weighed(photos, &frame, options, &mut clock) {
        Ok(found) => found,
        Err(apart) => {
            let qualities = apart.qualities.each_ref();
            return outcome::unaligned(photos, &frame, qualities, &apart.caveats, options, clock);
        }
    };
    guess::confirm(&mut found, photos, &frame, options);
    clock.lap("guess");
    outcome::compared(outcome::Compared {
        photos,
        frame: &frame,
        found,
        options,
        clock,
    })
}

/// Two photos measured and scored, with what speaks against comparing them.
pub(crate) struct Weighed {
    qualities: [Quality; 2],
    laid: Laid,
    seen: Seen,
    score: score::Score,
    caveats: Vec<Caveat>,
}

impl Weighed {
    /// The answer; `None` if something refuses it.
    fn verdict(&self) -> Option<score::Verdict> {
        let refused = self.caveats.iter().any(|c| c.refuses);
        (!refused).then_some(self.score.verdict)
    }
}

/// Two photos that cannot be laid onto each other, and why.
struct Apart {
    qualities: [Quality; 2],
    caveats: Vec<Caveat>,
}

/// All that is measured of two photos in `frame`.
fn weighed(
    photos: [&Photo; 2],
    frame: &Frame,
    options: &Options,
    clock: &mut Clock,
) -> Result<Weighed, Box<Apart>> {
    let singles = pair::judged(photos, frame, options, clock);
    let qualities = singles.each_ref().map(|s| s.quality.clone());
    let mut caveats = alone(photos, frame, qualities.each_ref(), options.scale.is_none());
    // By a wrong scale all else would be judged wrongly.
    let scaled = !(caveats.iter()).any(|c| c.code == SCALE_UNLIKELY && c.refuses);
    let mut laid = match pair::laid(singles, frame, options, clock) {
        Ok(laid) => laid,
        Err(reason) => {
            let why = || comparable::unregistered(reason, options.start.is_some());
            caveats.extend(scaled.then(why));
            return Err(Box::new(Apart { qualities, caveats }));
        }
    };
    let reached = count(&laid.measured).max(1) as f64;
    let seen = visits::see(
        &laid.matched,
        &mut laid.measured,
        &laid.brink,
        laid.copy,
        frame.scale,
        options,
    );
    // Less what was left out with doubtful dents.
    laid.share *= count(&laid.measured) as f64 / reached;
    let everywhere = (laid.common.as_ref())
        .map(|common| visits::lights(&laid.matched, common, frame.scale, options));
    clock.lap("relief");
    let lamps = [Some(&seen.lights), everywhere.as_ref()];
    let lamp_doubts = lamps.into_iter().flatten().map(comparable::lamp_doubt);
    let score = score::score(
        &seen.both,
        &laid.measured,
        frame.scale,
        &options.segment,
        &score::Options {
            false_share: options.score.false_share + score::FALSE_BY_HAIR * laid.hair_grown.abs(),
            pair_doubt: lamp_doubts
                .fold(0.0, f64::max)
                .hypot(comparable::little_doubt(laid.share))
                .hypot(options.score.pair_doubt),
            ..options.score.clone()
        },
    );
    clock.lap("score");
    if scaled {
        let of = qualities.each_ref();
        caveats.extend(between(
            photos,
            frame,
            of,
            &laid,
            &seen,
            everywhere.as_ref(),
        ));
    }
    Ok(Weighed {
        qualities,
        laid,
        seen,
        score,
        caveats,
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

/// What speaks against each photo by itself, and against their dates; `unscaled`: nobody said how
/// large the skin is.
fn alone(
    photos: [&Photo; 2],
    frame: &Frame,
    qualities: [&Quality; 2],
    unscaled: bool,
) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let size = (photos[0].width, photos[0].height);
    let given = |scale| comparable::unlikely("the first photo", size, scale);
    let unlikely = (!unscaled).then_some(frame.full_scale).and_then(given);
    let scaled = !unlikely.as_ref().is_some_and(|c| c.refuses);
    // Little skin in mm² may be a wrong scale's.
    let sized = unlikely.is_none();
    caveats.extend(unlikely);
    caveats.extend(unscaled.then(|| comparable::no_scale(frame::ASSUMED_FIELD_MM)));
    for (i, which) in ["first", "second"].into_iter().enumerate() {
        caveats.extend(comparable::of_file(which, photos[i]));
        if scaled {
            let said = comparable::of_photo(which, qualities[i]).into_iter();
            caveats.extend(said.filter(|c| sized || c.code != Reason::LittleSkin.code()));
        }
    }
    if scaled {
        let narrowest = comparable::narrowest_scar_mm(frame.full_scale);
        let assumed = frame.source == ScaleSource::Assumed;
        caveats.extend(comparable::coarse(narrowest, assumed));
    }
    let [before, after] = photos.map(Photo::day);
    caveats.extend(comparable::dates(before.as_deref(), after.as_deref()));
    caveats.extend(comparable::shots(&photos[0].shot, &photos[1].shot));
    caveats
}

/// What speaks against comparing the two; `everywhere` is the light of the whole photos, where only a region
/// is asked for.
fn between(
    photos: [&Photo; 2],
    frame: &Frame,
    qualities: [&Quality; 2],
    laid: &Laid,
    seen: &Seen,
    everywhere: Option<&Lights>,
) -> Vec<Caveat> {
    if photos[0].source.blake3 == photos[1].source.blake3 {
        return vec![comparable::same_photo()];
    }
    // Who drew a region may have drawn it around a scar.
    let whole = laid.common.is_none();
    let asked = if whole { ALL_SKIN } else { REGION_SKIN };
    let too_little = comparable::measured_share(laid.share, LEAST_MEASURED, asked);
    if laid.copy {
        // A copy has not changed, however little of it is skin.
        return vec![comparable::recoloured()];
    }
    let blur_mm = |blur: f32| frame.scale.mm(f64::from(blur));
    let visits = [&seen.both.before, &seen.both.after];
    let reliefs = visits.map(|v| &v.relief);
    let measured = count(&laid.measured).max(1) as f64;
    let scarred = visits.map(|v| v.scars.pixels() as f64 / measured);
    [
        too_little,
        comparable::mostly_scar(f64::max(scarred[0], scarred[1])).filter(|_| whole),
        comparable::little_measured(laid.share, LEAST_MEASURED, TELL_MEASURED, asked),
        comparable::sharpness(
            blur_mm(laid.matched.before_blur),
            blur_mm(laid.matched.after_blur),
        ),
        comparable::smoothed_alone(qualities[0], qualities[1]),
        comparable::light_of_any(&seen.lights, everywhere),
        comparable::flat_light(&reliefs.map(|r| r.light.directionality)),
        comparable::hair(laid.hair_grown),
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
