//! Change between two visits, with its doubt and verdict.

mod doubt;
mod pairing;

pub use doubt::Estimate;
pub use pairing::{Lesion, State, join_swallowed, pair};

use crate::measure::{Both, Scar, Totals, Visit, healthy_mean_square, totals};
use crate::raster::Mask;
use crate::segment::{self, Ground};
use crate::units::PixelsPerMm;

/// Settings of [`score`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Relative doubt (one standard deviation) of the gain between the two photos: what lamps, cameras
    /// and hair leave after both were brought into one ([`Both::in_one_gain`]). At 0.2 the volume's
    /// errors were 0.7 times their doubt on 27 development phantoms (root mean square); it is left so
    /// wide for lamps and hair that phantoms do not have.
    pub gain_doubt: f64,
    /// Doubt (one standard deviation) of the logit of a dent that one photo has over the other.
    pub end_doubt: f64,
    /// Relative doubt (one standard deviation) of each total that no resampling shows: alignment,
    /// sharpness, light from another side.
    pub floor_doubt: f64,
    /// Doubt (one standard deviation) of the area falsely called scar in one photo and not in the
    /// other, as a share of the measured skin.
    pub false_share: f64,
    /// Relative doubt (one standard deviation) of area and volume for each unit (natural logarithm) that
    /// the scatters of both photos' fine texture are apart.
    pub texture_doubt: f64,
    /// Relative doubt (one standard deviation) of area and contrast that lies in the pair and not in its
    /// scars: a lamp put up otherwise, little skin in common. Of volume, their product, it is twice that.
    pub pair_doubt: f64,
    /// Redraws of the bootstrap.
    pub redraws: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gain_doubt: 0.2,
            end_doubt: 0.15,
            floor_doubt: 0.02,
            false_share: 0.001,
            texture_doubt: 0.2,
            pair_doubt: 0.0,
            redraws: 1000,
            seed: 0x5ca2_de97,
        }
    }
}

/// What [`Options::false_share`] grows by where all skin has been grown over by hair, or shorn: hair
/// that the skin's mask misses looks like dents.
pub const FALSE_BY_HAIR: f64 = 0.03;

/// Smallest detectable change of area, percent, from which on not even the loss of all scars would show;
/// photos that cannot show a change give no verdict of one, however much more scar they seem to show.
pub const SHOWS_NOTHING: f64 = 100.0;

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Improved,
    Worse,
    NoDetectableChange,
}

/// What changed between two visits, over the pixels measured in both.
#[derive(Debug, Clone)]
pub struct Score {
    pub lesions: Vec<Lesion>,
    pub before: Totals,
    pub after: Totals,
    /// Percent of the before value; `None` where that is nothing.
    pub area: Option<Estimate>,
    pub contrast: Option<Estimate>,
    pub volume: Option<Estimate>,
    pub verdict: Verdict,
}

/// A visit with its scars measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    pub visit: &'a Visit,
    pub scars: &'a [Scar],
}

/// Scores the change from one visit to another on their common grid.
///
/// `measured` is all skin measured in both.
#[must_use]
pub fn score(
    both: &Both,
    measured: &Mask,
    scale: PixelsPerMm,
    segmenting: &segment::Options,
    options: &Options,
) -> Score {
    let Both {
        before,
        after,
        healthy,
        texture_gap,
    } = both;
    let measure = |visit: &Visit| crate::measure::measure(visit.surface(), healthy);
    let (scars_b, scars_a) = rayon::join(|| measure(before), || measure(after));
    let before = Measured {
        visit: before,
        scars: &scars_b,
    };
    let after = Measured {
        visit: after,
        scars: &scars_a,
    };
    let pairs = pair(before, after);
    let bases = [before, after].map(|m| healthy_mean_square(&m.visit.shading, healthy));
    let sums = [
        totals(before.scars, bases[0]),
        totals(after.scars, bases[1]),
    ];
    let ground = Ground::of(measured, scale);
    let margin =
        |m: Measured| doubt::margin(m.visit, &ground, scale, segmenting, options.end_doubt);
    let margins = || rayon::join(|| margin(before), || margin(after)).into();
    let ([area, contrast, volume], verdict) = if before.visit_equals(after) {
        // The same picture twice: nothing changed, and there is nothing to doubt.
        let none = Some(Estimate::exactly_none());
        ([none; 3], Verdict::NoDetectableChange)
    } else {
        let false_px = options.false_share * crate::raster::count(measured) as f64;
        let estimates = doubt::estimates(
            &pairs,
            bases,
            false_px,
            margins(),
            options.texture_doubt * texture_gap.abs(),
            options,
        );
        (estimates, verdict(&estimates))
    };
    Score {
        // The doubt is that of single outlines, whose scatter its constants were set on.
        lesions: join_swallowed(&pairs, before, after),
        before: sums[0],
        after: sums[1],
        area,
        contrast,
        volume,
        verdict,
    }
}

impl Measured<'_> {
    fn visit_equals(&self, other: Measured) -> bool {
        self.visit.shading == other.visit.shading
            && self.visit.relief.index == other.visit.relief.index
    }
}

/// A change counts when it is larger than the smallest detectable one and its interval leaves out
/// nothing changed. Area decides, volume may speak where area is silent; if they disagree, nothing
/// is said. Where no scar was before there is no percentage, and no verdict of change: the few marks
/// an after photo shows then are as likely false as new.
fn verdict(estimates: &[Option<Estimate>; 3]) -> Verdict {
    let [area, _, volume] = estimates;
    if area.is_some_and(|a| a.smallest_detectable >= SHOWS_NOTHING) {
        return Verdict::NoDetectableChange;
    }
    let says = |e: &Option<Estimate>| e.map_or(0, |e| e.direction());
    match says(area) + says(volume) {
        ..=-1 => Verdict::Improved,
        1.. => Verdict::Worse,
        0 => Verdict::NoDetectableChange,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_show_the_loss_of_all_scars_has_no_verdict() {
        let grown = |smallest_detectable| {
            let sure = Estimate {
                value: 591.0,
                low: 93.0,
                high: 1089.0,
                smallest_detectable,
            };
            verdict(&[Some(sure), None, Some(sure)])
        };
        assert_eq!(grown(99.0), Verdict::Worse);
        assert_eq!(grown(201.0), Verdict::NoDetectableChange);
    }
}
