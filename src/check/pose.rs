//! How a photo was framed beside the baseline: distance, turn of the camera, angle of view.

use serde::Serialize;

use crate::raster::Mask;
use crate::register::{Affine, Alignment, PointPair};

/// The plane motion that comes nearest to an alignment, as a person with a camera sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pose {
    /// How many times larger the skin is in the picture (as a share of its longer side) than in the
    /// baseline. With the same camera and zoom, the baseline's distance over this one's.
    pub magnification: f64,
    /// Turn of the picture against the baseline, degrees clockwise on the screen.
    pub turn_deg: f64,
    /// Where the baseline's middle went: to the right, as a share of the picture's width.
    pub right: f64,
    /// The same downwards, as a share of the picture's height.
    pub down: f64,
    /// How many times more the skin is squeezed along one direction than across it: 1 from the same
    /// angle; foreshortening of a head that was turned makes it larger.
    pub squeeze: f64,
    /// Direction of the squeeze, degrees clockwise from the horizontal, 0 to 180.
    pub squeeze_axis_deg: f64,
}

/// Pixels between places that are looked at.
const STEP: usize = 8;
/// Fewer places than this say nothing.
const LEAST: usize = 24;

impl Pose {
    /// The pose an alignment stands for, over what is `measured`; `None` where that is next to
    /// nothing. `sizes`: (rows, columns) of both working pictures.
    #[must_use]
    pub fn of(alignment: &Alignment, measured: &Mask, sizes: [(usize, usize); 2]) -> Option<Self> {
        let plane = plane(alignment, measured)?;
        let linear = plane.linear;
        let determinant = plane.determinant();
        if determinant.is_nan() || determinant <= 0.0 {
            return None;
        }
        let middle = |size: (usize, usize)| {
            let half = |n: usize| (n as f64 - 1.0) / 2.0;
            (half(size.1), half(size.0))
        };
        let (x, y) = middle(sizes[0]);
        let there = plane.at(x, y);
        let own = middle(sizes[1]);
        let longer = |s: (usize, usize)| s.0.max(s.1) as f64;
        // Polar decomposition of a 2 x 2 matrix: the turn, and what is left is a stretch.
        let turn = (linear[1][0] - linear[0][1]).atan2(linear[0][0] + linear[1][1]);
        let (squeeze, axis) = squeeze(&linear);
        Some(Self {
            magnification: determinant.sqrt() * longer(sizes[0]) / longer(sizes[1]),
            turn_deg: turn.to_degrees(),
            right: (there.0 - own.0) / sizes[1].1 as f64,
            down: (there.1 - own.1) / sizes[1].0 as f64,
            squeeze,
            squeeze_axis_deg: axis,
        })
    }
}

/// Ratio of the singular values, 1 or more, and the direction on the baseline (degrees, 0 to 180)
/// along which the map shortens.
fn squeeze(m: &[[f64; 2]; 2]) -> (f64, f64) {
    // Eigenvalues of MᵀM.
    let (a, d) = (
        m[0][0] * m[0][0] + m[1][0] * m[1][0],
        m[0][1] * m[0][1] + m[1][1] * m[1][1],
    );
    let b = m[0][0] * m[0][1] + m[1][0] * m[1][1];
    let (mean, root) = (0.5 * (a + d), (0.25 * (a - d).powi(2) + b * b).sqrt());
    let ratio = ((mean + root) / (mean - root).max(1e-12)).sqrt();
    let long = 0.5 * (2.0 * b).atan2(a - d).to_degrees();
    (ratio, (long + 90.0).rem_euclid(180.0))
}

/// The plane map nearest to the alignment over what is measured.
fn plane(alignment: &Alignment, measured: &Mask) -> Option<Affine> {
    /// Root mean square spread, px, that places must have in every direction.
    const SPREAD: f64 = STEP as f64;
    let mut pairs = Vec::new();
    let (rows, columns) = measured.dim();
    for y in (0..rows).step_by(STEP) {
        for x in (0..columns).step_by(STEP).filter(|&x| measured[[y, x]]) {
            pairs.push(PointPair {
                before: (x as f64, y as f64),
                after: (
                    f64::from(alignment.x[[y, x]]),
                    f64::from(alignment.y[[y, x]]),
                ),
            });
        }
    }
    (pairs.len() >= LEAST).then(|| Affine::fitted(&pairs, SPREAD))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Field;

    const SIZE: (usize, usize) = (120, 160);

    fn laid(of: impl Fn(f64, f64) -> (f64, f64)) -> Alignment {
        let field = |pick: &dyn Fn((f64, f64)) -> f64| {
            Field::from_shape_fn(SIZE, |(y, x)| pick(of(x as f64, y as f64)) as f32)
        };
        Alignment {
            x: field(&|p| p.0),
            y: field(&|p| p.1),
            confidence: Field::ones(SIZE),
            overlap: 1.0,
            residual_px: 0.0,
            agreement: 1.0,
            peak_ratio: 1.0,
            scale: 1.0,
            identity: false,
        }
    }

    fn pose(of: impl Fn(f64, f64) -> (f64, f64)) -> Pose {
        let all = Mask::from_elem(SIZE, true);
        Pose::of(&laid(of), &all, [SIZE, SIZE]).unwrap()
    }

    #[test]
    fn the_same_framing_is_the_same_pose() {
        let pose = pose(|x, y| (x, y));
        assert!((pose.magnification - 1.0).abs() < 1e-4 && pose.turn_deg.abs() < 1e-3);
        assert!(pose.right.abs() < 1e-4 && pose.down.abs() < 1e-4);
        assert!((pose.squeeze - 1.0).abs() < 1e-3);
    }

    #[test]
    fn nearer_turned_and_shifted() {
        let (sin, cos) = 8f64.to_radians().sin_cos();
        let m = 1.2;
        let (cx, cy) = (79.5, 59.5);
        let pose = pose(|x, y| {
            let (u, v) = (x - cx, y - cy);
            (
                cx + 16.0 + m * (cos * u - sin * v),
                cy - 12.0 + m * (sin * u + cos * v),
            )
        });
        assert!((pose.magnification - 1.2).abs() < 1e-3, "{pose:?}");
        assert!((pose.turn_deg - 8.0).abs() < 0.01, "{pose:?}");
        assert!((pose.right - 0.1).abs() < 1e-3 && (pose.down + 0.1).abs() < 1e-3);
        assert!((pose.squeeze - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_turned_head_looks_narrower() {
        let pose = pose(|x, y| (0.8 * x, y));
        assert!((pose.squeeze - 1.25).abs() < 1e-3, "{pose:?}");
        let off = pose.squeeze_axis_deg.min(180.0 - pose.squeeze_axis_deg);
        assert!(off < 0.1, "{pose:?}");
    }

    #[test]
    fn nothing_measured_has_no_pose() {
        let none = Mask::from_elem(SIZE, false);
        assert!(Pose::of(&laid(|x, y| (x, y)), &none, [SIZE, SIZE]).is_none());
    }
}
