//! What became of each scar, as far as these photos can tell it of a single one.
//!
//! A comparison calls a scar improved or worse from a fixed change on. Before a report colours it,
//! three doubts are heard. *The scar's own*: treatment moves all scars about alike, so how far their
//! changes scatter says how sure each is. *The total's*: where the scars together show no change that
//! can be told from chance, no single one is said to have changed; and a scar that only one photo has
//! is gone or new only if the total went that way. *Its neighbours'*: what ran together is one scar.

use std::collections::BTreeMap;

use super::Maps;
use super::outlines::extents;
use super::schema::{Comparison, Interval, Lesion, LesionVisit, State, Verdict};
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
    /// Ran together with a larger neighbour.
    Joined,
    Worse,
    /// Only after, and the scars together got worse.
    New,
    NotMeasured,
}

/// Every fate in the order of the legend.
pub(super) const FATES: [Fate; 8] = [
    Fate::Improved,
    Fate::Gone,
    Fate::Unsure,
    Fate::Once,
    Fate::Joined,
    Fate::Worse,
    Fate::New,
    Fate::NotMeasured,
];

/// A scar and what can be said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// As measured; one that others joined has theirs added before.
    pub lesion: Lesion,
    pub fate: Fate,
    /// Change of depth times area with the doubt of a single scar, percent.
    pub volume: Option<Interval>,
    /// The scar with which it ran together.
    pub into: Option<u32>,
    /// The scars that ran together with it.
    pub with: Vec<u32>,
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

/// Change of depth times area, percent, from which a comparison calls a scar changed.
const CHANGED_PERCENT: f64 = 30.0;

/// Share of a scar that a neighbour must cover after to have joined it.
const COVERED: f64 = 0.2;

/// An upper end beyond this, percent, says no more than "far more".
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

    /// A change with its interval, percent.
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
            high: Some(percent(share(ratio) + reach).max(100.0 * (ratio - 1.0))),
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
    let (low, high) = volume
        .and_then(|v| v.low.zip(v.high))
        .unwrap_or((-100.0, MOST_PERCENT));
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
    let into = maps.map_or_else(BTreeMap::new, |m| joined(&comparison.lesions, m));
    let mut told: Vec<Told> = comparison
        .lesions
        .iter()
        .map(|lesion| Told {
            lesion: lesion.clone(),
            fate: Fate::Unsure,
            volume: None,
            into: into.get(&lesion.id).copied(),
            with: Vec::new(),
        })
        .collect();
    if let Some(maps) = maps {
        gather(&mut told, maps);
    }
    let same = comparison.change.area_percent.smallest_detectable == Some(0.0);
    let doubt = Doubt::of(told.iter().filter_map(|t| volume_ratio(&t.lesion)));
    for t in &mut told {
        // A photo and its copy leave nothing in doubt.
        t.volume = volume_ratio(&t.lesion)
            .filter(|_| !same)
            .map(|ratio| doubt.around(ratio));
        t.fate = if t.into.is_some() {
            Fate::Joined
        } else {
            fate(t.lesion.state, t.volume.as_ref(), comparison.change.verdict)
        };
    }
    told
}

/// Depth times area, after over before.
fn volume_ratio(lesion: &Lesion) -> Option<f64> {
    let (area, depth) = (
        lesion.change.area_percent?,
        lesion.change.relief_index_percent?,
    );
    Some(((1.0 + area / 100.0) * (1.0 + depth / 100.0)).max(0.0))
}

/// Scars that are only before and lie under another's outline after: theirs, and the other's number.
fn joined(lesions: &[Lesion], maps: &Maps) -> BTreeMap<u32, u32> {
    let mut whole: BTreeMap<u32, usize> = BTreeMap::new();
    let mut shared: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (&b, &a) in maps.lesions[0].iter().zip(&maps.lesions[1]) {
        if b != 0 {
            *whole.entry(b).or_insert(0) += 1;
            if a != 0 && a != b {
                *shared.entry((b, a)).or_insert(0) += 1;
            }
        }
    }
    let state: BTreeMap<u32, State> = lesions.iter().map(|l| (l.id, l.state)).collect();
    let both = |id: u32| !matches!(state.get(&id), None | Some(State::Gone | State::New));
    let only_before = lesions.iter().filter(|l| l.state == State::Gone);
    only_before
        .filter_map(|lesion| {
            let (&(_, into), &most) = shared
                .range((lesion.id, 0)..=(lesion.id, u32::MAX))
                .filter(|((_, a), _)| both(*a))
                .max_by(|x, y| x.1.cmp(y.1).then(y.0.cmp(x.0)))?;
            let covered = most as f64 >= COVERED * whole[&lesion.id] as f64;
            covered.then_some((lesion.id, into))
        })
        .collect()
}

/// Adds what joined a scar to it: before, they were its parts.
fn gather(told: &mut [Told], maps: &Maps) {
    let [before, after] = maps.lesions.each_ref().map(extents);
    let px = |extents: &BTreeMap<u32, (_, usize)>, id: u32| extents.get(&id).map_or(0, |e| e.1);
    let parts: Vec<(u32, Lesion)> = told
        .iter()
        .filter_map(|t| Some((t.into?, t.lesion.clone())))
        .collect();
    for t in told.iter_mut() {
        let id = t.lesion.id;
        let joining: Vec<&Lesion> = parts.iter().filter(|p| p.0 == id).map(|p| &p.1).collect();
        if joining.is_empty() {
            continue;
        }
        t.with = joining.iter().map(|l| l.id).collect();
        let own = t.lesion.before.clone();
        let all: Vec<(f64, &LesionVisit)> = std::iter::once((px(&before, id), &own))
            .chain(joining.iter().map(|l| (px(&before, l.id), &l.before)))
            .map(|(px, visit)| (px as f64, visit))
            .collect();
        let area: f64 = all.iter().map(|a| a.0).sum();
        let mean = |of: &dyn Fn(&LesionVisit) -> Option<f64>| -> Option<f64> {
            let sum: Option<f64> = all.iter().map(|(px, v)| Some(px * of(v)?)).sum();
            sum.filter(|_| area > 0.0).map(|s| s / area)
        };
        let lesion = &mut t.lesion;
        lesion.before = LesionVisit {
            area_mm2: all.iter().map(|(_, v)| v.area_mm2).sum(),
            contrast: mean(&|v| v.contrast.map(|c| c * c)).map(f64::sqrt),
            relief_index: mean(&|v| v.relief_index),
            // As wide as what they became; before, each had a width of its own.
            width_mm: None,
        };
        let percent = |b: Option<f64>, a: Option<f64>| {
            let (b, a) = b.zip(a)?;
            (b > 0.0).then(|| 100.0 * (a / b - 1.0))
        };
        let change = &mut lesion.change;
        change.area_percent = percent(Some(area), Some(px(&after, id) as f64));
        change.contrast_percent = percent(lesion.before.contrast, lesion.after.contrast);
        change.relief_index_percent =
            percent(lesion.before.relief_index, lesion.after.relief_index);
        let moved = volume_ratio(lesion).map_or(0.0, |r| 100.0 * (r - 1.0));
        lesion.state = if moved < -CHANGED_PERCENT {
            State::Improved
        } else if moved > CHANGED_PERCENT {
            State::Worse
        } else {
            State::Unchanged
        };
    }
}

/// Scars of the table that the photo before and the photo after show; parts that became one count
/// once after, and a scar that parted counts once.
pub(super) fn seen(told: &[&Told]) -> [usize; 2] {
    [0, 1].map(|visit| told.iter().filter(|t| t.seen(visit)).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;
    use ndarray::Array2;

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
            assert!(i.low.unwrap() <= i.value.unwrap() && i.value.unwrap() <= i.high.unwrap());
            assert!(i.low.unwrap() >= -100.0);
        }
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

    #[test]
    fn scars_that_ran_together_are_one_scar_and_all_add_up() {
        let (mut comparison, mut pictures) = sample();
        // After, the outline of the second covers the first as well.
        comparison.lesions[0].state = State::Gone;
        comparison.lesions[0].after = LesionVisit::default();
        let maps = pictures.maps.as_mut().unwrap();
        let before = maps.lesions[0].clone();
        maps.lesions[1] = Array2::from_shape_fn(before.dim(), |at| 2 * u32::from(before[at] != 0));
        let told = tell(&comparison, pictures.maps.as_ref());
        assert_eq!((told[0].fate, told[0].into), (Fate::Joined, Some(2)));
        assert_eq!(told[1].with, [1]);
        let change = &told[1].lesion.change;
        assert!(change.area_percent.unwrap().abs() < 1e-9, "{change:?}");
        let area = comparison
            .lesions
            .iter()
            .map(|l| l.before.area_mm2.unwrap());
        assert!((told[1].lesion.before.area_mm2.unwrap() - area.sum::<f64>()).abs() < 1e-9);
        let all: Vec<&Told> = told.iter().collect();
        assert_eq!(seen(&all), [2, 1]);
    }
}
