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

/// One scar over both visits.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesion {
    pub before: Option<Scar>,
    /// Pieces of a scar that parted are added up.
    pub after: Option<Scar>,
    pub state: State,
}

/// Share of the smaller scar that must be covered for two to be one.
const COVERED: f64 = 0.2;

/// Change of volume, percent, from which a single scar counts as changed. One scar's outline is far
/// less sure than the total's: three quarters of unchanged scars stay within this.
const SINGLE_CHANGE_PERCENT: f64 = 30.0;

/// Pairs scars by overlap on the common grid; before scars in their order, then new ones in theirs.
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
        }
    });
    let new = new.into_iter().map(|scar| Lesion {
        before: None,
        after: Some(scar.clone()),
        state: State::New,
    });
    old.chain(new).collect()
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
