//! Masks of scars held against the true ones, on the measured pixels alone.

use serde::Serialize;

use crate::filter::{dilate, label};
use crate::raster::{Field, Mask};

/// Share of a scar's measured pixels that must be marked for it to be found.
const FOUND_FROM: f64 = 0.3;

/// Share of a scar that must be measured for it to be asked for.
const ASKED_FROM: f64 = 0.5;

/// A mark of which less than this share lies on a scar is false.
const FALSE_BELOW: f64 = 0.1;

/// How far beside a scar a mark still lies on it, mm: the width of a gentle rim.
const NEAR_MM: f64 = 0.3;

/// One photo's marks against its scars. A scar, and a mark, is a group of touching pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Marks {
    /// Twice the common pixels per pixel of either (Dice 1945); `None` where neither has any.
    pub dice: Option<f64>,
    /// Scars of which at least half is measured.
    pub scars: usize,
    /// Those of them with marks on at least 30 % of their measured pixels.
    pub found: usize,
    pub marks: usize,
    /// Marks with less than 10 % of their pixels within 0.3 mm of a scar.
    pub false_marks: usize,
    /// Marked pixels that are no scar, as a share of the measured ones.
    pub false_share: Option<f64>,
}

/// Judges the marks `found` against the scars `truth` where `measured`; all on one grid of
/// `px_per_mm`.
#[must_use]
pub fn judge(found: &Mask, truth: &Mask, measured: &Mask, px_per_mm: f64) -> Marks {
    let found = both(found, measured);
    let truth_measured = both(truth, measured);
    let common = overlap(&found, &truth_measured);
    let (marked, true_px) = (size(&found), size(&truth_measured));
    let seen = size(measured);
    let scars: Vec<Group> = groups(truth, measured, &found);
    let asked = (scars.iter())
        .filter(|s| s.inside > 0 && s.inside as f64 >= ASKED_FROM * s.size as f64)
        .collect::<Vec<_>>();
    let near = dilate(truth, (NEAR_MM * px_per_mm) as f32);
    let marks = groups(&found, measured, &near);
    Marks {
        dice: ratio(2 * common, marked + true_px),
        scars: asked.len(),
        found: (asked.iter())
            .filter(|s| s.hit as f64 >= FOUND_FROM * s.inside as f64)
            .count(),
        marks: marks.len(),
        false_marks: (marks.iter())
            .filter(|m| (m.hit as f64) < FALSE_BELOW * m.size as f64)
            .count(),
        false_share: ratio(marked - common, seen),
    }
}

/// Change, percent, from one sum to another; `None` of nothing.
#[must_use]
pub fn percent(before: f64, after: f64) -> Option<f64> {
    (before > 0.0).then(|| 100.0 * (after / before - 1.0))
}

/// Pixels of a mask that are measured.
#[must_use]
pub fn area(mask: &Mask, measured: &Mask) -> f64 {
    overlap(mask, measured) as f64
}

/// Depth added up, in pixel order, over the pixels of a mask that are measured.
#[must_use]
pub fn volume(depth: &Field, mask: &Mask, measured: &Mask) -> f64 {
    (depth.iter().zip(mask).zip(measured))
        .filter(|((_, m), s)| **m && **s)
        .map(|((d, _), _)| f64::from(*d))
        .sum()
}

/// `part / whole`; `None` of nothing.
#[must_use]
pub fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Touching pixels: how many, how many of them measured, how many of those hit.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    size: usize,
    inside: usize,
    hit: usize,
}

fn groups(mask: &Mask, measured: &Mask, hits: &Mask) -> Vec<Group> {
    let (labels, sizes) = label(mask);
    let mut groups: Vec<Group> = sizes
        .into_iter()
        .map(|size| Group {
            size,
            ..Group::default()
        })
        .collect();
    for ((&l, &m), &h) in labels.iter().zip(measured).zip(hits) {
        if l != 0 && m {
            let group = &mut groups[l as usize - 1];
            group.inside += 1;
            group.hit += usize::from(h);
        }
    }
    groups
}

fn both(a: &Mask, b: &Mask) -> Mask {
    let mut both = a.clone();
    both.zip_mut_with(b, |a, &b| *a &= b);
    both
}

fn overlap(a: &Mask, b: &Mask) -> usize {
    a.iter().zip(b).filter(|(a, b)| **a && **b).count()
}

fn size(mask: &Mask) -> usize {
    crate::raster::count(mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 40 x 60 px with rectangles (top, left, height, width) set.
    fn mask(rectangles: &[[usize; 4]]) -> Mask {
        Mask::from_shape_fn((40, 60), |(y, x)| {
            (rectangles.iter())
                .any(|&[t, l, h, w]| (t..t + h).contains(&y) && (l..l + w).contains(&x))
        })
    }

    fn everywhere() -> Mask {
        mask(&[[0, 0, 40, 60]])
    }

    #[test]
    fn the_truth_itself_is_perfect() {
        let truth = mask(&[[5, 5, 6, 6], [20, 30, 8, 4]]);
        let marks = judge(&truth, &truth, &everywhere(), 10.0);
        assert_eq!(marks.dice, Some(1.0));
        assert_eq!((marks.scars, marks.found), (2, 2));
        assert_eq!((marks.marks, marks.false_marks), (2, 0));
        assert_eq!(marks.false_share, Some(0.0));
    }

    #[test]
    fn half_an_overlap_has_a_dice_of_one_half() {
        let (truth, found) = (mask(&[[5, 5, 6, 8]]), mask(&[[5, 9, 6, 8]]));
        let marks = judge(&found, &truth, &everywhere(), 10.0);
        assert_eq!(marks.dice, Some(0.5));
        assert_eq!((marks.scars, marks.found), (1, 1));
        assert_eq!(marks.false_share, Some(24.0 / 2400.0));
    }

    #[test]
    fn a_scar_barely_touched_is_not_found() {
        let truth = mask(&[[5, 5, 10, 10]]);
        for (columns, found) in [(2, 0), (3, 1)] {
            let marks = judge(&mask(&[[5, 5, 10, columns]]), &truth, &everywhere(), 10.0);
            assert_eq!(marks.found, found, "{columns} of 10 columns marked");
        }
    }

    #[test]
    fn a_mark_apart_is_false_and_one_beside_a_scar_is_not() {
        let truth = mask(&[[5, 5, 6, 6]]);
        let found = mask(&[[5, 12, 2, 2], [30, 40, 3, 3]]);
        let marks = judge(&found, &truth, &everywhere(), 10.0);
        // The first lies 2 and 3 px from the scar, within 0.3 mm of 10 px/mm.
        assert_eq!((marks.marks, marks.false_marks), (2, 1));
        assert_eq!(marks.found, 0);
        assert_eq!(marks.dice, Some(0.0));
    }

    #[test]
    fn what_is_not_measured_does_not_count() {
        let truth = mask(&[[5, 5, 6, 6], [20, 30, 8, 8]]);
        let measured = mask(&[[0, 0, 40, 33]]);
        let found = mask(&[[5, 5, 6, 6], [20, 45, 5, 5]]);
        let marks = judge(&found, &truth, &measured, 10.0);
        // Three of eight columns of the second scar are measured: it is not asked for.
        assert_eq!((marks.scars, marks.found), (1, 1));
        assert_eq!((marks.marks, marks.false_marks), (1, 0));
        assert_eq!(marks.dice, Some(2.0 * 36.0 / (36.0 + 36.0 + 24.0)));
    }

    #[test]
    fn nothing_has_no_dice() {
        let none = mask(&[]);
        assert_eq!(judge(&none, &none, &everywhere(), 10.0).dice, None);
        assert_eq!(judge(&none, &none, &none, 10.0).false_share, None);
        assert_eq!(percent(0.0, 3.0), None);
        assert_eq!(percent(4.0, 3.0), Some(-25.0));
    }

    #[test]
    fn volume_is_depth_over_measured_scar() {
        let depth = Field::from_elem((40, 60), 0.5);
        let truth = mask(&[[5, 5, 6, 6]]);
        assert_eq!(volume(&depth, &truth, &everywhere()), 18.0);
        assert_eq!(volume(&depth, &truth, &mask(&[[0, 0, 8, 60]])), 9.0);
        assert_eq!(area(&truth, &mask(&[[0, 0, 8, 60]])), 18.0);
    }
}
