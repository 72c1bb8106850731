//! The first half of the path: both photos judged, laid onto each other, brought to one sharpness.

use rayon::prelude::*;

use super::frame::{Frame, Scale};
use super::{CONFIDENT, Clock, Options};
use crate::comparable;
use crate::decode::Photo;
use crate::normalise::{self, Gains, Matched};
use crate::quality::{self, Quality};
use crate::raster::{Field, LinearImage, Mask, count, row};
use crate::register::{self, Affine, Alignment, Reason, Registration, View, register};
use crate::skin::{Cue, Skin, roi};

/// One photo by itself, at working scale.
#[derive(Debug, Clone)]
pub struct Single {
    pub light: LinearImage,
    pub skin: Skin,
    pub quality: Quality,
}

/// A photo by itself, its skin and quality judged in `frame`'s working scale.
#[must_use]
pub fn single(photo: &Photo, scale: Option<Scale>, options: &Options) -> (Frame, Single) {
    let frame = Frame::of(photo, photo, scale);
    let light = photo.linear(frame.before_reduction);
    let skin = skin(photo, &light, frame.before_reduction, &frame, options);
    let quality = quality::judge(&light, &skin.mask, frame.scale);
    let one = Single {
        light,
        skin,
        quality,
    };
    (frame, one)
}

/// Both photos by themselves, in one frame.
#[must_use]
pub fn judged(
    photos: [&Photo; 2],
    frame: &Frame,
    options: &Options,
    clock: &mut Clock,
) -> [Single; 2] {
    let reductions = [frame.before_reduction, frame.after_reduction];
    let both = |of: &(dyn Fn(usize) -> LinearImage + Sync)| rayon::join(|| of(0), || of(1));
    let (light_b, light_a) = both(&|i| photos[i].linear(reductions[i]));
    clock.lap("light");
    let (skin_b, skin_a) = rayon::join(
        || skin(photos[0], &light_b, reductions[0], frame, options),
        || skin(photos[1], &light_a, reductions[1], frame, options),
    );
    clock.lap("skin");
    let (quality_b, quality_a) = rayon::join(
        || quality::judge(&light_b, &skin_b.mask, frame.scale),
        || quality::judge(&light_a, &skin_a.mask, frame.scale),
    );
    clock.lap("quality");
    [
        Single {
            light: light_b,
            skin: skin_b,
            quality: quality_b,
        },
        Single {
            light: light_a,
            skin: skin_a,
            quality: quality_a,
        },
    ]
}

/// The second photo laid onto the first, in its sharpness.
#[derive(Debug, Clone)]
pub struct Laid {
    pub alignment: Box<Alignment>,
    /// Skin in both photos where the alignment is believed, inside the region asked for.
    pub measured: Mask,
    /// The same of the whole photos, where only a region is asked for.
    pub common: Option<Mask>,
    /// See [`Skin::brink`], of both photos.
    pub brink: Mask,
    /// Share of the before photo's skin (inside the region asked for) that is measured, 0 to 1.
    pub share: f64,
    pub gains: Gains,
    /// Skin that hair has grown over since the first photo less skin that was shorn, as a share of
    /// what is skin in one photo and skin or hair in the other, -1 to 1.
    pub hair_grown: f64,
    /// The second photo is a copy of the first.
    pub copy: bool,
    pub matched: Matched,
}

/// Lays the second photo onto the first; both are used up, for they are the largest things about.
///
/// # Errors
/// The reason why it cannot be.
pub fn laid(
    [before, after]: [Single; 2],
    frame: &Frame,
    options: &Options,
    clock: &mut Clock,
) -> Result<Laid, Reason> {
    let alignment = aligned([&before, &after], frame, options);
    clock.lap("register");
    let alignment = alignment?;
    let reached = normalise::align_mask(&after.skin.mask, &alignment.x, &alignment.y);
    let hair_grown = hair_grown(&before.skin, &after.skin, &reached, &alignment);
    let mut brink = normalise::align_mask(&after.skin.brink, &alignment.x, &alignment.y);
    brink.zip_mut_with(&before.skin.brink, |brink, &b| *brink |= b);
    let mut asked = before.skin.mask;
    let mut common = None;
    if let Some(region) = &options.region {
        common = Some(measurable(&asked, &reached, &alignment.confidence));
        let region = roi::reduced(region, frame.before_reduction);
        asked.zip_mut_with(&region, |a, &r| *a &= r);
    }
    let measured = measurable(&asked, &reached, &alignment.confidence);
    let share = count(&measured) as f64 / count(&asked).max(1) as f64;
    let aligned = normalise::align(&after.light, &alignment.x, &alignment.y);
    drop(after);
    let gains = normalise::gains(&before.light, &aligned, &measured, frame.scale);
    let copy = alignment.identity && comparable::is_copy(&before.light, &aligned, &measured);
    let matched = normalise::match_sharpness(before.light, aligned, &measured);
    clock.lap("normalise");
    Ok(Laid {
        alignment,
        measured,
        common,
        brink,
        share,
        gains,
        hair_grown,
        copy,
        matched,
    })
}

/// Where each pixel of the first photo lies in the second.
fn aligned(
    [before, after]: [&Single; 2],
    frame: &Frame,
    options: &Options,
) -> Result<Box<Alignment>, Reason> {
    let (luminance_b, luminance_a) = (before.light.luminance(), after.light.luminance());
    let view = |luminance, skin| View { luminance, skin };
    let start = options
        .start
        .map(|s| working(&s, frame))
        .or(options.register.start);
    let register_options = register::Options {
        start,
        ..options.register.clone()
    };
    let (texture_b, texture_a) = (before.skin.texture(), after.skin.texture());
    let registration = register(
        view(&luminance_b, &texture_b),
        view(&luminance_a, &texture_a),
        frame.scale,
        &register_options,
    );
    match registration {
        Registration::Aligned(alignment) => Ok(alignment),
        Registration::Failed { reason } => Err(reason),
    }
}

/// A map between full-resolution photos as one between working pictures.
fn working(full: &Affine, frame: &Frame) -> Affine {
    let (b, a) = (frame.before_reduction, frame.after_reduction);
    let first = 0.5 * (b - 1.0); // the centre of working pixel 0
    let there = full.at(first, first);
    Affine {
        linear: full.linear.map(|row| row.map(|v| v * b / a)),
        origin: [there.0, there.1].map(|p| (p - 0.5 * (a - 1.0)) / a),
    }
}

/// Open skin, without what the file says is not there.
fn skin(
    photo: &Photo,
    light: &LinearImage,
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

/// See [`Laid::hair_grown`]; `reached` is the after photo's skin on the before photo's grid.
fn hair_grown(before: &Skin, after: &Skin, reached: &Mask, alignment: &Alignment) -> f64 {
    let is_hair = |cue: &Cue| matches!(cue, Cue::Hair | Cue::SingleHair);
    let hair_after = |x: f32, y: f32| {
        let (x, y) = (x.round(), y.round());
        let at = (x >= 0.0 && y >= 0.0).then_some((y as usize, x as usize));
        at.and_then(|at| after.why_not.get(at)).is_some_and(is_hair)
    };
    let on_line = |line: usize| {
        let pixels = (row(&before.why_not, line)
            .iter()
            .zip(row(&before.mask, line)))
        .zip(row(reached, line))
        .zip(row(&alignment.x, line).iter().zip(row(&alignment.y, line)));
        let mut counts = [0_usize; 3];
        for (((cue, &open_b), &open_a), (&x, &y)) in pixels {
            let hair_b = is_hair(cue);
            let hair_a = open_b && hair_after(x, y);
            counts[0] += usize::from(hair_a);
            counts[1] += usize::from(hair_b && open_a);
            counts[2] += usize::from((open_b && (hair_a || open_a)) || (open_a && hair_b));
        }
        counts
    };
    let lines: Vec<[usize; 3]> = (0..reached.nrows()).into_par_iter().map(on_line).collect();
    let [grown, shorn, common] = [0, 1, 2].map(|i| lines.iter().map(|l| l[i]).sum::<usize>());
    (grown as f64 - shorn as f64) / common.max(1) as f64
}

/// Skin in both photos where the alignment is believed.
fn measurable(before: &Mask, after: &Mask, confidence: &Field) -> Mask {
    let mut measured = before.clone();
    ndarray::Zip::from(&mut measured)
        .and(after)
        .and(confidence)
        .for_each(|m, &a, &c| *m = *m && a && c >= CONFIDENT);
    measured
}
