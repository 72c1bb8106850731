//! Each scar over all visits of a course.
//!
//! Every visit was compared with the same baseline and on its grid, but each comparison finds scars
//! in both of its photos anew: an outline on the baseline is not the same in two comparisons. Here
//! they are joined by where they lie.

use std::collections::BTreeMap;

use super::region::Region;
use super::schema::{ScarVisit, SeriesScar};
use super::trend::{Point, median};
use crate::report::schema::{Kind, Lesion, LesionChange, LesionVisit, State};

/// A comparison with the baseline, as far as it tells where scars are.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// Name of the visit.
    pub visit: &'a str,
    /// Months since the baseline.
    pub months: f64,
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
    visits: Vec<(String, f64, Region)>,
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

/// A scar of one comparison with where it lies.
#[derive(Debug)]
struct Placed<'a> {
    lesion: &'a Lesion,
    before: Region,
    after: Region,
    whole: Region,
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
        let months: Vec<f64> = self.visits.iter().map(|v| v.1).collect();
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

/// Where each scar of a comparison lies. Scars that touch are one area in the mask; its pixels go to
/// the nearest centre.
fn place<'a>(sight: &Sight<'a>) -> Vec<Placed<'a>> {
    let centre = |l: &Lesion| (l.x, l.y);
    let lesions = sight.lesions;
    let of_before = |i: &usize| lesions[*i].state != State::New;
    let old: Vec<usize> = (0..lesions.len()).filter(of_before).collect();
    let mut before = vec![Region::default(); lesions.len()];
    let mut after = before.clone();
    let parts = sight.before.parts();
    let nearest = |parts: &[Region], at: (f64, f64)| {
        let distance = |i: &usize| parts[*i].square_distance(at).unwrap_or(f64::INFINITY);
        (0..parts.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let mut owners: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for &i in &old {
        if let Some(part) = nearest(&parts, centre(&lesions[i])) {
            owners[part].push(i);
        }
    }
    share_out(&parts, &owners, lesions, &mut before);
    let parts = sight.after.parts();
    let mut owners: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for (i, lesion) in lesions.iter().enumerate() {
        match lesion.state {
            State::New => {
                if let Some(part) = nearest(&parts, centre(lesion)) {
                    owners[part].push(i);
                }
            }
            State::Gone => {}
            _ => {
                for (part, owners) in parts.iter().zip(&mut owners) {
                    if part.shared(&before[i]) > 0 {
                        owners.push(i);
                    }
                }
            }
        }
    }
    share_out(&parts, &owners, lesions, &mut after);
    before
        .into_iter()
        .zip(after)
        .zip(lesions)
        .map(|((before, after), lesion)| {
            let mut whole = before.with(&after);
            if whole.area() == 0 {
                whole = Region::pixel(lesion.x.max(0.0) as u32, lesion.y.max(0.0) as u32);
            }
            Placed {
                lesion,
                before,
                after,
                whole,
            }
        })
        .collect()
}

fn share_out(parts: &[Region], owners: &[Vec<usize>], lesions: &[Lesion], to: &mut [Region]) {
    for (part, owners) in parts.iter().zip(owners) {
        let centres: Vec<(f64, f64)> = owners
            .iter()
            .map(|&i| (lesions[i].x, lesions[i].y))
            .collect();
        let pieces = match owners.len() {
            0 => continue,
            1 => vec![part.clone()],
            _ => part.split(&centres),
        };
        for (&i, piece) in owners.iter().zip(&pieces) {
            to[i] = to[i].with(piece);
        }
    }
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
    let (before, after, change, state) = match own {
        [one] => {
            let l = one.lesion;
            (l.before.clone(), l.after.clone(), l.change.clone(), l.state)
        }
        _ => {
            let pieces = |of_after: bool| {
                own.iter().map(move |p| match of_after {
                    false => (&p.lesion.before, &p.before),
                    true => (&p.lesion.after, &p.after),
                })
            };
            let (before, after) = (joined(pieces(false)), joined(pieces(true)));
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
fn steepness(visits: &[ScarVisit], months: &[f64]) -> Option<f64> {
    let seen = visits.iter().zip(months).filter_map(|(v, &x)| {
        v.volume_percent.map(|y| Point {
            x,
            y,
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
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    fn square(x: u32, y: u32, side: u32) -> Region {
        let inside = |u: u32, v: u32| (x..x + side).contains(&u) && (y..y + side).contains(&v);
        Region::of(&GrayImage::from_fn(100, 40, |u, v| {
            Luma([if inside(u, v) { 255 } else { 0 }])
        }))
    }

    fn lesion(id: u32, x: f64, state: State, area_percent: f64) -> Lesion {
        Lesion {
            id,
            kind: Some(Kind::Boxcar),
            kind_confidence: Some(0.8),
            x,
            y: 10.0,
            state,
            before: LesionVisit::default(),
            after: LesionVisit::default(),
            change: LesionChange {
                area_percent: Some(area_percent),
                contrast_percent: None,
                relief_index_percent: Some(0.0),
            },
        }
    }

    /// Scars at x = 10 (heals slowly), x = 40 (gone at the end), x = 70 (new, once not measured).
    #[test]
    fn scars_keep_their_number_over_visits() {
        let mut follower = Follower::default();
        let (a, b, c) = (square(5, 5, 10), square(35, 5, 10), square(65, 5, 10));
        let old = a.with(&b);
        let everything = square(0, 0, 100);
        let first = [
            lesion(1, 9.5, State::Improved, -20.0),
            lesion(2, 39.5, State::Improved, -50.0),
        ];
        let second = [
            lesion(1, 39.5, State::Gone, -100.0),
            lesion(2, 9.5, State::Improved, -40.0),
            lesion(3, 69.5, State::New, 0.0),
        ];
        let third = [lesion(1, 9.5, State::Improved, -60.0)];
        let sight = |visit, months, lesions, after, measured| Sight {
            visit,
            months,
            lesions,
            before: &old,
            after,
            measured,
        };
        let left = a.clone();
        follower.add(&sight("1", 1.0, &first, &old, &everything));
        let later = a.with(&c);
        follower.add(&sight("2", 2.0, &second, &later, &everything));
        let before_a = Sight {
            before: &left,
            ..sight("3", 3.0, &third, &left, &left)
        };
        follower.add(&before_a);
        let scars = follower.scars();
        assert_eq!(scars.len(), 3);
        let states =
            |i: usize| -> Vec<Option<State>> { scars[i].visits.iter().map(|v| v.state).collect() };
        let improved = Some(State::Improved);
        assert_eq!(states(0), [improved; 3]);
        assert_eq!(
            states(1),
            [improved, Some(State::Gone), Some(State::NotMeasured)]
        );
        assert_eq!(
            states(2),
            [None, Some(State::New), Some(State::NotMeasured)]
        );
        assert_eq!(scars[0].volume_percent_per_month, Some(-20.0));
        assert_eq!(scars[1].visits[1].volume_percent, Some(-100.0));
        assert_eq!(scars[0].bounds, [5, 5, 10, 10]);
    }

    /// Two scars that touch in the mask, and at the next visit are one.
    #[test]
    fn scars_that_run_together_are_said_to() {
        let mut follower = Follower::default();
        let (a, b) = (square(5, 5, 10), square(15, 5, 8));
        let both = a.with(&b);
        let apart = [
            lesion(1, 9.5, State::Unchanged, 0.0),
            lesion(2, 18.5, State::Unchanged, 0.0),
        ];
        let one = [lesion(1, 13.0, State::Unchanged, 5.0)];
        let sight = |visit, lesions| Sight {
            visit,
            months: 1.0,
            lesions,
            before: &both,
            after: &both,
            measured: &both,
        };
        follower.add(&sight("1", &apart));
        follower.add(&sight("2", &one));
        follower.add(&sight("3", &apart));
        let scars = follower.scars();
        assert_eq!(scars.len(), 2);
        assert_eq!(scars[1].visits[1].joined, Some(1));
        assert_eq!(scars[0].visits[1].after_area_px, Some(164.0));
        assert_eq!(
            scars[1].visits[2].state,
            Some(State::Unchanged),
            "apart again"
        );
    }
}
