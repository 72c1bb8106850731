//! Outlines of single scars and of the measured region, from label maps and masks.

use std::collections::BTreeMap;

use image::{GrayImage, Luma};
use imageproc::contours::find_contours;
use imageproc::distance_transform::Norm;
use imageproc::morphology::close;
use ndarray::Array2;

use crate::raster::row;

/// A closed line; px of the before photo, whole numbers at the pixels' corners.
pub(super) type Outline = Vec<(f32, f32)>;

/// Closed outlines of each lesion, by its `id`.
pub(super) type Outlines = BTreeMap<u32, Vec<Outline>>;

/// How far, label px, a simplified outline may leave the traced one: less than a drawn line's width.
const TOLERANCE: f32 = 0.35;

/// Cracks up to twice as many label px wide are drawn over.
const CRACK: u8 = 2;

/// Pixels around a scar in which it is traced.
const AROUND: usize = 1 + CRACK as usize;

/// Upper left and lower right pixel (column, row), both inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Bounds {
    fn with(self, x: usize, y: usize) -> Self {
        Self {
            left: self.left.min(x),
            top: self.top.min(y),
            right: self.right.max(x),
            bottom: self.bottom.max(y),
        }
    }

    /// The smallest bounds around both.
    pub(super) fn join(self, other: Self) -> Self {
        self.with(other.left, other.top)
            .with(other.right, other.bottom)
    }
}

/// Where each label lies and how many pixels it has; 0 is no label.
pub(super) fn extents(labels: &Array2<u32>) -> BTreeMap<u32, (Bounds, usize)> {
    let mut extents: BTreeMap<u32, (Bounds, usize)> = BTreeMap::new();
    for y in 0..labels.nrows() {
        let mut x = 0;
        for run in row(labels, y).chunk_by(|a, b| a == b) {
            let here = Bounds {
                left: x,
                top: y,
                right: x + run.len() - 1,
                bottom: y,
            };
            x += run.len();
            if run[0] != 0 {
                let entry = extents.entry(run[0]).or_insert((here, 0));
                entry.0 = entry.0.join(here);
                entry.1 += run.len();
            }
        }
    }
    extents
}

/// The outlines of all labels, `reduction` px of the before photo per pixel of `labels`.
pub(super) fn outlines(labels: &Array2<u32>, reduction: f64) -> Outlines {
    let scale = reduction as f32;
    extents(labels)
        .into_iter()
        .map(|(label, (bounds, _))| {
            // Pixels of outside all around, so that every border is one, also after closing.
            let (width, height) = (
                bounds.right - bounds.left + 1 + 2 * AROUND,
                bounds.bottom - bounds.top + 1 + 2 * AROUND,
            );
            let mask = GrayImage::from_fn(width as u32, height as u32, |x, y| {
                let at = (y as usize + bounds.top)
                    .checked_sub(AROUND)
                    .zip((x as usize + bounds.left).checked_sub(AROUND));
                let inside = at.and_then(|at| labels.get(at)) == Some(&label);
                Luma([255 * u8::from(inside)])
            });
            let [left, top] = [bounds.left, bounds.top].map(|v| v as f32 - AROUND as f32);
            // Where a hair crosses a scar nothing is measured, but no eye would end the scar there.
            let lines = trace(&close(&mask, Norm::L1, CRACK))
                .into_iter()
                .map(|line| {
                    line.into_iter()
                        .map(|(x, y)| ((x + left) * scale, (y + top) * scale))
                        .collect()
                })
                .collect();
            (label, lines)
        })
        .collect()
}

/// The borders of a mask, smoothed and simplified, in its own px with whole numbers at corners.
pub(super) fn trace(mask: &GrayImage) -> Vec<Outline> {
    find_contours::<i32>(mask)
        .into_iter()
        .map(|contour| {
            let points: Outline = contour
                .points
                .iter()
                .map(|p| (p.x as f32 + 0.5, p.y as f32 + 0.5))
                .collect();
            simplified(&smoothed(&points))
        })
        .collect()
}

/// A closed line without the steps of its pixels: binomial mean of five neighbours.
fn smoothed(points: &[(f32, f32)]) -> Outline {
    const WEIGHTS: [f32; 5] = [1.0, 4.0, 6.0, 4.0, 1.0];
    /// Fewer points are a dot whose shape smoothing would take away.
    const FEWEST: usize = 8;
    let n = points.len();
    if n < FEWEST {
        return points.to_vec();
    }
    (0..n)
        .map(|i| {
            let mut sum = (0.0, 0.0);
            for (k, w) in WEIGHTS.iter().enumerate() {
                let p = points[(i + n + k - 2) % n];
                sum = (sum.0 + w * p.0, sum.1 + w * p.1);
            }
            (sum.0 / 16.0, sum.1 / 16.0)
        })
        .collect()
}

/// A closed line with as few of its points as keep within [`TOLERANCE`] (Douglas & Peucker 1973).
fn simplified(points: &[(f32, f32)]) -> Outline {
    let n = points.len();
    if n < 4 {
        return points.to_vec();
    }
    // Two ends to begin with: the first point and the one farthest from it.
    let far = (1..n)
        .max_by(|&a, &b| {
            distance(points[0], points[a])
                .total_cmp(&distance(points[0], points[b]))
                .then(b.cmp(&a))
        })
        .unwrap_or(1);
    let mut keep = vec![false; n];
    keep[0] = true;
    keep[far] = true;
    let mut spans = vec![(0, far), (far, n)];
    while let Some((from, to)) = spans.pop() {
        let (a, b) = (points[from], points[to % n]);
        let farthest = (from + 1..to)
            .map(|i| (off_line(points[i], a, b), i))
            .max_by(|p, q| p.0.total_cmp(&q.0).then(q.1.cmp(&p.1)));
        if let Some((off, i)) = farthest
            && off > TOLERANCE
        {
            keep[i] = true;
            spans.push((from, i));
            spans.push((i, to));
        }
    }
    (0..n).filter(|&i| keep[i]).map(|i| points[i]).collect()
}

fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// How far `p` is from the line through `a` and `b`, or from `a` if they are one.
fn off_line(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let length = distance(a, b);
    if length == 0.0 {
        return distance(p, a);
    }
    ((b.0 - a.0) * (a.1 - p.1) - (a.0 - p.0) * (b.1 - a.1)).abs() / length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_keeps_little_more_than_its_corners() {
        let labels = Array2::from_shape_fn((20, 30), |(y, x)| {
            if (4..14).contains(&y) && (5..25).contains(&x) {
                7
            } else {
                0
            }
        });
        let (bounds, pixels) = extents(&labels)[&7];
        assert_eq!((bounds.left, bounds.right, pixels), (5, 24, 200));
        let outlines = outlines(&labels, 2.0);
        let lines = &outlines[&7];
        assert_eq!(lines.len(), 1);
        assert!((4..=12).contains(&lines[0].len()), "{:?}", lines[0]);
        for &(x, y) in &lines[0] {
            // Within half a label pixel of the border's pixel centres, in px of the photo.
            assert!((10.0..=50.0).contains(&x) && (8.0..=28.0).contains(&y));
        }
    }

    #[test]
    fn labels_that_touch_have_outlines_of_their_own() {
        let labels = Array2::from_shape_fn((8, 12), |(_, x)| if x < 6 { 1 } else { 2 });
        let outlines = outlines(&labels, 1.0);
        assert_eq!(outlines.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert!(outlines[&1][0].iter().all(|p| p.0 < 6.0));
        assert!(outlines[&2][0].iter().all(|p| p.0 > 6.0));
    }

    #[test]
    fn a_crack_is_drawn_over() {
        let crossed = |width: usize| {
            let labels = Array2::from_shape_fn((30, 30), |(y, x)| {
                let inside = (5..25).contains(&y) && (5..25).contains(&x);
                u32::from(inside && !(12..12 + width).contains(&x))
            });
            outlines(&labels, 1.0)[&1].len()
        };
        assert_eq!([crossed(0), crossed(3), crossed(8)], [1, 1, 2]);
    }

    #[test]
    fn a_dot_is_kept() {
        let mut labels = Array2::zeros((3, 3));
        labels[[0, 0]] = 1u32;
        assert_eq!(outlines(&labels, 1.0)[&1], [[(0.5, 0.5)]]);
    }
}
