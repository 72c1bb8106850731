//! Which scar of the later visit is which of the earlier one.

use std::collections::BTreeMap;

use crate::measure::Scar;
use crate::raster::row;
use crate::segment::Scars;

use super::Measured;

/// What became of a scar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Improved,
    Unchanged,
    Worse,
    /// Only after.
    New,
    /// Only before.
    Gone,
}

/// One scar over both visits. Outlines that ran together or parted are one scar, added up in either
/// visit: none of them can be told from its neighbours in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesion {
    pub before: Option<Scar>,
    pub after: Option<Scar>,
    pub state: State,
    /// Labels of the outlines it is made of, before and after, in their order.
    pub outlines: [Vec<u32>; 2],
}

/// Share of the smaller scar that must be covered for two to be one.
const COVERED: f64 = 0.2;

/// Change of volume, percent, from which a single scar counts as changed. One scar's outline is far
/// less sure than the total's: three quarters of unchanged scars stay within this.
const SINGLE_CHANGE_PERCENT: f64 = 30.0;

/// Gives each outline of the later visit to the one of the earlier it shares most with, on the common
/// grid; earlier ones in their order, then new ones in theirs. What ran together is not joined yet: an
/// outline that another swallowed is [`State::Gone`] here, see [`join_swallowed`].
#[must_use]
pub fn pair(before: Measured, after: Measured) -> Vec<Lesion> {
    let overlaps = overlaps(&before.visit.scars, &after.visit.scars);
    let mut pieces: Vec<Vec<&Scar>> = vec![Vec::new(); before.scars.len()];
    let mut new = Vec::new();
    for scar in after.scars {
        // The before scar it shares most with; of equals the first.
        let best = overlaps
            .range((scar.label, 0)..=(scar.label, u32::MAX))
            .map(|(&(_, label), &shared)| (shared, label))
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let home = best.filter(|&(shared, label)| {
            let earlier = &before.scars[(label - 1) as usize];
            shared as f64 >= COVERED * scar.area_px.min(earlier.area_px)
        });
        match home {
            Some((_, label)) => pieces[(label - 1) as usize].push(scar),
            None => new.push(scar),
        }
    }
    let old = before.scars.iter().zip(pieces).map(|(scar, pieces)| {
        let after = join(&pieces);
        Lesion {
            state: state(scar, after.as_ref()),
            before: Some(scar.clone()),
            after,
            outlines: [vec![scar.label], pieces.iter().map(|s| s.label).collect()],
        }
    });
    let new = new.into_iter().map(|scar| Lesion {
        before: None,
        after: Some(scar.clone()),
        state: State::New,
        outlines: [Vec::new(), vec![scar.label]],
    });
    old.chain(new).collect()
}

/// Joins what ran together: a scar that is gone, yet lies under an outline of the later visit, is a
/// part of what that outline was before.
#[must_use]
pub fn join_swallowed(pairs: &[Lesion], before: Measured, after: Measured) -> Vec<Lesion> {
    let overlaps = overlaps(&before.visit.scars, &after.visit.scars);
    let holders: BTreeMap<u32, usize> = pairs
        .iter()
        .enumerate()
        .flat_map(|(i, pair)| pair.outlines[1].iter().map(move |&label| (label, i)))
        .collect();
    let mut members: Vec<Vec<usize>> = (0..pairs.len()).map(|i| vec![i]).collect();
    // What was new in the later visit has no place among the earlier scars: it goes to the first of
    // those it swallowed.
    let mut places: Vec<usize> = (0..pairs.len()).collect();
    for (i, pair) in pairs.iter().enumerate() {
        let (Some(scar), None) = (&pair.before, &pair.after) else {
            continue;
        };
        let swallower = after
            .scars
            .iter()
            .map(|s| (overlaps.get(&(s.label, scar.label)).copied(), s))
            .filter_map(|(shared, s)| Some((shared?, s)))
            .filter(|(shared, s)| *shared as f64 >= COVERED * scar.area_px.min(s.area_px))
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.label.cmp(&a.1.label)));
        let Some(&holder) = swallower.and_then(|(_, s)| holders.get(&s.label)) else {
            continue;
        };
        if pairs[holder].before.is_none() && places[holder] == holder {
            places[holder] = i;
            members[holder].clear();
            members[i].push(holder);
        } else {
            members[i].clear();
            members[places[holder]].push(i);
        }
    }
    members
        .into_iter()
        .filter(|parts| !parts.is_empty())
        .map(|parts| fuse(&parts.into_iter().map(|i| &pairs[i]).collect::<Vec<_>>()))
        .collect()
}

/// Several scars as one.
fn fuse(parts: &[&Lesion]) -> Lesion {
    if let [one] = parts {
        return (*one).clone();
    }
    let scars = |of: fn(&Lesion) -> &Option<Scar>| -> Option<Scar> {
        let scars: Vec<&Scar> = parts.iter().filter_map(|l| of(l).as_ref()).collect();
        join(&scars)
    };
    let (before, after) = (scars(|l| &l.before), scars(|l| &l.after));
    let outlines = [0, 1].map(|visit| {
        let mut labels: Vec<u32> = parts
            .iter()
            .flat_map(|l| l.outlines[visit].clone())
            .collect();
        labels.sort_unstable();
        labels
    });
    Lesion {
        state: before
            .as_ref()
            .map_or(State::New, |b| state(b, after.as_ref())),
        before,
        after,
        outlines,
    }
}

/// Pixels shared by (after label, before label).
fn overlaps(before: &Scars, after: &Scars) -> BTreeMap<(u32, u32), usize> {
    let mut shared = BTreeMap::new();
    for y in 0..before.labels.nrows() {
        for (&b, &a) in row(&before.labels, y).iter().zip(row(&after.labels, y)) {
            if a != 0 && b != 0 {
                *shared.entry((a, b)).or_insert(0) += 1;
            }
        }
    }
    shared
}

/// Pieces as one scar: areas and volumes add, the rest is weighted by area.
fn join(pieces: &[&Scar]) -> Option<Scar> {
    let largest = pieces
        .iter()
        .max_by(|a, b| a.area_px.total_cmp(&b.area_px).then(b.label.cmp(&a.label)))?;
    let area: f64 = pieces.iter().map(|s| s.area_px).sum();
    let mean = |of: fn(&Scar) -> f64| pieces.iter().map(|s| of(s) * s.area_px).sum::<f64>() / area;
    Some(Scar {
        x: mean(|s| s.x),
        y: mean(|s| s.y),
        area_px: area,
        contrast: mean(|s| s.contrast * s.contrast).sqrt(),
        relief_index: mean(|s| s.relief_index),
        volume_px: pieces.iter().map(|s| s.volume_px).sum(),
        mean_square: mean(|s| s.mean_square),
        ..(*largest).clone()
    })
}

fn state(before: &Scar, after: Option<&Scar>) -> State {
    let Some(after) = after else {
        return State::Gone;
    };
    let change = 100.0 * (after.volume_px / before.volume_px.max(f64::MIN_POSITIVE) - 1.0);
    if change < -SINGLE_CHANGE_PERCENT {
        State::Improved
    } else if change > SINGLE_CHANGE_PERCENT {
        State::Worse
    } else {
        State::Unchanged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Visit;
    use crate::raster::Field;
    use crate::relief::{Light, Relief, Side};
    use ndarray::Array2;

    /// A visit whose picture's columns belong to the scars of these labels, and the scars.
    fn visit(columns: &[u32]) -> (Visit, Vec<Scar>) {
        const HEIGHT: usize = 3;
        let labels = Array2::from_shape_fn((HEIGHT, columns.len()), |(_, x)| columns[x]);
        let count = columns.iter().copied().max().unwrap_or(0);
        let scars = (1..=count)
            .map(|label| {
                let area = (HEIGHT * columns.iter().filter(|&&c| c == label).count()) as f64;
                Scar {
                    label,
                    x: columns.iter().position(|&c| c == label).unwrap() as f64,
                    y: 1.0,
                    area_px: area,
                    width_px: 3.0,
                    length_px: 3.0,
                    contrast: 0.1,
                    relief_index: 2.0,
                    volume_px: 2.0 * area,
                    mean_square: 0.02,
                    edge: 0.5,
                }
            })
            .collect();
        let flat = Field::zeros(labels.dim());
        let relief = Relief {
            index: flat.clone(),
            height: flat.clone(),
            light: Light {
                axis_deg: 0.0,
                directionality: 0.2,
            },
            side: Side::Axis,
        };
        let scars_of = Scars {
            labels,
            count: count as usize,
        };
        let visit = Visit {
            shading: flat,
            relief,
            scars: scars_of,
        };
        (visit, scars)
    }

    fn told(before: &[u32], after: &[u32]) -> Vec<Lesion> {
        let (before, after) = (visit(before), visit(after));
        let [before, after] = [&before, &after].map(|(visit, scars)| Measured { visit, scars });
        join_swallowed(&pair(before, after), before, after)
    }

    #[test]
    fn what_ran_together_is_one_scar_and_nothing_is_gone() {
        let told = told(&[1, 1, 1, 0, 2, 2, 0, 0], &[1, 1, 1, 1, 1, 1, 0, 0]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].state, State::Unchanged);
        assert_eq!(told[0].outlines, [vec![1, 2], vec![1]]);
        let [before, after] = [&told[0].before, &told[0].after].map(|s| s.as_ref().unwrap());
        assert_eq!((before.area_px, after.area_px), (15.0, 18.0));
    }

    #[test]
    fn what_parted_is_one_scar_and_nothing_is_new() {
        let told = told(&[1, 1, 1, 1, 1, 1], &[1, 1, 0, 2, 2, 2]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].state, State::Unchanged);
        assert_eq!(told[0].outlines, [vec![1], vec![1, 2]]);
    }

    #[test]
    fn what_nothing_lies_on_is_gone_or_new() {
        let told = told(&[1, 1, 0, 0, 2, 2], &[0, 0, 1, 1, 2, 2]);
        let states: Vec<State> = told.iter().map(|l| l.state).collect();
        assert_eq!(states, [State::Gone, State::Unchanged, State::New]);
    }

    #[test]
    fn what_grew_over_small_ones_is_not_new() {
        // The largest share is too little of both; the small ones lie under it whole.
        let before = [&[1; 20][..], &[0, 2, 0, 3, 0], &[0; 12]].concat();
        let after = [&[0; 17][..], &[1; 20]].concat();
        let told = told(&before, &after);
        let outlines: Vec<_> = told.iter().map(|l| l.outlines.clone()).collect();
        assert_eq!(
            outlines,
            [[vec![1], vec![]], [vec![2, 3], vec![1]]],
            "{told:?}"
        );
        assert_eq!(told[1].state, State::Worse);
    }
}
