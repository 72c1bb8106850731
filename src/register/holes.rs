//! Small places inside a believed map where nothing agrees: a scar that healed looks different in both
//! photos, and is what is to be measured.
//!
//! The sheet hardly bends inside them: of waves of [`finest_wave`](super::follow::finest_wave) it follows
//! half, of shorter ones less, so that where all around is believed, what lies within half such a wave is
//! believed as well.

use super::CONFIDENT;
use crate::filter::label;
use crate::raster::{Field, Mask};

/// Share of a hole's rim that must be believed: at the edge of what is open skin or seen in both photos
/// the map is held from one side only. Three sides of four; set by that, not by measurement.
const ENCLOSED: f64 = 0.75;

/// A group of pixels that are skin and not believed.
#[derive(Clone, Copy)]
struct Hole {
    low: [usize; 2],
    high: [usize; 2],
    /// Neighbours outside the hole, and those of them that are believed.
    rim: usize,
    believed: usize,
}

const EMPTY: Hole = Hole {
    low: [usize::MAX; 2],
    high: [0; 2],
    rim: 0,
    believed: 0,
};

/// Raises `confidence` to the least that is believed in holes of at most `widest` px that believed skin
/// encloses.
pub(super) fn fill(confidence: &mut Field, skin: &Mask, widest: f64) {
    let mut open = skin.clone();
    open.zip_mut_with(confidence, |o, &c| *o &= c < CONFIDENT);
    let (labels, sizes) = label(&open);
    let mut holes = vec![EMPTY; sizes.len()];
    let around = |[y, x]: [usize; 2]| {
        [
            [y.wrapping_sub(1), x],
            [y + 1, x],
            [y, x.wrapping_sub(1)],
            [y, x + 1],
        ]
    };
    for (at, &id) in labels.indexed_iter().filter(|(_, id)| **id > 0) {
        let hole = &mut holes[id as usize - 1];
        let at = [at.0, at.1];
        hole.low = [hole.low[0].min(at[0]), hole.low[1].min(at[1])];
        hole.high = [hole.high[0].max(at[0]), hole.high[1].max(at[1])];
        for next in around(at) {
            if labels.get(next) != Some(&id) {
                hole.rim += 1;
                hole.believed += usize::from(confidence.get(next).is_some_and(|&c| c >= CONFIDENT));
            }
        }
    }
    let filled = |hole: &Hole| {
        let side = (0..2).map(|k| hole.high[k] - hole.low[k] + 1).max();
        side.is_some_and(|s| s as f64 <= widest)
            && hole.believed as f64 >= ENCLOSED * hole.rim as f64
    };
    let filled: Vec<bool> = holes.iter().map(filled).collect();
    for (c, &id) in confidence.iter_mut().zip(&labels) {
        if id > 0 && filled[id as usize - 1] {
            *c = CONFIDENT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Confidence of 1 but for a square hole of `side` px whose first pixel is at `(top, left)`.
    fn with_hole(top: usize, left: usize, side: usize) -> Field {
        let within = |at: usize, from: usize| (from..from + side).contains(&at);
        Field::from_shape_fn((40, 40), |(y, x)| {
            f32::from(u8::from(!(within(y, top) && within(x, left))))
        })
    }

    #[test]
    fn a_small_hole_is_believed_and_a_wide_one_is_not() {
        let skin = Mask::from_elem((40, 40), true);
        for (side, believed) in [(6, true), (12, true), (13, false)] {
            let mut confidence = with_hole(15, 12, side);
            fill(&mut confidence, &skin, 12.0);
            assert_eq!(confidence[[18, 15]] >= CONFIDENT, believed, "{side} px");
        }
    }

    #[test]
    fn an_edge_does_not_enclose() {
        // The picture's on two sides; then the skin's on one, which three others make up for, and on two.
        let mut confidence = with_hole(0, 0, 6);
        fill(&mut confidence, &Mask::from_elem((40, 40), true), 12.0);
        assert!(confidence[[2, 2]] < CONFIDENT);
        let skin = Mask::from_shape_fn((40, 40), |(_, x)| x < 18);
        let mut confidence = with_hole(15, 12, 6);
        confidence.indexed_iter_mut().for_each(|((_, x), c)| {
            if x >= 18 {
                *c = 0.0;
            }
        });
        fill(&mut confidence, &skin, 12.0);
        assert!(confidence[[18, 15]] >= CONFIDENT, "three sides of four");
        let skin = Mask::from_shape_fn((40, 40), |(y, x)| x < 18 && y < 21);
        let mut confidence = with_hole(15, 12, 6);
        confidence.indexed_iter_mut().for_each(|((y, x), c)| {
            if x >= 18 || y >= 21 {
                *c = 0.0;
            }
        });
        fill(&mut confidence, &skin, 12.0);
        assert!(confidence[[18, 15]] < CONFIDENT, "two sides of four");
    }

    #[test]
    fn what_is_no_skin_stays_unbelieved() {
        let skin = Mask::from_shape_fn((40, 40), |(y, x)| !(y == 17 && x == 14));
        let mut confidence = with_hole(15, 12, 6);
        fill(&mut confidence, &skin, 12.0);
        assert!(confidence[[18, 15]] >= CONFIDENT);
        assert!(confidence[[17, 14]] < CONFIDENT);
    }
}
