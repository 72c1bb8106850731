//! The alignment as others read it: where nodes of the first photo lie in the second.

use ndarray::Array2;

use super::CONFIDENT;
use crate::filter::squared_distance;
use crate::normalise::FullMap;
use crate::raster::{Field, Mask, from_rows, row};
use crate::report::schema;

/// Pixels of the before photo between two nodes.
const STEP: u32 = 32;

/// How far from believed skin a node is still given, as a share of the photo's longer side. The map is
/// smooth and carries on over what no texture speaks for: a wound, a box over the eyes, the photo's edge.
/// Where experts had outlined wounds on two photos of one foot, outlines a fifth of the photo away from
/// any believed skin fell onto each other about as well as those of two experts on one photo, and one that
/// lay farther away was off by a tenth of its length; what lies behind a limb does not move with it.
const REACH: f64 = 0.3;

/// The alignment at nodes that enclose every pixel of the before photo (`size`, width and height); unknown
/// far from where `confidence`, on the before photo's working grid, is believed, and more than a step
/// outside of the after photo.
pub fn grid(
    map: &FullMap,
    confidence: &Field,
    size: (u32, u32),
    after: (u32, u32),
) -> schema::Grid {
    // One node beyond the last pixel, so that places are between nodes everywhere.
    let nodes_over = |side: u32| side.saturating_sub(1).div_ceil(STEP) as usize + 1;
    let (columns, rows) = (nodes_over(size.0), nodes_over(size.1));
    let believed: Mask = confidence.mapv(|c| c >= CONFIDENT);
    let away = squared_distance(&believed);
    let step = f64::from(STEP);
    let reach = REACH * f64::from(size.0.max(size.1)) / map.before_reduction;
    let nodes: Array2<Option<(f64, f64)>> = from_rows(rows, columns, |r, out| {
        for (c, o) in out.iter_mut().enumerate() {
            let (x, y) = (c as f64 * step, r as f64 * step);
            let (u, v) = map.working(x, y);
            let pixel = |p: f32, n: usize| (p.round().max(0.0) as usize).min(n - 1);
            let near = away[[pixel(v, away.nrows()), pixel(u, away.ncols())]];
            let (ax, ay) = map.carried_on(x, y);
            let seen = |a: f64, side: u32| a >= -step && a <= f64::from(side) + step;
            let known = f64::from(near).sqrt() <= reach && seen(ax, after.0) && seen(ay, after.1);
            *o = known.then_some((ax, ay));
        }
    });
    let pick = |of: fn(&(f64, f64)) -> f64| -> Vec<Option<f64>> {
        (0..rows)
            .flat_map(|r| row(&nodes, r).iter().map(move |n| n.as_ref().map(of)))
            .collect()
    };
    schema::Grid {
        step_px: STEP,
        columns,
        rows,
        x: pick(|n| n.0),
        y: pick(|n| n.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A photo of `width` x 100 px at half its scale, moved and enlarged.
    fn found(width: usize, confidence: impl Fn(usize) -> f32) -> schema::Grid {
        let size = (50, width / 2);
        // Working px i covers full px 2i and 2i + 1.
        let full = |i: usize| 2.0 * i as f32 + 0.5;
        let x = Field::from_shape_fn(size, |(_, c)| (1.1 * full(c) + 3.0 - 0.5) / 2.0);
        let y = Field::from_shape_fn(size, |(r, _)| (1.1 * full(r) - 2.0 - 0.5) / 2.0);
        let map = FullMap {
            x: &x,
            y: &y,
            before_reduction: 2.0,
            after_reduction: 2.0,
        };
        let confidence = Field::from_shape_fn(size, |(_, c)| confidence(c));
        grid(&map, &confidence, (width as u32, 100), (1000, 1000))
    }

    #[test]
    fn every_pixel_lies_between_nodes_and_the_outermost_are_exact() {
        for width in [192, 194, 226] {
            let grid = found(width, |_| 1.0);
            assert!((grid.columns - 1) * 32 >= width - 1 && (grid.columns - 2) * 32 < width - 1);
            assert_eq!((grid.rows, grid.x.len()), (5, 5 * grid.columns));
            for (i, (x, y)) in grid.x.iter().zip(&grid.y).enumerate() {
                let (c, r) = (i % grid.columns, i / grid.columns);
                let miss = |a: f64, b: f64| (a - b).abs();
                assert!(miss(x.unwrap(), 1.1 * 32.0 * c as f64 + 3.0) < 1e-3);
                assert!(miss(y.unwrap(), 1.1 * 32.0 * r as f64 - 2.0) < 1e-3);
            }
        }
    }

    #[test]
    fn far_from_what_is_believed_nothing_is_known() {
        // Believed up to the 40th full px of 400: known to the 40 + 120th, short of the node at 160.
        let grid = found(400, |c| if c < 20 { 1.0 } else { 0.0 });
        let known: Vec<bool> = grid.x[..grid.columns].iter().map(Option::is_some).collect();
        assert_eq!(known.iter().filter(|&&k| k).count(), 5);
        assert!(known[..5].iter().all(|&k| k));
        assert!(found(400, |_| 0.0).x.iter().all(Option::is_none));
    }
}
