//! The skin's colour: melanin and haemoglobin over a baseline of the person's type.

use std::f64::consts::TAU;

use super::dice::{Dice, fraction, node, perlin, smoothstep};
use super::features::Papule;
use super::grid::Grid;
use super::scars::Scar;
use super::skin_type::SkinType;
use crate::raster::{Field, from_rows, row, zip2};

/// A round-ish spot of colour.
#[derive(Debug, Clone, PartialEq)]
struct Spot {
    x: f64,
    y: f64,
    radius: f64,
    slim: f64,
    angle: f64,
    /// Share of the radius over which it fades.
    soft: f64,
    /// How far the edge strays, as a share of the radius.
    ragged: f64,
    melanin: f64,
    blood: f64,
}

/// A person's colour; what a visit adds to it is a [`Tint`].
#[derive(Debug, Clone, PartialEq)]
pub struct Pigment {
    seed: u64,
    /// Diffuse reflectance of the plain skin, linear sRGB.
    pub base: [f64; 3],
    /// Absorption per unit of melanin and of haemoglobin, in the camera's red, green, blue.
    melanin_rgb: [f64; 3],
    blood_rgb: [f64; 3],
    /// Amplitude of the smooth variation of each.
    melanin_mottle: f64,
    blood_mottle: f64,
    freckled: f64,
    /// Densities of melanin and blood per mm that a pore is deep.
    plug: [f64; 2],
    spots: Vec<Spot>,
}

/// What one visit's skin has beyond the person's own colour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tint {
    /// Tan and flush over the whole patch, densities.
    pub melanin: f64,
    pub blood: f64,
    /// Share of each scar's own colour that is left.
    pub scar_colour: f64,
    spots: Vec<Spot>,
    patches: u64,
    patchiness: f64,
}

impl Tint {
    #[must_use]
    pub fn plain() -> Self {
        Self {
            scar_colour: 1.0,
            ..Self::default()
        }
    }

    /// Small differences from day to day.
    #[must_use]
    pub fn daily(dice: &mut Dice) -> Self {
        Self {
            melanin: dice.range(-0.015, 0.015),
            blood: dice.range(-0.03, 0.03),
            scar_colour: dice.range(0.7, 1.2),
            ..Self::default()
        }
    }

    /// Tan or pallor, flush, new brown marks, new red patches.
    #[must_use]
    pub fn strong(half: [f64; 2], dice: &mut Dice) -> Self {
        let marks = (0..dice.count(8, 24))
            .map(|_| Spot::mark(half, dice))
            .collect::<Vec<_>>();
        let flushes = (0..dice.count(2, 8))
            .map(|_| Spot::flush(half, dice))
            .collect::<Vec<_>>();
        Self {
            melanin: dice.range(-0.06, 0.22),
            blood: dice.range(-0.08, 0.22),
            scar_colour: dice.range(0.2, 1.8),
            spots: marks.into_iter().chain(flushes).collect(),
            patches: dice.seed(),
            patchiness: dice.range(0.02, 0.12),
        }
    }
}

impl Spot {
    fn draw(half: [f64; 2], radius: f64, dice: &mut Dice) -> Self {
        Self {
            x: dice.range(-half[0], half[0]),
            y: dice.range(-half[1], half[1]),
            radius,
            slim: dice.range(0.55, 1.0),
            angle: dice.range(0.0, TAU),
            soft: dice.range(0.4, 0.9),
            ragged: dice.range(0.5, 1.0),
            melanin: 0.0,
            blood: 0.0,
        }
    }

    /// A post-inflammatory brown mark.
    fn mark(half: [f64; 2], dice: &mut Dice) -> Self {
        let radius = dice.ratio(0.7, 3.2);
        Self {
            melanin: dice.range(0.06, 0.32),
            blood: dice.range(0.0, 0.16),
            ..Self::draw(half, radius, dice)
        }
    }

    fn flush(half: [f64; 2], dice: &mut Dice) -> Self {
        let radius = dice.ratio(1.2, 8.0);
        Self {
            blood: dice.range(0.05, 0.3),
            soft: dice.range(0.8, 1.2),
            ..Self::draw(half, radius, dice)
        }
    }

    fn mole(half: [f64; 2], dice: &mut Dice) -> Self {
        let radius = dice.ratio(0.6, 1.7);
        Self {
            melanin: dice.range(0.8, 2.0),
            slim: dice.range(0.8, 1.0),
            ragged: dice.range(0.1, 0.4),
            soft: dice.range(0.35, 0.7),
            ..Self::draw(half, radius, dice)
        }
    }
}

impl Pigment {
    #[must_use]
    pub fn draw(skin: SkinType, half: [f64; 2], dice: &mut Dice) -> Self {
        let (ita, a, b) = skin.palette();
        let b = b + dice.range(-1.2, 1.2);
        let lightness = 50.0 + b * dice.range(ita[0], ita[1]).to_radians().tan();
        let base = linear_from_lab([lightness, a + dice.range(-1.5, 1.5), b]);
        let mut near = |v: [f64; 3]| v.map(|v| v * dice.range(0.9, 1.1));
        // Between the directions of Tsumura et al. 1999 and 2003; red absorbs least of both.
        let melanin_rgb = near([0.41, 0.575, 0.71]);
        let blood_rgb = near([0.20, 0.74, 0.64]);
        let mut spots = Vec::new();
        spots.extend((0..dice.count(2, 12)).map(|_| Spot::mark(half, dice)));
        spots.extend((0..dice.count(1, 6)).map(|_| Spot::flush(half, dice)));
        spots.extend((0..dice.count(0, 2)).map(|_| Spot::mole(half, dice)));
        Self {
            seed: dice.seed(),
            base,
            melanin_rgb,
            blood_rgb,
            melanin_mottle: dice.range(0.07, 0.18),
            blood_mottle: dice.range(0.12, 0.36),
            freckled: skin.freckled() * dice.range(0.0, 1.3),
            plug: [dice.range(1.0, 5.0), dice.range(0.5, 4.0)],
            spots,
        }
    }

    /// The same person with veins that show and broader blotches.
    #[must_use]
    pub fn wild(mut self, half: [f64; 2], dice: &mut Dice) -> Self {
        self.melanin_mottle *= dice.ratio(0.5, 2.0);
        self.blood_mottle *= dice.ratio(0.5, 2.0);
        self.freckled *= dice.ratio(0.5, 2.5);
        for _ in 0..dice.count(0, 4) {
            let radius = dice.ratio(0.6, 2.2);
            let (melanin, blood) = (dice.range(0.01, 0.07), dice.range(-0.06, 0.05));
            let mut at = half.map(|h| dice.range(-h, h));
            let mut heading = dice.range(0.0, TAU);
            for _ in 0..dice.count(15, 60) {
                self.spots.push(Spot {
                    x: at[0],
                    y: at[1],
                    radius,
                    slim: 1.0,
                    angle: 0.0,
                    soft: 1.0,
                    ragged: 0.2,
                    melanin,
                    blood,
                });
                heading += dice.range(-0.25, 0.25);
                at[0] += radius * heading.cos();
                at[1] += radius * heading.sin();
            }
        }
        self
    }

    /// Densities of melanin and of haemoglobin beyond the baseline at one visit; `pits` in mm.
    fn densities(
        &self,
        tint: &Tint,
        papules: &[Papule],
        scars: &[Scar],
        pits: &Field,
        grid: &Grid,
    ) -> [Field; 2] {
        let s = self.seed ^ 0xc0;
        let (am, ab) = (self.melanin_mottle as f32, self.blood_mottle as f32);
        let (extra, patches) = (tint.patchiness as f32 * 3.0, tint.patches);
        let (tan, flush) = (tint.melanin as f32, tint.blood as f32);
        let mut melanin = grid.fill_broad(|x, y| {
            tan + am * (perlin(x / 23.0, y / 23.0, s) + 0.6 * perlin(x / 6.0, y / 6.0, s ^ 1))
                + 0.5 * am * perlin(x / 1.6, y / 1.6, s ^ 2)
                + extra * perlin(x / 14.0, y / 14.0, patches)
        });
        let mut blood = grid.fill_broad(|x, y| {
            flush
                + ab * (perlin(x / 19.0, y / 19.0, s ^ 4) + 0.6 * perlin(x / 5.0, y / 5.0, s ^ 5))
                + 0.8 * ab * perlin(x / 2.2, y / 2.2, s ^ 7)
                + 0.5 * ab * perlin(x / 1.1, y / 1.1, s ^ 6)
                + 0.8 * extra * perlin(x / 11.0, y / 11.0, patches ^ 9)
        });
        // Horn and sebum darken pores and furrows; here and there blood shows around them.
        let (plug, halo) = (self.plug[0] as f32, self.plug[1] as f32);
        melanin = zip2(&melanin, pits, |m, p| m + plug * p);
        blood = zip2(&blood, pits, |b, p| b + halo * p);
        self.freckles(grid, &mut melanin);
        for spot in self.spots.iter().chain(&tint.spots) {
            stamp(spot, s ^ 8, grid, &mut melanin, &mut blood);
        }
        for p in papules {
            grid.stamp(&mut blood, [p.x, p.y], 3.0 * p.radius, |x, y, o| {
                let d = (f64::from(x) - p.x).hypot(f64::from(y) - p.y) / p.radius;
                *o += (p.blood * (-0.5 * d * d).exp()) as f32;
            });
        }
        for scar in scars {
            let (m, b) = (
                scar.melanin * tint.scar_colour,
                scar.blood * tint.scar_colour,
            );
            if m == 0.0 && b == 0.0 {
                continue;
            }
            let at = [scar.x, scar.y];
            for (field, density) in [(&mut melanin, m), (&mut blood, b)] {
                grid.stamp(field, at, scar.reach(), |x, y, o| {
                    *o += (density * scar.inside(f64::from(x), f64::from(y))) as f32;
                });
            }
        }
        [melanin, blood]
    }

    fn freckles(&self, grid: &Grid, melanin: &mut Field) {
        /// One place for a freckle in every cell of so many mm.
        const CELL: f64 = 2.4;
        let seed = self.seed ^ 0xf4;
        let index = |v: f64| (v / CELL).floor() as i32;
        let right = grid.left + grid.columns as f64 / grid.per_mm;
        let bottom = grid.top + grid.rows as f64 / grid.per_mm;
        for iy in index(grid.top)..=index(bottom) {
            for ix in index(grid.left)..=index(right) {
                let (h, g) = (node(ix, iy, seed), node(ix, iy, seed ^ 1));
                let many = 0.5 + 2.0 * perlin(ix as f32 / 7.0, iy as f32 / 7.0, seed ^ 2);
                if f64::from(fraction(g, 0)) > self.freckled * f64::from(many.max(0.0)) {
                    continue;
                }
                let spot = Spot {
                    x: (f64::from(ix) + f64::from(fraction(h, 0))) * CELL,
                    y: (f64::from(iy) + f64::from(fraction(h, 1))) * CELL,
                    radius: 0.25 + 0.7 * f64::from(fraction(h, 2)).powi(2),
                    slim: 0.6 + 0.4 * f64::from(fraction(h, 3)),
                    angle: f64::from(fraction(g, 1)) * TAU,
                    soft: 0.7,
                    ragged: 0.8,
                    melanin: 0.06 + 0.3 * f64::from(fraction(g, 2)),
                    blood: 0.0,
                };
                stamp_one(&spot, spot.melanin, seed, grid, melanin);
            }
        }
    }

    /// Diffuse reflectance at one visit, linear red, green, blue: the baseline times
    /// exp(-melanin·M - haemoglobin·H) (Tsumura et al. 2003, eq. 1).
    #[must_use]
    pub fn albedo(
        &self,
        tint: &Tint,
        papules: &[Papule],
        scars: &[Scar],
        pits: &Field,
        grid: &Grid,
    ) -> [Field; 3] {
        let [melanin, blood] = self.densities(tint, papules, scars, pits, grid);
        std::array::from_fn(|c| {
            let (m, b) = (self.melanin_rgb[c] as f32, self.blood_rgb[c] as f32);
            let base = self.base[c] as f32;
            from_rows(grid.rows, grid.columns, |y, out| {
                for ((o, &melanin), &blood) in
                    out.iter_mut().zip(row(&melanin, y)).zip(row(&blood, y))
                {
                    *o = (base * (-m * melanin - b * blood).exp()).min(0.95);
                }
            })
        })
    }
}

fn stamp(spot: &Spot, seed: u64, grid: &Grid, melanin: &mut Field, blood: &mut Field) {
    stamp_one(spot, spot.melanin, seed, grid, melanin);
    stamp_one(spot, spot.blood, seed, grid, blood);
}

fn stamp_one(spot: &Spot, density: f64, seed: u64, grid: &Grid, field: &mut Field) {
    if density == 0.0 {
        return;
    }
    let (sin, cos) = spot.angle.sin_cos();
    let ripple = (spot.radius as f32 * 0.9).max(0.3);
    grid.stamp(field, [spot.x, spot.y], 2.4 * spot.radius, |x, y, o| {
        let (dx, dy) = (f64::from(x) - spot.x, f64::from(y) - spot.y);
        let (a, b) = (cos * dx + sin * dy, (cos * dy - sin * dx) / spot.slim);
        // A ragged edge.
        let rag = spot.ragged as f32 * perlin(x / ripple, y / ripple, seed);
        let r = (a.hypot(b) / spot.radius) as f32 + rag;
        let soft = spot.soft as f32;
        *o += density as f32 * (1.0 - smoothstep(1.0 - soft, 1.0 + soft, r));
    });
}

/// CIELAB (D65, 2°) to linear sRGB.
fn linear_from_lab([l, a, b]: [f64; 3]) -> [f64; 3] {
    /// White point D65 of IEC 61966-2-1.
    const WHITE: [f64; 3] = [0.950_456, 1.0, 1.089_058];
    let fy = (l + 16.0) / 116.0;
    let inverse = |f: f64| {
        if f > 6.0 / 29.0 {
            f.powi(3)
        } else {
            (f - 4.0 / 29.0) * 3.0 * (6.0f64 / 29.0).powi(2)
        }
    };
    let x = WHITE[0] * inverse(fy + a / 500.0);
    let y = WHITE[1] * inverse(fy);
    let z = WHITE[2] * inverse(fy - b / 200.0);
    [
        3.240_970 * x - 1.537_383 * y - 0.498_611 * z,
        -0.969_244 * x + 1.875_968 * y + 0.041_555 * z,
        0.055_630 * x - 0.203_977 * y + 1.056_972 * z,
    ]
    .map(|v| v.clamp(0.004, 0.95))
}
