//! Dents that begin where the skin ends: as a rule shadows of lips, nostrils and hair, and never seen whole.

use crate::raster::{Mask, row};
use crate::segment::Scars;

/// Share of a scar's rim that may lie on the brink. Of what lay on it with more on six clinics' photos of faces
/// (looked at, sharp edges counted as brink then, too) one in ten was a pit, all else shadows and hair; on a
/// seventh, of bearded skin from very near, it could not be told.
const MOST_RIM: f64 = 0.15;

/// Takes scars that lie on the `brink` in one visit, and what lies over them in the other, out of both, and
/// the skin under them out of what is `measured`.
pub fn leave_out(scars: &mut [Scars; 2], brink: &Mask, measured: &mut Mask) {
    let mut dropped = scars.each_ref().map(|scars| on_brink(scars, brink));
    if dropped.iter().flatten().all(|&d| !d) {
        return;
    }
    while spread(scars, &mut dropped) {}
    for (scars, dropped) in scars.iter_mut().zip(&dropped) {
        let gone = |label: u32| label != 0 && dropped[(label - 1) as usize];
        measured.zip_mut_with(&scars.labels, |m, &label| *m &= !gone(label));
        *scars = scars.without(dropped);
    }
}

/// Which scars have more of their rim on the brink than may be.
fn on_brink(scars: &Scars, brink: &Mask) -> Vec<bool> {
    let (rows, columns) = scars.labels.dim();
    let mut rims = vec![[0_usize; 2]; scars.count];
    for y in 0..rows {
        let line = row(&scars.labels, y);
        let (above, below) = (y.checked_sub(1), (y + 1 < rows).then_some(y + 1));
        for (x, &label) in line.iter().enumerate().filter(|(_, label)| **label != 0) {
            let beside = [x.checked_sub(1), (x + 1 < columns).then_some(x + 1)];
            let same = |other: Option<u32>| other == Some(label);
            let inner = beside.iter().all(|&at| same(at.map(|at| line[at])))
                && [above, below]
                    .iter()
                    .all(|&at| same(at.map(|at| scars.labels[[at, x]])));
            if !inner {
                let [rim, on_it] = &mut rims[(label - 1) as usize];
                *rim += 1;
                *on_it += usize::from(brink[[y, x]]);
            }
        }
    }
    rims.iter()
        .map(|&[rim, on_it]| on_it as f64 > MOST_RIM * rim as f64)
        .collect()
}

/// Drops what lies over a dropped scar in the other visit; whether there was any.
fn spread(scars: &[Scars; 2], dropped: &mut [Vec<bool>; 2]) -> bool {
    let mut any = false;
    for (&b, &a) in scars[0].labels.iter().zip(&scars[1].labels) {
        if b != 0 && a != 0 {
            let at = [b, a].map(|label| (label - 1) as usize);
            let [first, last] = [dropped[0][at[0]], dropped[1][at[1]]];
            if first != last {
                dropped[0][at[0]] = true;
                dropped[1][at[1]] = true;
                any = true;
            }
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// 20 x 20 px with the scars of these boxes (rows, columns), each with the next number.
    fn scars(boxes: &[[std::ops::Range<usize>; 2]]) -> Scars {
        let labels = Array2::from_shape_fn((20, 20), |(y, x)| {
            let inside = |b: &[std::ops::Range<usize>; 2]| b[0].contains(&y) && b[1].contains(&x);
            boxes.iter().position(inside).map_or(0, |i| i as u32 + 1)
        });
        Scars {
            labels,
            count: boxes.len(),
        }
    }

    #[test]
    fn what_lies_on_the_brink_in_one_visit_is_left_out_of_both() {
        let brink = Mask::from_shape_fn((20, 20), |(y, _)| y < 3);
        // On the brink, beside it, and one far off; after, one over the first two and the far one.
        let mut both = [
            scars(&[[2..6, 2..6], [4..9, 8..12], [14..18, 3..9]]),
            scars(&[[4..8, 4..10], [14..17, 3..9]]),
        ];
        let mut measured = Mask::from_elem((20, 20), true);
        leave_out(&mut both, &brink, &mut measured);
        assert_eq!(both.each_ref().map(|s| s.count), [1, 1]);
        assert_eq!(both.each_ref().map(Scars::pixels), [24, 18]);
        assert!(both.iter().all(|s| s.labels[[15, 5]] == 1));
        for (at, is) in [
            ([3, 3], false),
            ([7, 11], false),
            ([7, 9], false),
            ([16, 5], true),
        ] {
            assert_eq!(measured[at], is, "{at:?}");
        }
    }

    #[test]
    fn nothing_changes_where_nothing_lies_on_the_brink() {
        // One px of 18 around.
        let brink = Mask::from_shape_fn((20, 20), |at| at == (5, 5));
        let mut both = [scars(&[[5..10, 5..11]]), scars(&[])];
        let mut measured = Mask::from_elem((20, 20), true);
        leave_out(&mut both, &brink, &mut measured);
        assert_eq!(both.each_ref().map(|s| s.count), [1, 0]);
        assert!(measured.iter().all(|m| *m));
    }
}
