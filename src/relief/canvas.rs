//! What the network is shown: the skin turned so that light comes from the right, at one scale.
//!
//! A dent is dark toward the light and bright away from it, so a network that always sees the light
//! from one side need not learn every other. Both visits are shown at once, since both show the same
//! skin: what is there in both can be told from what one photo makes of it.

mod look;

pub use look::{CHROMA_UNIT, Look, agreed, drawn_in, drawn_out};

use crate::filter::Between;
use crate::raster::{Field, map, planes_from_rows};
use crate::units::PixelsPerMm;

/// Scale, px/mm, of the canvas: an ice pick of 0.8 mm is 5 px wide.
pub const SCALE: f64 = 6.0;

/// Feature px per canvas px, at least: what a photo does not show, no enlargement brings out.
const LEAST_STEP: f64 = 0.5;

/// Feature px per canvas px for a photo at feature scale.
#[must_use]
pub fn step(scale: PixelsPerMm) -> f64 {
    (scale.get() / SCALE).max(LEAST_STEP)
}

/// Planes that the network is shown.
pub const INPUTS: usize = 13;

/// The one of them that shows what is skin.
pub const OPEN: usize = 6;

/// Skin's surroundings that the network sees as well, canvas px.
pub const MARGIN: usize = 12;

/// Where the canvas lies on the photo at feature scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Canvas {
    /// Feature px at the middle of the canvas.
    pub middle: [f64; 2],
    /// Direction of the canvas' columns on the photo: toward the light, radians.
    pub azimuth: f64,
    /// Feature px per canvas px.
    pub step: f64,
    /// Whether rows run the other way round: for learning, both are alike.
    pub mirrored: bool,
    pub rows: usize,
    pub columns: usize,
}

impl Canvas {
    /// The canvas that shows all of `skin` in light from `azimuth`; its sides are multiples of `multiple`.
    #[must_use]
    pub fn over(skin: &Field, azimuth: f64, scale: PixelsPerMm, multiple: usize) -> Self {
        let step = step(scale);
        let (sin, cos) = azimuth.sin_cos();
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for ((y, x), &open) in skin.indexed_iter() {
            if open > 0.0 {
                let (x, y) = (x as f64, y as f64);
                for (k, v) in [x * cos + y * sin, y * cos - x * sin]
                    .into_iter()
                    .enumerate()
                {
                    low[k] = low[k].min(v);
                    high[k] = high[k].max(v);
                }
            }
        }
        if low[0] > high[0] {
            (low, high) = ([0.0; 2], [0.0; 2]);
        }
        let middle = [
            f64::midpoint(low[0], high[0]),
            f64::midpoint(low[1], high[1]),
        ];
        let size = [0, 1].map(|k| {
            let px = ((high[k] - low[k]) / step + 2.0 * MARGIN as f64).ceil() as usize;
            px.next_multiple_of(multiple)
        });
        Self {
            middle: [
                middle[0] * cos - middle[1] * sin,
                middle[0] * sin + middle[1] * cos,
            ],
            azimuth,
            step,
            mirrored: false,
            rows: size[1],
            columns: size[0],
        }
    }

    /// A square canvas around a point (feature px) of the photo.
    #[must_use]
    pub fn around(middle: [f64; 2], azimuth: f64, scale: PixelsPerMm, side: usize) -> Self {
        Self {
            middle,
            azimuth,
            step: step(scale),
            mirrored: false,
            rows: side,
            columns: side,
        }
    }

    /// Feature px per canvas column and per canvas row.
    fn axes(&self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.azimuth.sin_cos();
        let turn = if self.mirrored { -1.0 } else { 1.0 };
        [
            [cos * self.step, sin * self.step],
            [-sin * self.step * turn, cos * self.step * turn],
        ]
    }

    fn centre(&self) -> [f64; 2] {
        [self.columns, self.rows].map(|n| (n as f64 - 1.0) / 2.0)
    }

    /// The photo's `fields` of one size on the canvas, 0 beyond the photo.
    ///
    /// # Panics
    /// If their sizes differ.
    #[must_use]
    pub fn show<const N: usize>(&self, fields: [&Field; N]) -> [Field; N] {
        let [u, v] = self.axes();
        let [cx, cy] = self.centre();
        let (rows, columns) = fields[0].dim();
        let from = [0, 1].map(|k| self.middle[k] - cx * u[k] - cy * v[k]);
        let map = Turn { from, u, v };
        let inside = |[x, y]: [f64; 2]| {
            x >= -0.5 && y >= -0.5 && x <= columns as f64 - 0.5 && y <= rows as f64 - 0.5
        };
        map.seen((self.rows, self.columns), fields, inside)
    }

    /// Planes of the canvas back on the photo's `size` (rows, columns).
    ///
    /// # Panics
    /// If the planes' sizes differ.
    #[must_use]
    pub fn back<const N: usize>(&self, planes: [&Field; N], size: (usize, usize)) -> [Field; N] {
        let [u, v] = self.axes();
        let centre = self.centre();
        let square = self.step * self.step;
        let map = Turn {
            from: [0, 1].map(|k| {
                let axis = [u, v][k];
                centre[k] - (self.middle[0] * axis[0] + self.middle[1] * axis[1]) / square
            }),
            u: [u[0] / square, v[0] / square],
            v: [u[1] / square, v[1] / square],
        };
        map.seen(size, planes, |_| true)
    }

    /// The planes that the network is shown to find `own`'s dents, `other` at its side; `skin` is the
    /// share of each feature px that is measured skin.
    #[must_use]
    pub fn inputs(&self, own: &Look, other: &Look, skin: &Field) -> Vec<Field> {
        let even = |v: f32| Field::from_elem((self.rows, self.columns), v);
        let turn = if self.mirrored { -1.0 } else { 1.0 };
        let (sin, cos) = (other.azimuth - self.azimuth).sin_cos();
        let [l, r, b] = own.planes();
        // The skin's places are found once for all planes, and a photo beside itself is shown once.
        let ([first, second], skin) = if std::ptr::eq(own, other) {
            let [l, r, b, skin] = self.show([l, r, b, skin]);
            ([[l.clone(), r.clone(), b.clone()], [l, r, b]], skin)
        } else {
            let [m, s, c] = other.planes();
            let [l, r, b, m, s, c, skin] = self.show([l, r, b, m, s, c, skin]);
            ([[l, r, b], [m, s, c]], skin)
        };
        let mut planes = Vec::with_capacity(INPUTS);
        for [luminance, red, blue] in [first, second] {
            planes.extend([map(&luminance, |v| 0.5 * v), red, blue]);
        }
        planes.push(skin);
        planes.push(even(2.0 * own.directionality));
        planes.push(even(2.0 * other.directionality));
        planes.push(even(cos as f32));
        planes.push(even(turn * sin as f32));
        planes.push(even(own.log_unit));
        planes.push(even(other.log_unit));
        planes
    }
}

/// A plane turned and scaled onto another grid: place (x, y) of it is at `from` + x `u` + y `v`.
struct Turn {
    from: [f64; 2],
    u: [f64; 2],
    v: [f64; 2],
}

impl Turn {
    /// `fields` on a grid of `size` (rows, columns), linear between pixels; 0 at places that are not
    /// `inside`, and places outside of the fields are moved to the edge.
    fn seen<const N: usize>(
        &self,
        size: (usize, usize),
        fields: [&Field; N],
        inside: impl Fn([f64; 2]) -> bool + Sync,
    ) -> [Field; N] {
        let (rows, columns) = fields[0].dim();
        assert!(fields.iter().all(|f| f.dim() == (rows, columns)));
        let sources = fields.map(|f| f.as_slice().expect("planes are row-major"));
        planes_from_rows(size.0, size.1, |y, mut outs| {
            let [left, top] = [0, 1].map(|k| self.from[k] + y as f64 * self.v[k]);
            for x in 0..size.1 {
                let at = [left + x as f64 * self.u[0], top + x as f64 * self.u[1]];
                if !inside(at) {
                    continue;
                }
                let across = Between::new(at[0] as f32, columns);
                let down = Between::new(at[1] as f32, rows);
                for (out, source) in outs.iter_mut().zip(sources) {
                    let line = |row: usize| across.of(&source[row * columns..][..columns]);
                    out[x] = down.between(line);
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth field that no turn leaves as it is.
    fn hills() -> Field {
        Field::from_shape_fn((90, 120), |(y, x)| {
            (x as f32 * 0.11).sin() + 0.5 * (y as f32 * 0.07 + x as f32 * 0.03).cos()
        })
    }

    #[test]
    fn what_is_shown_comes_back() {
        let field = hills();
        let scale = PixelsPerMm::new(8.0).unwrap();
        let skin = Field::ones(field.dim());
        for azimuth in [0.0f64, 1.1, -2.5] {
            let canvas = Canvas::over(&skin, azimuth, scale, 8);
            assert_eq!((canvas.rows % 8, canvas.columns % 8), (0, 0));
            let [shown] = canvas.show([&field]);
            let [back] = canvas.back([&shown], field.dim());
            for y in 4..86 {
                for x in 4..116 {
                    // Two linear interpolations of waves 57 px long, 1.33 px apart: (2π·1.33/57)²/8,
                    // twice, and as much again across.
                    let miss = (back[[y, x]] - field[[y, x]]).abs();
                    assert!(
                        miss < 0.02,
                        "off by {miss} at ({x}, {y}), light from {azimuth}"
                    );
                }
            }
        }
    }

    #[test]
    fn light_comes_from_the_right() {
        // Brighter toward the lower left, where the light is said to be.
        let field = Field::from_shape_fn((80, 80), |(y, x)| y as f32 - x as f32);
        let scale = PixelsPerMm::new(6.0).unwrap();
        for mirrored in [false, true] {
            let canvas = Canvas {
                mirrored,
                ..Canvas::around([40.0, 40.0], 135f64.to_radians(), scale, 16)
            };
            let [seen] = canvas.show([&field]);
            for row in 0..16 {
                assert!(seen[[row, 15]] > seen[[row, 0]] + 20.0);
            }
        }
    }
}
