//! What was found, put into the words and numbers of the result.

use std::collections::BTreeMap;

use image::GrayImage;
use serde_json::json;

use super::frame::{Frame, ScaleSource};
use super::{Clock, Options, Outcome, Weighed};
use crate::comparable::{Caveat, SCALE_DECIDES};
use crate::decode::Photo;
use crate::filter::enlarge_mask;
use crate::measure::{self, Scar, Totals};
use crate::normalise::{self, FullMap, Shown};
use crate::quality::{self, Quality};
use crate::raster::{Mask, gray, to_gray};
use crate::relief::Relief;
use crate::report::words::measure::band;
use crate::report::{Pictures, schema};
use crate::score::{Estimate, Lesion, Score, State, Verdict};

/// All that a comparison came to.
pub struct Compared<'a> {
    pub photos: [&'a Photo; 2],
    pub frame: &'a Frame,
    pub found: Weighed,
    pub options: &'a Options,
    pub clock: Clock,
}

/// A comparison that was made; its numbers are held back if a caveat refuses it.
pub fn compared(mut c: Compared) -> Outcome {
    let refused = c.found.caveats.iter().any(|c| c.refuses);
    let size = (c.photos[0].width, c.photos[0].height);
    let after_size = (c.photos[1].width, c.photos[1].height);
    let map = FullMap {
        x: &c.found.laid.alignment.x,
        y: &c.found.laid.alignment.y,
        before_reduction: c.frame.before_reduction,
        after_reduction: c.frame.after_reduction,
    };
    // What is refused shows no number and no scar.
    let mask = |mask: &Mask| {
        if refused {
            GrayImage::new(size.0, size.1)
        } else {
            full_mask(mask, c.frame, size)
        }
    };
    let (aligned_after, maps) = rayon::join(
        || {
            let samples = &c.photos[1].displayed();
            let after = Shown {
                samples,
                size: after_size,
            };
            normalise::picture(after, &map, &c.found.laid.gains, size)
        },
        || (!refused).then(|| super::views::maps(&c)),
    );
    // On paper and screen what is refused is shown as it was taken.
    let after = refused.then(|| c.photos[1].display());
    let pictures = Pictures {
        scars_before: mask(&c.found.seen.both.before.scars.mask()),
        scars_after: mask(&c.found.seen.both.after.scars.mask()),
        measured: mask(&c.found.laid.measured),
        aligned_after: Some(aligned_after),
        before: c.photos[0].display(),
        after,
        maps,
    };
    c.clock.lap("pictures");
    let mut result = blank(c.photos, c.frame, c.options, &c.found.caveats);
    let registration = schema::Registration {
        method: if c.options.start.is_some() {
            schema::RegistrationMethod::Points
        } else {
            schema::RegistrationMethod::Dense
        },
        overlap: schema::finite(c.found.laid.alignment.overlap),
        confident_fraction: schema::finite(c.found.laid.share),
        residual_px: schema::finite(c.found.laid.alignment.residual_px * c.frame.before_reduction),
        grid: Some(super::grid::grid(
            &map,
            &c.found.laid.alignment.confidence,
            size,
            after_size,
        )),
    };
    let visits = [&c.found.seen.both.before, &c.found.seen.both.after];
    let totals = [&c.found.score.before, &c.found.score.after];
    for i in 0..2 {
        let visit = if i == 0 {
            &mut result.before
        } else {
            &mut result.after
        };
        visit.quality = of_photo(&c.found.qualities[i], Some(&visits[i].relief));
        visit.redness = c.found.seen.redness[i];
        visit.pigment = c.found.seen.pigment[i];
        if !refused {
            visit.scars = scars(totals[i], &c.found.laid.measured, c.frame);
        }
    }
    result.registration = registration;
    if !refused {
        result.change = change(&c.found.score, &c.found.caveats);
        result.lesions = lesions(&c.found.score, c.frame);
    }
    result.timings_ms = c.clock.laps;
    Outcome {
        comparison: result,
        pictures,
    }
}

/// Two photos that could not be laid onto each other.
pub fn unaligned(
    photos: [&Photo; 2],
    frame: &Frame,
    qualities: [&Quality; 2],
    caveats: &[Caveat],
    options: &Options,
    clock: Clock,
) -> Outcome {
    let mut result = blank(photos, frame, options, caveats);
    result.before.quality = of_photo(qualities[0], None);
    result.after.quality = of_photo(qualities[1], None);
    result.timings_ms = clock.laps;
    let empty = GrayImage::new(photos[0].width, photos[0].height);
    Outcome {
        comparison: result,
        pictures: Pictures {
            scars_before: empty.clone(),
            scars_after: empty.clone(),
            measured: empty,
            aligned_after: None,
            before: photos[0].display(),
            after: Some(photos[1].display()),
            maps: None,
        },
    }
}

/// A result with nothing measured, and the caveats as warnings or reasons.
fn blank(
    photos: [&Photo; 2],
    frame: &Frame,
    options: &Options,
    caveats: &[Caveat],
) -> schema::Comparison {
    let [before, after] = photos.map(|photo| schema::Visit {
        file: photo.source.file_name.clone(),
        blake3: photo.source.blake3.clone(),
        taken: photo.taken.clone(),
        width: photo.width,
        height: photo.height,
        quality: schema::Quality::default(),
        scars: schema::Scars::default(),
        redness: None,
        pigment: None,
    });
    let refusals = caveats.iter().filter(|c| c.refuses);
    schema::Comparison {
        schema: schema::SCHEMA.to_string(),
        tool: schema::Tool::default(),
        options: said(options),
        scale: schema::Scale {
            px_per_mm: Some(frame.full_scale.get()),
            source: match frame.source {
                ScaleSource::Given => schema::ScaleSource::Option,
                ScaleSource::Assumed => schema::ScaleSource::Assumed,
            },
        },
        before,
        after,
        registration: schema::Registration {
            method: schema::RegistrationMethod::None,
            overlap: None,
            confident_fraction: None,
            residual_px: None,
            grid: None,
        },
        change: schema::Change {
            area_percent: schema::Interval::default(),
            contrast_percent: schema::Interval::default(),
            volume_index_percent: schema::Interval::default(),
            verdict: schema::Verdict::NotComparable,
            band: None,
            reasons: refusals.map(|c| c.message.clone()).collect(),
        },
        lesions: Vec::new(),
        warnings: caveats
            .iter()
            .map(|c| schema::Warning {
                code: c.code.to_string(),
                message: c.message.clone(),
                remedy: c.remedy.clone(),
            })
            .collect(),
        timings_ms: BTreeMap::new(),
    }
}

/// The settings that decide what counts as a scar, by name.
fn said(options: &Options) -> BTreeMap<String, serde_json::Value> {
    let segment = &options.segment;
    [
        ("seed", json!(segment.seed)),
        ("rim", json!(segment.rim)),
        ("smallest_mm", json!(segment.smallest_mm)),
        ("finest_mm", json!(options.relief.finest_mm)),
        ("widest_mm", json!(options.relief.widest_mm)),
        ("bootstrap_seed", json!(options.score.seed)),
    ]
    .into_iter()
    .chain(options.start.map(|_| ("points", json!(true))))
    .chain(options.region.as_ref().map(|_| ("roi", json!(true))))
    .map(|(name, value)| (name.to_string(), value))
    .collect()
}

fn of_photo(found: &Quality, relief: Option<&Relief>) -> schema::Quality {
    let directed = relief.filter(|r| r.light.directionality >= crate::relief::LEAST_DIRECTIONAL);
    schema::Quality {
        sharpness: found.sharpness.and_then(schema::finite),
        clipped_fraction: schema::finite(found.clipped_fraction),
        light_azimuth_deg: directed.map(|r| r.light.azimuth_deg(r.side)),
        light_directionality: relief.map(|r| quality::from_a_side(r.light.directionality)),
        ita_deg: found.ita_deg.and_then(schema::finite),
        skin_fraction: schema::finite(found.skin_fraction),
        reasons: found.reasons.iter().map(|r| r.message()).collect(),
    }
}

fn scars(totals: &Totals, measured: &Mask, frame: &Frame) -> schema::Scars {
    let area = frame.full_area(totals.area_px);
    schema::Scars {
        count: Some(totals.count),
        area_px: Some(area),
        area_mm2: mm2(area, frame),
        area_fraction: measure::area_fraction(totals, measured),
        contrast: totals.contrast,
        relief_index: totals.relief_index,
        volume_index: {
            let volume = frame.full_area(totals.volume_px);
            Some(mm2(volume, frame).unwrap_or(volume))
        },
    }
}

/// Square millimetres, if the scale is known.
fn mm2(full_px: f64, frame: &Frame) -> Option<f64> {
    (frame.source == ScaleSource::Given).then(|| frame.full_scale.mm2(full_px))
}

/// Millimetres of a working length, if the scale is known.
fn mm(working_px: f64, frame: &Frame) -> Option<f64> {
    (frame.source == ScaleSource::Given).then(|| frame.scale.mm(working_px))
}

fn change(score: &Score, caveats: &[Caveat]) -> schema::Change {
    let interval = |e: &Option<Estimate>| {
        e.map_or_else(schema::Interval::default, |e| schema::Interval {
            value: schema::finite(e.value),
            low: schema::finite(e.low),
            high: schema::finite(e.high),
            smallest_detectable: schema::finite(e.smallest_detectable),
        })
    };
    let verdict = match score.verdict {
        Verdict::Improved => schema::Verdict::Improved,
        Verdict::Worse => schema::Verdict::Worse,
        Verdict::NoDetectableChange => schema::Verdict::NoDetectableChange,
    };
    let change = schema::Change {
        area_percent: interval(&score.area),
        contrast_percent: interval(&score.contrast),
        volume_index_percent: interval(&score.volume),
        verdict,
        band: None,
        reasons: if score.area.is_none() {
            vec!["No scar was found in the first photo, so there is no percentage.".to_string()]
        } else {
            let decides = caveats.iter().filter(|c| c.code == SCALE_DECIDES);
            decides.map(|c| c.message.clone()).collect()
        },
    };
    schema::Change {
        band: Some(band(&change)),
        ..change
    }
}

fn lesions(score: &Score, frame: &Frame) -> Vec<schema::Lesion> {
    let one = |(i, lesion): (usize, &Lesion)| {
        let shown = lesion.before.as_ref().or(lesion.after.as_ref())?;
        let (kind, sure) = measure::kind(shown, frame.scale);
        let percent = |of: fn(&Scar) -> f64| {
            let (b, a) = (of(lesion.before.as_ref()?), of(lesion.after.as_ref()?));
            (b > 0.0).then(|| 100.0 * (a / b - 1.0))
        };
        Some(schema::Lesion {
            id: i as u32 + 1,
            kind: Some(match kind {
                measure::Kind::IcePick => schema::Kind::IcePick,
                measure::Kind::Boxcar => schema::Kind::Boxcar,
                measure::Kind::Rolling => schema::Kind::Rolling,
                measure::Kind::Linear => schema::Kind::Linear,
            }),
            kind_confidence: schema::finite(sure),
            x: frame.full(shown.x),
            y: frame.full(shown.y),
            state: match lesion.state {
                State::Improved => schema::State::Improved,
                State::Unchanged => schema::State::Unchanged,
                State::Worse => schema::State::Worse,
                State::New => schema::State::New,
                State::Gone => schema::State::Gone,
            },
            before: of_visit(lesion.before.as_ref(), frame),
            after: of_visit(lesion.after.as_ref(), frame),
            change: schema::LesionChange {
                area_percent: percent(|s| s.area_px),
                contrast_percent: percent(|s| s.contrast),
                relief_index_percent: percent(|s| s.relief_index),
            },
        })
    };
    score.lesions.iter().enumerate().filter_map(one).collect()
}

fn of_visit(scar: Option<&Scar>, frame: &Frame) -> schema::LesionVisit {
    scar.map_or_else(schema::LesionVisit::default, |s| schema::LesionVisit {
        area_mm2: mm2(frame.full_area(s.area_px), frame),
        contrast: schema::finite(s.contrast),
        relief_index: schema::finite(s.relief_index),
        width_mm: mm(s.width_px, frame),
    })
}

/// A working mask on the photo's own grid.
fn full_mask(mask: &Mask, frame: &Frame, size: (u32, u32)) -> GrayImage {
    if frame.before_reduction <= 1.0 {
        return to_gray(mask);
    }
    let size = (size.1 as usize, size.0 as usize);
    gray(enlarge_mask(mask, size, frame.before_reduction))
}
