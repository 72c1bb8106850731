//! The found alignment and light held against the true ones.

use serde::Serialize;

use crate::filter::bilinear;
use crate::phantom::truth::WarpGrid;
use crate::raster::{Field, Mask};
use crate::report::schema::Grid;
use crate::stats::quantile;

/// How far reported nodes lie from where they should, px of the after photo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Misfit {
    /// Nodes on measured pixels.
    pub nodes: usize,
    pub median_px: f64,
    pub worst_px: f64,
}

/// Error of the reported nodes that lie on measured pixels; `None` where there is none.
#[must_use]
pub fn misfit(found: &Grid, truth: &WarpGrid, measured: &Mask) -> Option<Misfit> {
    let truth = Displacement::of(truth);
    let (rows, columns) = measured.dim();
    let step = found.step_px as usize;
    let mut errors = Vec::new();
    for (i, (x, y)) in found.x.iter().zip(&found.y).enumerate() {
        let (column, row) = (i % found.columns * step, i / found.columns * step);
        let (Some(x), Some(y)) = (x, y) else { continue };
        if row < rows && column < columns && measured[[row, column]] {
            let [true_x, true_y] = truth.at(column as f64, row as f64);
            errors.push((x - true_x).hypot(y - true_y) as f32);
        }
    }
    Some(Misfit {
        nodes: errors.len(),
        median_px: f64::from(quantile(&mut errors, 0.5)?),
        worst_px: f64::from(quantile(&mut errors, 1.0)?),
    })
}

/// How far each pixel moved: smoother than where it went, and exact in f32 far from the corner.
struct Displacement {
    step: f64,
    x: Field,
    y: Field,
}

impl Displacement {
    fn of(warp: &WarpGrid) -> Self {
        let node = |of: &[f64], r: usize, c: usize| of[r * warp.columns + c];
        let moved = |of: &[f64], along: fn(usize, usize) -> usize| {
            Field::from_shape_fn((warp.rows, warp.columns), |(r, c)| {
                (node(of, r, c) - (along(r, c) * warp.step_px) as f64) as f32
            })
        };
        Self {
            step: warp.step_px as f64,
            x: moved(&warp.x, |_, c| c),
            y: moved(&warp.y, |r, _| r),
        }
    }

    /// Where a pixel of the first photo lies in the other.
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let (u, v) = ((x / self.step) as f32, (y / self.step) as f32);
        [
            x + f64::from(bilinear(&self.x, u, v)),
            y + f64::from(bilinear(&self.y, u, v)),
        ]
    }
}

/// How far the second photo is turned against the first, degrees from +x toward +y: the direction
/// in which its middle row runs.
#[must_use]
pub fn turn_deg(warp: &WarpGrid) -> f64 {
    let first = warp.rows / 2 * warp.columns;
    let last = first + warp.columns - 1;
    let (x, y) = (warp.x[last] - warp.x[first], warp.y[last] - warp.y[first]);
    y.atan2(x).to_degrees()
}

/// The angle between two directions, degrees, 0 to 180.
#[must_use]
pub fn apart_deg(a: f64, b: f64) -> f64 {
    ((a - b + 180.0).rem_euclid(360.0) - 180.0).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A photo of 97 x 65 px turned by `degrees` and moved by (3, -2).
    fn turned(degrees: f64, step_px: usize) -> WarpGrid {
        let (columns, rows) = (96 / step_px + 1, 64 / step_px + 1);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (x, y) = (0..rows * columns)
            .map(|i| {
                let (x, y) = (
                    (i % columns * step_px) as f64,
                    (i / columns * step_px) as f64,
                );
                (cos * x - sin * y + 3.0, sin * x + cos * y - 2.0)
            })
            .unzip();
        WarpGrid {
            step_px,
            columns,
            rows,
            x,
            y,
        }
    }

    fn reported(warp: &WarpGrid, off: f64) -> Grid {
        Grid {
            step_px: warp.step_px as u32,
            columns: warp.columns,
            rows: warp.rows,
            x: warp.x.iter().map(|x| Some(x + 0.6 * off)).collect(),
            y: warp.y.iter().map(|y| Some(y + 0.8 * off)).collect(),
        }
    }

    #[test]
    fn the_true_alignment_has_no_error_at_any_spacing() {
        let measured = Mask::from_elem((65, 97), true);
        for step in [8, 16, 32] {
            let found = reported(&turned(7.0, step), 0.0);
            let misfit = misfit(&found, &turned(7.0, 16), &measured).unwrap();
            // f32 displacements of some tens of px.
            assert!(misfit.worst_px < 1e-4, "step {step}: {}", misfit.worst_px);
            assert_eq!(misfit.nodes, found.x.len());
        }
    }

    #[test]
    fn an_offset_is_its_length() {
        let warp = turned(-4.0, 16);
        let measured = Mask::from_elem((65, 97), true);
        let misfit = misfit(&reported(&warp, 0.5), &warp, &measured).unwrap();
        assert!((misfit.median_px - 0.5).abs() < 1e-4);
    }

    #[test]
    fn only_measured_nodes_count() {
        let warp = turned(0.0, 16);
        let mut found = reported(&warp, 0.0);
        found.x[0] = Some(1000.0);
        found.x[1] = None;
        let mut measured = Mask::from_elem((65, 97), true);
        measured[[0, 0]] = false;
        let misfit = misfit(&found, &warp, &measured).unwrap();
        assert_eq!(misfit.nodes, warp.x.len() - 2);
        assert!(misfit.worst_px < 1e-4);
        measured.fill(false);
        assert_eq!(super::misfit(&found, &warp, &measured), None);
    }

    #[test]
    fn angles() {
        assert!((turn_deg(&turned(7.0, 16)) - 7.0).abs() < 1e-9);
        assert_eq!(apart_deg(350.0, 10.0), 20.0);
        assert_eq!(apart_deg(-170.0, 10.0), 180.0);
        assert_eq!(apart_deg(725.0, 5.0), 0.0);
    }
}
