//! What the network is shown: the skin turned so that light comes from the right, at one scale.
//!
//! A dent is dark toward the light and bright away from it, so a network that always sees the light
//! from one side need not learn every other. Both visits are shown at once, since both show the same
//! skin: what is there in both can be told from what one photo makes of it.

use crate::filter::{Between, gaussian};
use crate::raster::{Field, map, masked, planes_from_rows, zip2};
use crate::stats::median_and_sigma;
use crate::units::PixelsPerMm;

use super::Small;

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

/// One visit's skin, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Log luminance in units of healthy fine texture, drawn in beyond [`KNEE`].
    pub luminance: Field,
    /// log(R/G) and log(B/G), in [`CHROMA_UNIT`].
    pub chroma: [Field; 2],
    /// Natural logarithm of the unit of luminance over [`USUAL_UNIT`].
    pub log_unit: f32,
    /// Where the light comes from, radians from +x toward +y.
    pub azimuth: f64,
    /// 0 (no side) to 0.5.
    pub directionality: f32,
}

/// Values of luminance beyond about this many units grow as their logarithm: dents reach dozens of
/// units, edges hundreds.
const KNEE: f32 = 12.0;

/// Natural-log units of chroma shown as 1: a strong freckle.
pub const CHROMA_UNIT: f32 = 0.05;

/// Scatter of log luminance of fine texture under a usual light.
const USUAL_UNIT: f32 = 0.012;

/// Luminance of so many units, drawn in beyond [`KNEE`]; and back.
#[must_use]
pub fn drawn_in(units: f32) -> f32 {
    KNEE * (units / KNEE).asinh()
}

/// See [`drawn_in`].
#[must_use]
pub fn drawn_out(shown: f32) -> f32 {
    KNEE * (shown / KNEE).sinh()
}

/// Standard deviations, mm, of the blurs between which texture is fine: over grain, under scars.
const FINE_MM: [f64; 2] = [0.12, 1.0];

/// What of `luminance` is finer than scars and coarser than grain.
fn fine_texture(luminance: &Field, scale: PixelsPerMm) -> Field {
    let [fine, coarse] = FINE_MM.map(|mm| gaussian(luminance, scale.px(mm).max(0.3) as f32));
    zip2(&fine, &coarse, |f, c| f - c)
}

impl Look {
    /// The same in another unit of luminance.
    fn in_unit(self, log_unit: f32) -> Self {
        let factor = (self.log_unit - log_unit).exp();
        let luminance = map(&self.luminance, |v| drawn_in(factor * drawn_out(v)));
        Self {
            luminance,
            log_unit,
            ..self
        }
    }

    fn planes(&self) -> [&Field; 3] {
        let [red, blue] = &self.chroma;
        [&self.luminance, red, blue]
    }

    /// The same in light from `azimuth`, radians.
    #[must_use]
    pub fn lit_from(mut self, azimuth: f64) -> Self {
        self.azimuth = azimuth;
        self
    }

    /// One unit of its luminance, natural-log units.
    #[must_use]
    pub fn unit(&self) -> f32 {
        USUAL_UNIT * self.log_unit.exp()
    }

    /// `small` as seen in light from `azimuth` (radians).
    #[must_use]
    pub fn of(small: &Small, azimuth: f64, directionality: f64) -> Self {
        let luminance = &small.shading.luminance;
        let texture = fine_texture(luminance, small.scale);
        let unit = median_and_sigma(&mut masked(&texture, &small.skin)).map_or(USUAL_UNIT, |m| m.1);
        let unit = unit.max(0.05 * USUAL_UNIT);
        Self {
            luminance: map(luminance, |v| drawn_in(v / unit)),
            chroma: (small.shading.chroma.each_ref()).map(|c| map(c, |v| v / CHROMA_UNIT)),
            log_unit: (unit / USUAL_UNIT).ln(),
            azimuth,
            directionality: directionality.min(0.5) as f32,
        }
    }
}

/// Both looks in units whose ratio both photos' common texture bears out, and by how much, in natural
/// logarithms, the after photo's unit was the larger at first.
///
/// Hair that grew and noise add to one photo's scatter; a lamp that moved scales what both show. With
/// correlation ρ of both textures and their scatters' ratio r, the true ratio of gains lies between
/// r·ρ and r/ρ (Frisch's bounds for errors in both variables, 1934). Of these the one nearest to 1 is
/// taken: the same person, the same camera, until the photos say otherwise.
#[must_use]
pub fn agreed(before: Look, after: Look, skin: &Field, scale: PixelsPerMm) -> ([Look; 2], f64) {
    /// Texture beyond this many units is hair, an edge or a dent.
    const CLEAR: f32 = 2.5;
    /// Correlation below which nothing common is seen, and any ratio may be true.
    const LEAST: f64 = 0.3;
    let texture = |look: &Look| {
        map(&fine_texture(&look.luminance, scale), |t| {
            t.clamp(-CLEAR, CLEAR)
        })
    };
    let mask = skin.mapv(|s| s > 0.5);
    let correlation = super::correlation(&texture(&before), &texture(&after), &mask);
    let slack = -(correlation.unwrap_or(0.0).clamp(LEAST, 1.0).ln() as f32);
    let gap = after.log_unit - before.log_unit;
    let less = gap.abs().min(slack);
    let looks = if gap == 0.0 {
        // Not a bit may change: the same photo twice has changed by exactly nothing.
        [before, after]
    } else if gap > 0.0 {
        let unit = after.log_unit - less;
        [before, after.in_unit(unit)]
    } else {
        let unit = before.log_unit - less;
        [before.in_unit(unit), after]
    };
    (looks, f64::from(gap))
}

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
