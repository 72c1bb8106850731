//! One pair drawn, compared and held against its truth.

use std::time::Instant;

use serde::Serialize;

use super::alignment::{Misfit, apart_deg, misfit, turn_deg};
use super::kinds::{self, Kinds};
use super::scars::{Marks, area, judge, percent, ratio, volume};
use crate::decode::Photo;
use crate::phantom::{self, Family, Pair, Rig, Spec};
use crate::pipeline::{self, Outcome, Scale, compare};
use crate::raster::{count, from_gray};
use crate::report::schema::{Comparison, Interval, Verdict};
use crate::units::PixelsPerMm;

/// True change, percent, from which the direction of the found one is asked for.
pub const DIRECTION_FROM: f64 = 10.0;

/// What a pair came to.
#[derive(Debug, Clone, Serialize)]
pub struct Assessed {
    pub name: String,
    pub spec: Spec,
    pub verdict: Verdict,
    /// Codes of the warnings.
    pub warnings: Vec<String>,
    /// Measured pixels as a share of those that both photos show; 0 when refused.
    pub measured_share: Option<f64>,
    pub before: Marks,
    pub after: Marks,
    pub area_percent: Change,
    /// The volume index held against the true volume.
    pub volume_percent: Change,
    /// Whether the found area changed the same way as the true one and the verdict does not say the
    /// opposite; `None` when the true change is below 10 %, or the pair is refused.
    pub direction_right: Option<bool>,
    pub registration: Option<Misfit>,
    /// Angle between found and true light, both photos, degrees; none of a ring flash.
    pub light_error_deg: [Option<f64>; 2],
    pub kinds: Kinds,
    /// See [`kinds::volumes`].
    pub scar_volumes: Vec<[f64; 2]>,
    pub draw_ms: f64,
    pub compare_ms: f64,
}

/// A true change over the measured pixels and what was found of it, percent.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Change {
    pub truth: Option<f64>,
    pub found: Interval,
}

impl Change {
    /// Found less true, points.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        Some(self.found.value? - self.truth?)
    }

    /// Whether the interval holds the truth.
    #[must_use]
    pub fn covered(&self) -> Option<bool> {
        Some((self.found.low?..=self.found.high?).contains(&self.truth?))
    }
}

impl Assessed {
    #[must_use]
    pub fn refused(&self) -> bool {
        self.verdict == Verdict::NotComparable
    }

    /// Both photos' marks.
    #[must_use]
    pub fn photos(&self) -> [&Marks; 2] {
        [&self.before, &self.after]
    }
}

/// Draws the pair of a spec, compares it and holds the result against the truth.
///
/// # Errors
/// When the spec can't be drawn.
pub fn assess(spec: &Spec, options: &pipeline::Options) -> Result<Assessed, phantom::Error> {
    let started = Instant::now();
    let pair = phantom::render_pair(spec)?;
    let draw_ms = started.elapsed().as_secs_f64() * 1e3;
    Ok(Assessed {
        draw_ms,
        ..compared(spec, &pair, options)
    })
}

/// Compares a pair; the time of drawing is left at 0.
fn compared(spec: &Spec, pair: &Pair, options: &pipeline::Options) -> Assessed {
    let photo = |name: &str, shot: &phantom::Shot| Photo::from_rgb8(name, shot.rgb.clone());
    let (before, after) = (photo("before", &pair.before), photo("after", &pair.after));
    let options = pipeline::Options {
        scale: PixelsPerMm::new(pair.truth.px_per_mm).map(Scale::PerMm),
        ..options.clone()
    };
    let prepared = Instant::now();
    let outcome = compare(&before, &after, &options);
    Assessed {
        compare_ms: prepared.elapsed().as_secs_f64() * 1e3,
        ..hold(spec, pair, &outcome)
    }
}

/// What is pressed into a photo of unscarred skin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pressed {
    pub family: Family,
    pub seed: u64,
    /// Where the photo's light comes from, degrees; where its broad shading says if not given.
    pub light_from: Option<f64>,
    /// Share of the scars treated away; drawn from the seed if not given.
    pub strength: Option<f64>,
}

/// Presses dents into a photo, compares the pair and holds the result against the truth.
///
/// # Errors
/// When the photo's size or scale can't be drawn.
pub fn assess_pressed(
    photo: &Photo,
    what: &Pressed,
    options: &pipeline::Options,
) -> Result<Assessed, phantom::Error> {
    let started = Instant::now();
    let (pair, spec) = pressed(photo, what, options)?;
    let draw_ms = started.elapsed().as_secs_f64() * 1e3;
    let (file, family) = (&photo.source.file_name, what.family.name());
    Ok(Assessed {
        draw_ms,
        name: format!("{file} {family} seed{}", what.seed),
        ..compared(&spec, &pair, options)
    })
}

/// The pair that [`assess_pressed`] compares, and what it is called as a phantom.
///
/// # Errors
/// When the photo's size or scale can't be drawn.
pub fn pressed(
    photo: &Photo,
    what: &Pressed,
    options: &pipeline::Options,
) -> Result<(Pair, Spec), phantom::Error> {
    let (light, skin, scale) = pipeline::prepared(photo, options);
    let azimuth_deg = what.light_from.unwrap_or_else(|| {
        let found =
            crate::relief::light_of(&light, &skin, scale, &options.shading, &options.relief);
        phantom::press::broad_side(&light, &skin, found.axis_deg)
    });
    let press = phantom::press::Options {
        family: what.family,
        seed: what.seed,
        px_per_mm: scale.get(),
        azimuth_deg,
        strength: what.strength,
    };
    let pair = phantom::press::press(&light, &skin, &press)?;
    Ok((pair, phantom::press::spec(&light, &press)))
}

/// Holds an outcome against its truth; times are left at 0.
fn hold(spec: &Spec, pair: &Pair, outcome: &Outcome) -> Assessed {
    let Outcome {
        comparison,
        pictures,
    } = outcome;
    let px_per_mm = pair.truth.px_per_mm;
    let [first, second] = [&pair.truth.visits[0], &pair.truth.visits[1]];
    let measured = from_gray(&pictures.measured);
    let marks = |found, truth| judge(&from_gray(found), truth, &measured, px_per_mm);
    let change = &comparison.change;
    let area_percent = Change {
        truth: percent(
            area(&first.scars, &measured),
            area(&second.scars, &measured),
        ),
        found: change.area_percent,
    };
    let volumes = [first, second].map(|v| volume(&v.depth, &v.scars, &measured));
    let grid = comparison.registration.grid.as_ref();
    let matched = kinds::matched(&comparison.lesions, &pair.truth.scars, &measured, px_per_mm);
    Assessed {
        name: spec.name(),
        spec: spec.clone(),
        verdict: change.verdict,
        warnings: (comparison.warnings.iter())
            .map(|w| w.code.clone())
            .collect(),
        measured_share: ratio(count(&measured), count(&second.visible)),
        before: marks(&pictures.scars_before, &first.scars),
        after: marks(&pictures.scars_after, &second.scars),
        area_percent,
        volume_percent: Change {
            truth: percent(volumes[0], volumes[1]),
            found: change.volume_index_percent,
        },
        direction_right: direction_right(&area_percent, change.verdict),
        registration: grid.and_then(|g| misfit(g, &second.warp, &measured)),
        light_error_deg: light_error(pair, comparison),
        kinds: kinds::agree(&matched),
        scar_volumes: kinds::volumes(&matched),
        draw_ms: 0.0,
        compare_ms: 0.0,
    }
}

/// A change that was not found at all has the wrong direction.
fn direction_right(area: &Change, verdict: Verdict) -> Option<bool> {
    let truth = area.truth.filter(|t| t.abs() >= DIRECTION_FROM)?;
    let opposite = match verdict {
        Verdict::NotComparable => return None,
        Verdict::Improved => truth > 0.0,
        Verdict::Worse => truth < 0.0,
        Verdict::NoDetectableChange => false,
    };
    Some(!opposite && area.found.value.is_some_and(|found| found * truth > 0.0))
}

/// The after photo's light is reported as it falls on the before photo's grid.
fn light_error(pair: &Pair, comparison: &Comparison) -> [Option<f64>; 2] {
    let after_turn = turn_deg(&pair.truth.visits[1].warp);
    let one = |shot: &phantom::Shot, found: Option<f64>, turn: f64| {
        let light = &shot.how.light;
        (light.rig != Rig::Flash).then_some(())?;
        Some(apart_deg(found?, light.azimuth_deg - turn))
    };
    let found = [&comparison.before, &comparison.after].map(|v| v.quality.light_azimuth_deg);
    [
        one(&pair.before, found[0], 0.0),
        one(&pair.after, found[1], after_turn),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(truth: f64, found: Option<f64>) -> Change {
        Change {
            truth: Some(truth),
            found: Interval {
                value: found,
                low: found.map(|f| f - 5.0),
                high: found.map(|f| f + 5.0),
                smallest_detectable: None,
            },
        }
    }

    #[test]
    fn direction_is_asked_of_changes_that_matter() {
        use Verdict::{Improved, NoDetectableChange, NotComparable, Worse};
        let right = |truth, found, verdict| direction_right(&change(truth, found), verdict);
        assert_eq!(right(-40.0, Some(-3.0), Improved), Some(true));
        assert_eq!(right(-40.0, Some(-3.0), NoDetectableChange), Some(true));
        assert_eq!(right(-40.0, Some(-3.0), Worse), Some(false));
        assert_eq!(right(-40.0, Some(3.0), Improved), Some(false));
        assert_eq!(right(40.0, Some(3.0), Worse), Some(true));
        assert_eq!(right(40.0, None, Worse), Some(false));
        assert_eq!(right(9.9, Some(-50.0), Improved), None);
        assert_eq!(right(-40.0, None, NotComparable), None);
    }

    #[test]
    fn an_interval_covers_the_truth_or_not() {
        assert_eq!(change(-40.0, Some(-36.0)).covered(), Some(true));
        assert_eq!(change(-40.0, Some(-34.0)).covered(), Some(false));
        assert_eq!(change(-40.0, None).covered(), None);
        assert_eq!(change(-40.0, Some(-36.0)).error(), Some(4.0));
    }
}
