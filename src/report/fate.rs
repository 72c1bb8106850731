//! What became of each scar, as far as these photos can tell it of a single one.
//!
//! A comparison calls a scar improved or worse from a fixed change on. Before a report colours it,
//! two doubts are heard. *The scar's own*: treatment moves all scars about alike, so how far their
//! changes scatter says how sure each is. *The total's*: where the scars together show no change that
//! can be told from chance, no single one is said to have changed; and a scar that only one photo has
//! is gone or new only if the total went that way.

use super::Maps;
use super::schema::{Comparison, Interval, Lesion, State, Verdict};
use crate::stats::median_and_sigma;

/// What a report says of a scar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Improved,
    /// Only before, and the scars together improved.
    Gone,
    /// Its change is within its doubt or the total's.
    Unsure,
    /// In one photo only, which can be chance.
    Once,
    /// Ran together with a larger neighbour, where a course follows both.
    Joined,
    Worse,
    /// Only after, and the scars together got worse.
    New,
    NotMeasured,
}

/// Every fate in the order of the legend.
const FATES: [Fate; 8] = [
    Fate::Improved,
    Fate::Gone,
    Fate::Unsure,
    Fate::Once,
    Fate::Joined,
    Fate::Worse,
    Fate::New,
    Fate::NotMeasured,
];

/// The fates that are among `every`, in the order of the legend, with how often each is among `fates`.
pub(super) fn counted(fates: &[Fate], every: &[Fate]) -> Vec<(Fate, usize)> {
    let count = |fate: Fate| fates.iter().filter(|&&f| f == fate).count();
    let used = FATES.into_iter().filter(|f| every.contains(f));
    used.map(|f| (f, count(f))).collect()
}

/// A scar and what can be said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// As measured.
    pub lesion: Lesion,
    pub fate: Fate,
    /// Change of depth times area with the doubt of a single scar, percent.
    pub volume: Option<Interval>,
    /// Outlines it is made of before and after; 0 where it was not seen.
    pub parts: [usize; 2],
}

impl Told {
    /// Whether the photo before (0) or after (1) shows it.
    pub fn seen(&self, visit: usize) -> bool {
        match self.lesion.state {
            State::Gone => visit == 0,
            State::New => visit == 1,
            _ => true,
        }
    }
}

/// Least doubt (one standard deviation) of a single scar's change, as a share of its size: so much
/// outlines differ on pictures of the same skin.
const LEAST: f64 = 0.15;

/// Fewer scars than this in both photos say little about their scatter.
const FEW: usize = 5;

/// The doubt taken then, at least.
const LEAST_OF_FEW: f64 = 0.3;

/// Quantile of the normal distribution for a two-sided 95 % interval.
const Z95: f64 = 1.96;

/// An upper end beyond this, percent, says no more than "far more", and is left out.
const MOST_PERCENT: f64 = 300.0;

/// The doubt of single scars between two photos: one standard deviation of the change as a share of
/// the middle of both sizes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Doubt(f64);

impl Doubt {
    /// From the ratios, after over before, of all scars that both photos show.
    pub(super) fn of(ratios: impl Iterator<Item = f64>) -> Self {
        let mut changes: Vec<f32> = ratios.map(|r| share(r) as f32).collect();
        let least = if changes.len() < FEW {
            LEAST_OF_FEW
        } else {
            LEAST
        };
        let scatter = median_and_sigma(&mut changes).map_or(0.0, |m| f64::from(m.1));
        Self(scatter.max(least))
    }

    /// A change with its interval, percent; without an upper end where that is beyond [`MOST_PERCENT`].
    pub(super) fn around(self, ratio: f64) -> Interval {
        let reach = Z95 * self.0;
        let percent = |share: f64| {
            // A change of twice the middle is all or from nothing.
            let share = share.clamp(-2.0, 1.99);
            (100.0 * ((2.0 + share) / (2.0 - share) - 1.0)).min(MOST_PERCENT)
        };
        Interval {
            value: Some(100.0 * (ratio - 1.0)),
            low: Some(percent(share(ratio) - reach)),
            high: Some(percent(share(ratio) + reach)).filter(|&high| high < MOST_PERCENT),
            smallest_detectable: Some(percent(reach)),
        }
    }
}

/// A ratio as a change over the middle of both: -2 (gone) to 2 (from nothing), the same both ways.
fn share(ratio: f64) -> f64 {
    2.0 * (ratio - 1.0) / (ratio + 1.0)
}

/// What is said of a scar in `state` whose depth times area changed by `volume`.
pub(super) fn fate(state: State, volume: Option<&Interval>, verdict: Verdict) -> Fate {
    let low = volume.and_then(|v| v.low).unwrap_or(-100.0);
    let high = volume.and_then(|v| v.high).unwrap_or(MOST_PERCENT);
    let told = matches!(verdict, Verdict::Improved | Verdict::Worse);
    match state {
        State::Improved if told && high < 0.0 => Fate::Improved,
        State::Worse if told && low > 0.0 => Fate::Worse,
        State::Improved | State::Worse | State::Unchanged => Fate::Unsure,
        State::Gone if verdict == Verdict::Improved => Fate::Gone,
        State::New if verdict == Verdict::Worse => Fate::New,
        State::Gone | State::New => Fate::Once,
        State::NotMeasured => Fate::NotMeasured,
    }
}

/// All scars of a comparison in their order.
pub(super) fn tell(comparison: &Comparison, maps: Option<&Maps>) -> Vec<Told> {
    let same = comparison.change.area_percent.smallest_detectable == Some(0.0);
    let doubt = Doubt::of(comparison.lesions.iter().filter_map(volume_ratio));
    let parts = |id: u32| maps?.parts.get((id as usize).checked_sub(1)?).copied();
    let one = |lesion: &Lesion| {
        // A photo and its copy leave nothing in doubt.
        let volume = volume_ratio(lesion)
            .filter(|_| !same)
            .map(|ratio| doubt.around(ratio));
        Told {
            fate: fate(lesion.state, volume.as_ref(), comparison.change.verdict),
            volume,
            parts: parts(lesion.id).unwrap_or([1, 1]),
            lesion: lesion.clone(),
        }
    };
    comparison.lesions.iter().map(one).collect()
}

/// Depth times area, after over before.
fn volume_ratio(lesion: &Lesion) -> Option<f64> {
    let (area, depth) = (
        lesion.change.area_percent?,
        lesion.change.relief_index_percent?,
    );
    Some(((1.0 + area / 100.0) * (1.0 + depth / 100.0)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_within_what_scars_scatter_is_not_told() {
        // One changed as all scatter, one far more.
        let ratios = [0.9, 1.1, 0.7, 1.3, 1.0, 0.8, 0.2];
        let doubt = Doubt::of(ratios.into_iter());
        let told = |ratio: f64, state| fate(state, Some(&doubt.around(ratio)), Verdict::Improved);
        assert_eq!(told(0.68, State::Improved), Fate::Unsure);
        assert_eq!(told(0.2, State::Improved), Fate::Improved);
        assert_eq!(told(1.32, State::Worse), Fate::Unsure);
        assert_eq!(told(4.0, State::Worse), Fate::Worse);
    }

    #[test]
    fn an_interval_holds_its_value_and_is_the_same_both_ways() {
        let doubt = Doubt::of([1.0; 9].into_iter());
        for ratio in [0.0, 0.3, 1.0, 2.0, 50.0] {
            let i = doubt.around(ratio);
            let high = i.high.unwrap_or(f64::INFINITY);
            assert!(i.low.unwrap() <= i.value.unwrap() && i.value.unwrap() <= high);
            assert!(i.low.unwrap() >= -100.0);
        }
        let far = doubt.around(50.0);
        assert_eq!(crate::report::words::change(&far), "+4900 % (+300 or more)");
        let (half, twice) = (doubt.around(0.5), doubt.around(2.0));
        let back = |percent: f64| 100.0 * (1.0 / (1.0 + percent / 100.0) - 1.0);
        assert!((back(half.low.unwrap()) - twice.high.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn no_single_scar_goes_beyond_the_total() {
        let sure = Interval {
            value: Some(-80.0),
            low: Some(-90.0),
            high: Some(-60.0),
            smallest_detectable: Some(20.0),
        };
        let none = Verdict::NoDetectableChange;
        assert_eq!(fate(State::Improved, Some(&sure), none), Fate::Unsure);
        assert_eq!(fate(State::Gone, None, none), Fate::Once);
        assert_eq!(fate(State::New, None, Verdict::Improved), Fate::Once);
        assert_eq!(fate(State::Gone, None, Verdict::Improved), Fate::Gone);
        assert_eq!(fate(State::New, None, Verdict::Worse), Fate::New);
    }
}
