//! What many pairs come to.

use serde::Serialize;

use super::pair::Assessed;
use super::scars::ratio;
use crate::phantom::Family;
use crate::report::schema::Verdict;
use crate::stats::{mean, quantile, rank_correlation};

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    pub part: usize,
    pub of: usize,
}

impl Share {
    fn of(answers: impl IntoIterator<Item = bool>) -> Self {
        answers.into_iter().fold(Self::default(), |s, yes| Self {
            part: s.part + usize::from(yes),
            of: s.of + 1,
        })
    }

    /// `None` of none.
    #[must_use]
    pub fn get(self) -> Option<f64> {
        ratio(self.part, self.of)
    }
}

/// Figures of a group of pairs. All but the first leave out pairs that were refused; `None` where
/// no pair can tell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Pairs that were called not comparable.
    pub refused: Share,
    /// Mean over photos with scars.
    pub dice: Option<f64>,
    pub found: Share,
    pub false_marks_per_photo: Option<f64>,
    /// Mean share of the measured skin that is called scar and is none.
    pub false_share: Option<f64>,
    /// The same on skin without any scar.
    pub healthy_share: Option<f64>,
    /// Mean absolute error of the change of area and volume, points, where there are scars.
    pub area_error: Option<f64>,
    pub volume_error: Option<f64>,
    /// Pairs whose change of volume is right within [`NEAR`] points.
    pub volume_near: Share,
    /// Spearman's correlation of single scars' volume indices with their true volumes, all pairs and
    /// visits in one.
    pub volume_ranks: Option<f64>,
    /// Verdicts that say which way the area went, where it changed by two smallest detectable changes
    /// or more.
    pub clear_told: Share,
    /// Largest change of area, percent, where only the photo is another.
    pub rephotographed_largest: Option<f64>,
    /// The same where the skin's colour is another too.
    pub recoloured_largest: Option<f64>,
    /// Verdicts of a change where the relief is the same.
    pub false_alarms: Share,
    pub direction_right: Share,
    /// Median over pairs of their medians, and the worst node of all, px.
    pub registration_median_px: Option<f64>,
    pub registration_worst_px: Option<f64>,
    /// Median over photos, degrees, and how often the light is taken to come from the wrong half.
    pub light_error_deg: Option<f64>,
    pub light_wrong_half: Share,
    pub kinds_right: Share,
    /// 95 % intervals that hold the truth.
    pub area_covered: Share,
    pub volume_covered: Share,
    /// Mean share of what both photos show.
    pub measured_share: Option<f64>,
    pub compare_ms: Option<f64>,
}

/// A change of volume that is off by no more than this, points, is near.
pub const NEAR: f64 = 10.0;

impl Figures {
    #[must_use]
    pub fn of<'a>(pairs: impl IntoIterator<Item = &'a Assessed>) -> Self {
        let all: Vec<&Assessed> = pairs.into_iter().collect();
        let pairs: Vec<&Assessed> = all.iter().copied().filter(|p| !p.refused()).collect();
        let photos: Vec<_> = pairs.iter().flat_map(|p| p.photos()).collect();
        let of = |family| move |p: &&&Assessed| p.spec.family == family;
        let scarred = || pairs.iter().filter(|p| p.spec.family != Family::Healthy);
        let lights = lights(&pairs);
        let registrations: Vec<_> = pairs.iter().filter_map(|p| p.registration).collect();
        let largest = |family| {
            (pairs.iter().filter(of(family)))
                .filter_map(|p| p.area_percent.found.value)
                .map(f64::abs)
                .max_by(f64::total_cmp)
        };
        let sum = |part: usize, of: usize| Share { part, of };
        Self {
            refused: Share::of(all.iter().map(|p| p.refused())),
            dice: mean(photos.iter().filter(|m| m.scars > 0).filter_map(|m| m.dice)),
            found: sum(
                photos.iter().map(|m| m.found).sum(),
                photos.iter().map(|m| m.scars).sum(),
            ),
            false_marks_per_photo: mean(photos.iter().map(|m| m.false_marks as f64)),
            false_share: mean(photos.iter().filter_map(|m| m.false_share)),
            healthy_share: mean(
                (pairs.iter().filter(of(Family::Healthy)))
                    .flat_map(|p| p.photos())
                    .filter_map(|m| m.false_share),
            ),
            area_error: mean(scarred().filter_map(|p| Some(p.area_percent.error()?.abs()))),
            volume_error: mean(scarred().filter_map(|p| Some(p.volume_percent.error()?.abs()))),
            volume_near: Share::of(
                scarred().filter_map(|p| Some(p.volume_percent.error()?.abs() <= NEAR)),
            ),
            volume_ranks: rank_correlation(
                &(pairs.iter())
                    .flat_map(|p| p.scar_volumes.iter().copied())
                    .collect::<Vec<[f64; 2]>>(),
            ),
            clear_told: Share::of(scarred().filter_map(|p| clear_told(p))),
            rephotographed_largest: largest(Family::Rephotographed),
            recoloured_largest: largest(Family::Recoloured),
            false_alarms: Share::of(
                (pairs.iter())
                    .filter(|p| p.spec.family.keeps_relief())
                    .map(|p| p.verdict != Verdict::NoDetectableChange),
            ),
            direction_right: Share::of(pairs.iter().filter_map(|p| p.direction_right)),
            registration_median_px: median(registrations.iter().map(|r| r.median_px)),
            registration_worst_px: (registrations.iter())
                .map(|r| r.worst_px)
                .max_by(f64::total_cmp),
            light_error_deg: median(lights.iter().copied()),
            light_wrong_half: Share::of(lights.iter().map(|&e| e > 90.0)),
            kinds_right: sum(
                pairs.iter().map(|p| p.kinds.right).sum(),
                pairs.iter().map(|p| p.kinds.matched).sum(),
            ),
            area_covered: Share::of(scarred().filter_map(|p| p.area_percent.covered())),
            volume_covered: Share::of(scarred().filter_map(|p| p.volume_percent.covered())),
            measured_share: mean(pairs.iter().filter_map(|p| p.measured_share)),
            compare_ms: median(all.iter().map(|p| p.compare_ms)),
        }
    }
}

/// Whether the verdict tells the direction of a change of area that no photo could hide; `None` of a
/// smaller one.
fn clear_told(pair: &Assessed) -> Option<bool> {
    let truth = pair.area_percent.truth?;
    let clear = 2.0 * pair.area_percent.found.smallest_detectable?;
    let right = if truth < 0.0 {
        Verdict::Improved
    } else {
        Verdict::Worse
    };
    (truth.abs() >= clear && clear > 0.0).then_some(pair.verdict == right)
}

/// Errors of the light's direction, degrees, of all photos that tell.
fn lights(pairs: &[&Assessed]) -> Vec<f64> {
    (pairs.iter())
        .flat_map(|p| p.light_error_deg)
        .flatten()
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f32> = values.map(|v| v as f32).collect();
    quantile(&mut values, 0.5).map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accuracy::alignment::Misfit;
    use crate::accuracy::kinds::Kinds;
    use crate::accuracy::pair::Change;
    use crate::accuracy::scars::Marks;
    use crate::phantom::Spec;
    use crate::report::schema::Interval;

    fn marks(dice: Option<f64>, scars: usize, found: usize, false_marks: usize) -> Marks {
        Marks {
            dice,
            scars,
            found,
            marks: found + false_marks,
            false_marks,
            false_share: Some(0.01 * false_marks as f64),
        }
    }

    fn pair(family: Family, truth: Option<f64>, found: Option<f64>) -> Assessed {
        let change = Change {
            truth,
            found: Interval {
                value: found,
                low: found.map(|f| f - 5.0),
                high: found.map(|f| f + 5.0),
                smallest_detectable: Some(7.0),
            },
        };
        let spec = Spec {
            family,
            ..Spec::default()
        };
        Assessed {
            name: spec.name(),
            spec,
            verdict: Verdict::NoDetectableChange,
            warnings: Vec::new(),
            measured_share: Some(0.9),
            before: marks(Some(0.8), 10, 9, 1),
            after: marks(Some(0.6), 10, 7, 0),
            area_percent: change,
            volume_percent: change,
            direction_right: Some(true),
            registration: Some(Misfit {
                nodes: 100,
                median_px: 0.1,
                worst_px: 0.4,
            }),
            light_error_deg: [Some(10.0), Some(170.0)],
            kinds: Kinds {
                matched: 8,
                right: 6,
            },
            scar_volumes: vec![[0.1, 2.0], [0.2, 3.0], [0.3, 9.0]],
            draw_ms: 1.0,
            compare_ms: 2.0,
        }
    }

    #[test]
    fn figures_of_hand_made_pairs() {
        let mut healthy = pair(Family::Healthy, None, None);
        (healthy.before, healthy.after) = (marks(Some(0.0), 0, 0, 4), marks(None, 0, 0, 0));
        healthy.direction_right = None;
        let mut alarm = pair(Family::Recoloured, Some(0.0), Some(-9.0));
        alarm.verdict = Verdict::Improved;
        let mut refused = pair(Family::Improved, Some(-50.0), None);
        refused.verdict = Verdict::NotComparable;
        let pairs = [
            pair(Family::Improved, Some(-30.0), Some(-26.0)),
            pair(Family::Rephotographed, Some(0.0), Some(6.0)),
            alarm,
            healthy,
            refused,
        ];
        let f = Figures::of(&pairs);
        assert_eq!(f.refused, Share { part: 1, of: 5 });
        assert!((f.dice.unwrap() - 0.7).abs() < 1e-12);
        assert_eq!(f.found, Share { part: 48, of: 60 });
        assert_eq!(f.false_marks_per_photo, Some(7.0 / 8.0));
        assert!((f.healthy_share.unwrap() - 0.02).abs() < 1e-12);
        assert!((f.area_error.unwrap() - (4.0 + 6.0 + 9.0) / 3.0).abs() < 1e-12);
        assert_eq!(f.rephotographed_largest, Some(6.0));
        assert_eq!(f.recoloured_largest, Some(9.0));
        assert_eq!(f.false_alarms, Share { part: 1, of: 3 });
        assert_eq!(f.direction_right, Share { part: 3, of: 3 });
        assert_eq!(f.light_wrong_half, Share { part: 4, of: 8 });
        assert_eq!(f.area_covered, Share { part: 1, of: 3 });
        assert_eq!(f.kinds_right.get(), Some(0.75));
        // Off by 4, 6 and 9 points; none of the changes of scar tissue is told, one is clear (-30 % of 7).
        assert_eq!(f.volume_near, Share { part: 3, of: 3 });
        assert_eq!(f.clear_told, Share { part: 0, of: 1 });
        assert_eq!(f.volume_ranks, Some(1.0));
    }

    #[test]
    fn figures_of_nothing_are_none() {
        let f = Figures::of(&[]);
        assert_eq!((f.dice, f.found.get(), f.area_error), (None, None, None));
        assert_eq!((f.registration_worst_px, f.compare_ms), (None, None));
    }
}
