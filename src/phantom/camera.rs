//! Where each point of the skin lands in the photo, and back: pose, bend, perspective.

use serde::Serialize;

use super::dice::Dice;
use super::relief::Relief;

/// How far poses may stray between visits; a visit draws evenly between minus and plus.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PoseRange {
    /// Rotation in the picture, degrees.
    pub rotation_deg: f64,
    /// Smallest and largest scale against the nominal one.
    pub scale: [f64; 2],
    /// Shift, mm, in x and in y.
    pub shift_mm: f64,
    /// Turn of the head out of the picture plane, degrees.
    pub tilt_deg: f64,
    /// Stretch of the skin itself (expression, lying or sitting): displacement at the frame's edge, mm.
    pub bend_mm: f64,
}

impl PoseRange {
    /// As far as the alignment searches: turned by 20° in the picture, 0.71 to 1.4 times as large, and
    /// turned out of the picture by up to 15° about either axis (21° about both).
    pub const FAR_OFF: Self = Self {
        rotation_deg: 20.0,
        scale: [0.71, 1.4],
        shift_mm: 6.0,
        tilt_deg: 15.0,
        bend_mm: 1.2,
    };
}

impl Default for PoseRange {
    fn default() -> Self {
        Self {
            rotation_deg: 6.0,
            scale: [0.93, 1.07],
            shift_mm: 4.0,
            tilt_deg: 4.0,
            bend_mm: 0.6,
        }
    }
}

/// Where the camera stands and how the skin lies under it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pose {
    pub rotation_deg: f64,
    pub scale: f64,
    pub shift_mm: [f64; 2],
    pub tilt_deg: [f64; 2],
    /// Distance of the pinhole from the middle of the patch, mm.
    pub distance_mm: f64,
    /// Bend: coefficients of x², xy, y², x³, x²y, xy², y³ for each direction, mm at 35 mm.
    pub bend: [[f64; 7]; 2],
}

impl Pose {
    /// The first visit: near the middle of the range.
    #[must_use]
    pub fn draw(range: &PoseRange, distance_mm: f64, share: f64, dice: &mut Dice) -> Self {
        let mut spread = |r: f64| dice.range(-r, r) * share;
        let rotation_deg = spread(range.rotation_deg);
        let shift_mm = [spread(range.shift_mm), spread(range.shift_mm)];
        let tilt_deg = [spread(range.tilt_deg), spread(range.tilt_deg)];
        let bend = std::array::from_fn(|_| std::array::from_fn(|_| spread(range.bend_mm / 2.0)));
        let low = 1.0 + (range.scale[0] - 1.0) * share;
        let high = 1.0 + (range.scale[1] - 1.0) * share;
        Self {
            rotation_deg,
            scale: dice.ratio(low, high),
            shift_mm,
            tilt_deg,
            distance_mm: distance_mm * dice.range(0.92, 1.08),
            bend,
        }
    }
}

/// A pinhole camera over one person's skin.
#[derive(Debug, Clone)]
pub struct Camera<'a> {
    pose: &'a Pose,
    relief: &'a Relief,
    px_per_mm: f64,
    centre: [f64; 2],
    /// Skin to camera axes (x right, y down, z toward the camera).
    axes: [[f64; 3]; 3],
}

/// Half the frame's width that the bend's coefficients refer to, mm.
const BEND_REACH: f64 = 35.0;

impl<'a> Camera<'a> {
    #[must_use]
    pub fn new(pose: &'a Pose, relief: &'a Relief, px_per_mm: f64, size: [u32; 2]) -> Self {
        let (sr, cr) = pose.rotation_deg.to_radians().sin_cos();
        let (sx, cx) = pose.tilt_deg[0].to_radians().sin_cos();
        let (sy, cy) = pose.tilt_deg[1].to_radians().sin_cos();
        let roll = [[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]];
        let about_x = [[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]];
        let about_y = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]];
        Self {
            pose,
            relief,
            px_per_mm,
            centre: size.map(|n| (f64::from(n) - 1.0) / 2.0),
            axes: product(&about_x, &product(&about_y, &roll)),
        }
    }

    /// Distance of the pinhole from the middle of the patch, mm.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.pose.distance_mm
    }

    /// A direction given in the camera's axes, in the skin's.
    #[must_use]
    pub fn to_skin(&self, v: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| (0..3).map(|j| self.axes[j][i] * v[j]).sum())
    }

    /// Where the skin's point (x, y in mm) lies in the photo, px.
    #[must_use]
    pub fn project(&self, x: f64, y: f64) -> [f64; 2] {
        let (u, v) = (x / BEND_REACH, y / BEND_REACH);
        let bend = |c: &[f64; 7]| {
            u * u * (c[0] + c[3] * u + c[4] * v)
                + u * v * c[1]
                + v * v * (c[2] + c[5] * u + c[6] * v)
        };
        let [bx, by] = &self.pose.bend;
        let (x, y) = (x + bend(bx), y + bend(by));
        let p = [x, y, self.relief.body(x, y)];
        let [cx, cy, cz] = std::array::from_fn(|i| {
            self.axes[i][0] * p[0] + self.axes[i][1] * p[1] + self.axes[i][2] * p[2]
        });
        let distance = self.pose.distance_mm;
        let f = self.px_per_mm * self.pose.scale * distance / (distance - cz);
        let shift = self.pose.shift_mm;
        [
            self.centre[0] + f * cx + shift[0] * self.px_per_mm,
            self.centre[1] + f * cy + shift[1] * self.px_per_mm,
        ]
    }

    /// The skin's points (mm) seen by a row of pixels `0..columns`.
    #[must_use]
    pub fn row(&self, y: f64, columns: usize) -> Vec<[f64; 2]> {
        let mut at = self.locate([0.0, y], self.guess([0.0, y]));
        let mut step = [0.0; 2];
        (0..columns)
            .map(|c| {
                let before = at;
                at = self.locate([c as f64, y], [at[0] + step[0], at[1] + step[1]]);
                step = [at[0] - before[0], at[1] - before[1]];
                at
            })
            .collect()
    }

    /// The skin's point (mm) seen at a place in the photo (px).
    #[must_use]
    pub fn unproject(&self, px: [f64; 2]) -> [f64; 2] {
        self.locate(px, self.guess(px))
    }

    fn guess(&self, px: [f64; 2]) -> [f64; 2] {
        let shift = self.pose.shift_mm;
        let (sin, cos) = self.pose.rotation_deg.to_radians().sin_cos();
        let [x, y] = std::array::from_fn(|i| {
            ((px[i] - self.centre[i]) / self.px_per_mm - shift[i]) / self.pose.scale
        });
        [cos * x + sin * y, cos * y - sin * x]
    }

    /// Newton's method from a start near by.
    fn locate(&self, px: [f64; 2], start: [f64; 2]) -> [f64; 2] {
        /// Good enough, px.
        const ENOUGH: f64 = 1e-6;
        /// Step of the numeric derivative, mm.
        const STEP: f64 = 1e-3;
        let mut at = start;
        for _ in 0..20 {
            let p = self.project(at[0], at[1]);
            let miss = [px[0] - p[0], px[1] - p[1]];
            if miss[0].abs().max(miss[1].abs()) < ENOUGH {
                break;
            }
            let px_ = self.project(at[0] + STEP, at[1]);
            let py_ = self.project(at[0], at[1] + STEP);
            let (a, c) = ((px_[0] - p[0]) / STEP, (px_[1] - p[1]) / STEP);
            let (b, d) = ((py_[0] - p[0]) / STEP, (py_[1] - p[1]) / STEP);
            let det = a * d - b * c;
            if det.abs() < 1e-9 {
                break;
            }
            at[0] += (d * miss[0] - b * miss[1]) / det;
            at[1] += (a * miss[1] - c * miss[0]) / det;
        }
        at
    }
}

fn product(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}
