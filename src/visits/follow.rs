//! Each scar over all visits of a course.
//!
//! Every visit was compared with the same baseline and on its grid, but each comparison finds scars
//! in both of its photos anew: an outline on the baseline is not the same in two comparisons. Here
//! they are joined by where they lie.

mod place;

use std::collections::BTreeMap;

use super::region::Region;
use super::schema::{ScarVisit, SeriesScar};
use super::trend::{Point, median};
use crate::report::schema::{Kind, Lesion, LesionChange, LesionVisit, State};
use place::{Placed, place};

/// A comparison with the baseline, as far as it tells where scars are.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// Name of the visit.
    pub visit: &'a str,
    /// Months since the baseline; `None` where they are not known.
    pub months: Option<f64>,
    pub lesions: &'a [Lesion],
    /// Scars of the baseline, of this visit, and what was measured in both; baseline grid.
    pub before: &'a Region,
    pub after: &'a Region,
    pub measured: &'a Region,
}

/// Share of the smaller area that must be shared for two to be one scar; as between two visits.
const COVERED: f64 = 0.2;

/// Share of a scar's area that must be measured for its absence to be seen.
const LEAST_MEASURED: f64 = 0.5;

/// Change of volume, percent, from which a scar counts as changed; as between two visits.
const SINGLE_CHANGE_PERCENT: f64 = 30.0;

/// Follows scars from visit to visit.
#[derive(Debug, Default)]
pub struct Follower {
    tracks: Vec<Track>,
    /// Name, months and measured skin of the visits so far.
    visits: Vec<(String, Option<f64>, Region)>,
}

/// A scar as it is followed.
#[derive(Debug)]
struct Track {
    /// Wherever it was seen so far.
    region: Region,
    x: f64,
    y: f64,
    kinds: Vec<(Kind, f64)>,
    visits: Vec<ScarVisit>,
}

impl Follower {
    /// Takes in the next visit.
    pub fn add(&mut self, sight: &Sight) {
        let placed = place(sight);
        let homes: Vec<Option<usize>> = placed.iter().map(|p| self.home(&p.whole)).collect();
        for t in 0..self.tracks.len() {
            let own: Vec<&Placed> = placed
                .iter()
                .zip(&homes)
                .filter_map(|(p, home)| (*home == Some(t)).then_some(p))
                .collect();
            let visit = if own.is_empty() {
                self.unseen(t, sight, &placed, &homes)
            } else {
                seen(sight.visit, &own)
            };
            let track = &mut self.tracks[t];
            track.visits.push(visit);
            for placed in own {
                track.region = track.region.with(&placed.whole);
                track.kinds.extend(kind(placed.lesion));
            }
        }
        for (new, home) in placed.iter().zip(&homes) {
            if home.is_none() {
                let track = self.begin(new, sight.visit);
                self.tracks.push(track);
            }
        }
        self.visits.push((
            sight.visit.to_string(),
            sight.months,
            sight.measured.clone(),
        ));
    }

    /// All scars, in the order in which they were first seen.
    #[must_use]
    pub fn scars(self) -> Vec<SeriesScar> {
        let months: Vec<Option<f64>> = self.visits.iter().map(|v| v.1).collect();
        let scar = |(i, track): (usize, Track)| {
            let (kind, kind_confidence) = agreed(&track.kinds).unzip();
            SeriesScar {
                id: i as u32 + 1,
                kind,
                kind_confidence,
                x: track.x,
                y: track.y,
                bounds: track.region.bounds().unwrap_or_default(),
                volume_percent_per_month: steepness(&track.visits, &months),
                visits: track.visits,
            }
        };
        self.tracks.into_iter().enumerate().map(scar).collect()
    }

    /// The track that an area is most alike to (intersection over union, so that a scar which once
    /// ran together with its neighbours does not take them all in); of equals the earlier.
    fn home(&self, area: &Region) -> Option<usize> {
        let alike = |t: usize| {
            let region = &self.tracks[t].region;
            let shared = area.shared(region);
            shared as f64 / (area.area() + region.area() - shared).max(1) as f64
        };
        let best = (0..self.tracks.len())
            .max_by(|&a, &b| alike(a).total_cmp(&alike(b)).then(b.cmp(&a)))?;
        covered(area, &self.tracks[best].region).then_some(best)
    }

    /// A track that no scar of this visit is at home in: it ran together with another one, was not
    /// measured, or is not there.
    fn unseen(
        &self,
        t: usize,
        sight: &Sight,
        placed: &[Placed],
        homes: &[Option<usize>],
    ) -> ScarVisit {
        let region = &self.tracks[t].region;
        let other = placed
            .iter()
            .zip(homes)
            .filter(|(p, _)| covered(&p.whole, region))
            .max_by_key(|(p, _)| p.whole.shared(region));
        let joined = other.and_then(|(_, home)| *home).map(|h| h as u32 + 1);
        ScarVisit {
            joined,
            ..absent(
                sight.visit,
                joined.is_some() || is_measured(region, sight.measured),
            )
        }
    }

    /// A scar that was not seen in earlier visits.
    fn begin(&self, new: &Placed, visit: &str) -> Track {
        let earlier = self
            .visits
            .iter()
            .map(|(visit, _, measured)| absent(visit, is_measured(&new.whole, measured)));
        let mut visits: Vec<ScarVisit> = earlier.collect();
        visits.push(seen(visit, &[new]));
        Track {
            region: new.whole.clone(),
            x: new.lesion.x,
            y: new.lesion.y,
            kinds: kind(new.lesion).into_iter().collect(),
            visits,
        }
    }
}

fn kind(lesion: &Lesion) -> Option<(Kind, f64)> {
    Some((lesion.kind?, lesion.kind_confidence.unwrap_or(0.0)))
}

fn covered(a: &Region, b: &Region) -> bool {
    let smaller = a.area().min(b.area());
    smaller > 0 && a.shared(b) as f64 >= COVERED * smaller as f64
}

fn is_measured(region: &Region, measured: &Region) -> bool {
    region.shared(measured) as f64 >= LEAST_MEASURED * region.area() as f64
}

/// A scar that a comparison shows nothing of.
fn absent(visit: &str, measured: bool) -> ScarVisit {
    ScarVisit {
        visit: visit.to_string(),
        state: (!measured).then_some(State::NotMeasured),
        joined: None,
        lesion: None,
        before_area_px: None,
        after_area_px: None,
        before: LesionVisit::default(),
        after: LesionVisit::default(),
        change: LesionChange::default(),
        volume_percent: None,
    }
}

/// One scar, or several that were one at another visit.
fn seen(visit: &str, own: &[&Placed]) -> ScarVisit {
    let (mut before_area, mut after_area) = (0.0, 0.0);
    for placed in own {
        before_area += placed.before.area() as f64;
        after_area += placed.after.area() as f64;
    }
    let largest = own.iter().max_by(|a, b| {
        a.whole
            .area()
            .cmp(&b.whole.area())
            .then(b.lesion.id.cmp(&a.lesion.id))
    });
    let (before, after, change, state) = if let [one] = own {
        let l = one.lesion;
        (l.before.clone(), l.after.clone(), l.change.clone(), l.state)
    } else {
        together(own, before_area, after_area)
    };
    ScarVisit {
        visit: visit.to_string(),
        state: Some(state),
        joined: None,
        lesion: largest.map(|p| p.lesion.id),
        before_area_px: Some(before_area),
        after_area_px: Some(after_area),
        volume_percent: volume(&change, state),
        before,
        after,
        change,
    }
}

/// Several scars as one, and its change.
fn together(
    own: &[&Placed],
    before_area: f64,
    after_area: f64,
) -> (LesionVisit, LesionVisit, LesionChange, State) {
    let before = joined(own.iter().map(|p| (&p.lesion.before, &p.before)));
    let after = joined(own.iter().map(|p| (&p.lesion.after, &p.after)));
    let percent = |b: Option<f64>, a: Option<f64>| {
        let (b, a) = (b?, a?);
        (b > 0.0).then(|| 100.0 * (a / b - 1.0))
    };
    let there = |area: f64| (area > 0.0).then_some(area);
    let change = LesionChange {
        area_percent: percent(there(before_area), there(after_area)),
        contrast_percent: percent(before.contrast, after.contrast),
        relief_index_percent: percent(before.relief_index, after.relief_index),
    };
    let state = state(own, &change);
    (before, after, change, state)
}

/// Pieces as one scar: areas add, the rest is weighted by area (contrast in quadrature).
fn joined<'a>(pieces: impl Iterator<Item = (&'a LesionVisit, &'a Region)>) -> LesionVisit {
    let pieces: Vec<(&LesionVisit, f64)> = pieces
        .filter(|(_, region)| region.area() > 0)
        .map(|(visit, region)| (visit, region.area() as f64))
        .collect();
    let mean = |value: &dyn Fn(&LesionVisit) -> Option<f64>| {
        let known: Vec<(f64, f64)> = pieces
            .iter()
            .filter_map(|(v, area)| Some((value(v)?, *area)))
            .collect();
        let weight: f64 = known.iter().map(|(_, a)| a).sum();
        (weight > 0.0).then(|| known.iter().map(|(v, a)| v * a).sum::<f64>() / weight)
    };
    let areas: Vec<f64> = pieces.iter().filter_map(|(v, _)| v.area_mm2).collect();
    LesionVisit {
        area_mm2: (!areas.is_empty()).then(|| areas.iter().sum()),
        contrast: mean(&|v| Some(v.contrast?.powi(2))).map(f64::sqrt),
        relief_index: mean(&|v| v.relief_index),
        width_mm: pieces
            .iter()
            .filter_map(|(v, _)| v.width_mm)
            .max_by(f64::total_cmp),
    }
}

/// Depth times area, percent of the baseline's.
fn volume(change: &LesionChange, state: State) -> Option<f64> {
    if state == State::Gone {
        return Some(-100.0);
    }
    let grown = |percent: f64| 1.0 + percent / 100.0;
    Some(100.0 * (grown(change.area_percent?) * grown(change.relief_index_percent?) - 1.0))
}

fn state(own: &[&Placed], change: &LesionChange) -> State {
    let all = |state: State| own.iter().all(|p| p.lesion.state == state);
    if all(State::New) {
        return State::New;
    }
    if all(State::Gone) {
        return State::Gone;
    }
    match volume(change, State::Unchanged) {
        Some(v) if v < -SINGLE_CHANGE_PERCENT => State::Improved,
        Some(v) if v > SINGLE_CHANGE_PERCENT => State::Worse,
        _ => State::Unchanged,
    }
}

/// The kind most comparisons gave, and how sure that is.
fn agreed(kinds: &[(Kind, f64)]) -> Option<(Kind, f64)> {
    let mut votes: BTreeMap<String, (usize, f64, Kind)> = BTreeMap::new();
    for &(kind, sure) in kinds {
        let name = crate::report::schema::word(&kind);
        let vote = votes.entry(name).or_insert((0, 0.0, kind));
        vote.0 += 1;
        vote.1 += sure;
    }
    let (count, sure, kind) = votes
        .into_values()
        .max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
    let share = count as f64 / kinds.len() as f64;
    Some((kind, sure / count as f64 * share))
}

/// Percent points of volume a month: the median slope between any two visits, the baseline (0) one
/// of them.
fn steepness(visits: &[ScarVisit], months: &[Option<f64>]) -> Option<f64> {
    let seen = visits.iter().zip(months).filter_map(|(v, &x)| {
        Some(Point {
            x: x?,
            y: v.volume_percent?,
            standard_uncertainty: 0.0,
        })
    });
    let origin = Point {
        x: 0.0,
        y: 0.0,
        standard_uncertainty: 0.0,
    };
    let points: Vec<Point> = std::iter::once(origin).chain(seen).collect();
    if points.len() < super::trend::LEAST_POINTS {
        return None;
    }
    median(&mut super::trend::slopes(&points))
}

#[cfg(test)]
mod tests;
