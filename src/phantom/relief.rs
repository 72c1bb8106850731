//! The skin's own relief: body curvature, furrows, pores, unevenness, wrinkles, papules.

use std::f64::consts::{PI, TAU};

use super::dice::{Dice, fraction, node, perlin, smoothstep, worley};
use super::grid::Grid;
use super::scars::{Kind, Scar, joined};
use crate::raster::{Field, zip3};

/// What makes this person's relief this person's; lengths in mm.
#[derive(Debug, Clone, PartialEq)]
pub struct Relief {
    seed: u64,
    /// Principal curvatures, 1/mm, and the direction of the first.
    curvature: [f64; 2],
    direction: f64,
    /// Furrow depth, mm; mesh width, mm; stretch of the mesh and its direction.
    furrow: f64,
    mesh: f64,
    stretch: f64,
    grain: f64,
    /// Pores per mm²; depth, mm.
    pores: f64,
    pore_depth: f64,
    /// Standard deviation of unevenness 2 to 6 mm wide, mm.
    uneven: f64,
    papules: Vec<Papule>,
    wrinkles: Vec<Wrinkle>,
}

/// A raised spot.
#[derive(Debug, Clone, PartialEq)]
pub struct Papule {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    pub height: f64,
    pub blood: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Wrinkle {
    x: f64,
    y: f64,
    angle: f64,
    half_length: f64,
    bend: f64,
    width: f64,
    depth: f64,
}

impl Relief {
    /// Draws a person's relief; `half` is the patch's half size, mm, and `field` how much larger that
    /// is than a cheek's.
    #[must_use]
    pub fn draw(half: [f64; 2], field: f64, dice: &mut Dice) -> Self {
        let papules = (0..dice.count(0, 4))
            .map(|_| Papule {
                x: dice.range(-half[0], half[0]),
                y: dice.range(-half[1], half[1]),
                radius: dice.range(0.8, 2.2),
                height: dice.range(0.08, 0.35),
                blood: dice.range(0.05, 0.5),
            })
            .collect();
        let folds = if dice.chance(0.3) {
            dice.count(1, 3)
        } else {
            0
        };
        let lie = dice.range(0.0, PI);
        let wrinkles = (0..folds)
            .map(|_| Wrinkle {
                x: dice.range(-half[0], half[0]),
                y: dice.range(-half[1], half[1]),
                angle: lie + dice.range(-0.25, 0.25),
                half_length: dice.range(8.0, 22.0),
                bend: dice.range(-0.01, 0.01),
                width: dice.range(0.15, 0.35),
                depth: dice.range(0.03, 0.10),
            })
            .collect();
        Self {
            seed: dice.seed(),
            curvature: [
                1.0 / (field * dice.ratio(75.0, 250.0)),
                1.0 / (field * dice.ratio(140.0, 800.0)),
            ],
            direction: dice.range(0.0, PI),
            furrow: dice.range(0.018, 0.045),
            mesh: dice.range(0.55, 0.95),
            stretch: dice.range(1.1, 1.7),
            grain: dice.range(0.0, PI),
            pores: dice.ratio(0.35, 1.3),
            pore_depth: dice.range(0.04, 0.12),
            uneven: dice.range(0.008, 0.022),
            papules,
            wrinkles,
        }
    }

    #[must_use]
    pub fn papules(&self) -> &[Papule] {
        &self.papules
    }

    /// Height of the body under the skin, mm, at a point: a gentle paraboloid.
    #[must_use]
    pub fn body(&self, x: f64, y: f64) -> f64 {
        let (sin, cos) = self.direction.sin_cos();
        let (a, b) = (cos * x + sin * y, cos * y - sin * x);
        -0.5 * (self.curvature[0] * a * a + self.curvature[1] * b * b)
    }

    /// Furrows, pores, unevenness and fine grain, mm: what scars smooth out.
    #[must_use]
    pub fn texture(&self, grid: &Grid) -> Field {
        let (sin, cos) = (self.grain as f32).sin_cos();
        let mesh = self.mesh as f32;
        let furrow = self.furrow as f32;
        let stretch = (self.stretch as f32).sqrt();
        let s = self.seed;
        // Depth of the furrows changes over the patch: some of it is smooth.
        let vigour = grid.fill_broad(|x, y| 1.0 + 1.6 * perlin(x / 11.0, y / 11.0, s ^ 1));
        let strength = &vigour;
        let mut field = grid.fill(|x, y| {
            let wx = x + 0.9 * mesh * perlin(x / 1.7, y / 1.7, s ^ 2);
            let wy = y + 0.9 * mesh * perlin(x / 1.7, y / 1.7, s ^ 3);
            let (u, v) = (
                (cos * wx + sin * wy) / stretch,
                (cos * wy - sin * wx) * stretch,
            );
            let (first, second) = worley(u / mesh, v / mesh, s ^ 4);
            let primary = 1.0 - smoothstep(0.0, 0.38, second - first);
            let fine = perlin(x / 0.16, y / 0.16, s ^ 6) + 1.6 * perlin(x / 0.37, y / 0.37, s ^ 7);
            // Cells bulge a little between the furrows.
            -furrow * (primary + 0.5 * first) + 0.2 * furrow * fine
        });
        let amplitude = 2.6 * self.uneven as f32;
        let broad = grid.fill_broad(|x, y| {
            amplitude * (perlin(x / 4.6, y / 4.6, s ^ 8) + 0.55 * perlin(x / 1.9, y / 1.9, s ^ 9))
        });
        field = zip3(&field, strength, &broad, |f, v, b| {
            f * v.clamp(0.35, 1.7) + b
        });
        self.open_pores(grid, &mut field);
        field
    }

    fn open_pores(&self, grid: &Grid, field: &mut Field) {
        let cell = (1.0 / self.pores).sqrt();
        let seed = self.seed ^ 0x70;
        let index = |v: f64| (v / cell).floor() as i32;
        let right = grid.left + grid.columns as f64 / grid.per_mm;
        let bottom = grid.top + grid.rows as f64 / grid.per_mm;
        for iy in index(grid.top)..=index(bottom) {
            for ix in index(grid.left)..=index(right) {
                let (h, g) = (node(ix, iy, seed), node(ix, iy, seed ^ 1));
                let x = (f64::from(ix) + f64::from(fraction(h, 0))) * cell;
                let y = (f64::from(iy) + f64::from(fraction(h, 1))) * cell;
                let sigma = 0.05 + 0.06 * f64::from(fraction(h, 2)).powi(2);
                let depth = self.pore_depth * (0.2 + 0.8 * f64::from(fraction(h, 3)));
                let slim = 0.6 + 0.4 * f64::from(fraction(g, 0));
                let (sin, cos) = (f64::from(fraction(g, 1)) * PI).sin_cos();
                grid.stamp(field, [x, y], 4.0 * sigma, |px, py, o| {
                    let (dx, dy) = (f64::from(px) - x, f64::from(py) - y);
                    let (a, b) = (cos * dx + sin * dy, (cos * dy - sin * dx) / slim);
                    let r = (a * a + b * b) / (sigma * sigma);
                    *o -= (depth * (-0.5 * r).exp()) as f32;
                });
            }
        }
    }

    /// Papules and wrinkles, mm.
    fn features(&self, grid: &Grid, field: &mut Field) {
        for p in &self.papules {
            grid.stamp(field, [p.x, p.y], 3.0 * p.radius, |x, y, o| {
                let d = (f64::from(x) - p.x).hypot(f64::from(y) - p.y) / p.radius;
                *o += (p.height * (-d.powi(4).min(60.0)).exp()) as f32;
            });
        }
        for w in &self.wrinkles {
            let (sin, cos) = w.angle.sin_cos();
            grid.stamp(field, [w.x, w.y], w.half_length + 2.0, |x, y, o| {
                let (dx, dy) = (f64::from(x) - w.x, f64::from(y) - w.y);
                let (a, b) = (cos * dx + sin * dy, cos * dy - sin * dx);
                let u = a / w.half_length;
                let wave = 0.25 * (a * TAU / 9.0).sin();
                let across = (b - w.bend * a * a - wave) / w.width;
                let fade = (1.0 - u * u).max(0.0);
                *o -= (w.depth * fade * (-0.5 * across * across).exp()) as f32;
            });
        }
    }
}

/// The dents of all scars together, mm (0 or more).
#[must_use]
pub fn dents(scars: &[Scar], grid: &Grid) -> Field {
    let mut cubes = Field::zeros((grid.rows, grid.columns));
    for scar in scars.iter().filter(|s| s.depth > 0.0) {
        grid.stamp(&mut cubes, [scar.x, scar.y], scar.reach(), |x, y, o| {
            let d = scar.dent(f64::from(x), f64::from(y));
            *o += (d * d * d) as f32;
        });
    }
    cubes.mapv_into(f32::cbrt)
}

/// Height of the whole surface, mm, at one visit: body, texture, features, scars.
#[must_use]
pub fn surface(relief: &Relief, texture: &Field, scars: &[Scar], grid: &Grid) -> Field {
    let dents = dents(scars, grid);
    let mut keep = Field::ones((grid.rows, grid.columns));
    let mut extra = Field::zeros((grid.rows, grid.columns));
    for scar in scars.iter().filter(|s| s.depth > 0.0) {
        let at = [scar.x, scar.y];
        grid.stamp(&mut keep, at, scar.reach(), |x, y, o| {
            // Scar tissue has fewer furrows and pores.
            let inside = scar.inside(f64::from(x), f64::from(y));
            *o = o.min((1.0 - 0.5 * inside) as f32);
        });
        grid.stamp(&mut extra, at, scar.reach(), |x, y, o| {
            let (x, y) = (f64::from(x), f64::from(y));
            *o += scar.ridge(x, y) as f32;
            if scar.kind == Kind::Stria {
                let across = -x * scar.angle.sin() + y * scar.angle.cos();
                let along = x * scar.angle.cos() + y * scar.angle.sin();
                let crinkle = (along * TAU / 1.1 + 0.8 * (across * 2.0).sin()).sin();
                *o += (0.012 * crinkle * scar.inside(x, y)) as f32;
            }
        });
    }
    relief.features(grid, &mut extra);
    let shaped = zip3(texture, &keep, &extra, |t, k, e| t * k + e);
    let body = grid.fill_broad(|x, y| relief.body(f64::from(x), f64::from(y)) as f32);
    zip3(&shaped, &dents, &body, |s, d, b| s - d + b)
}

/// The joined dent at one point, mm.
#[must_use]
pub fn dent_at(scars: &[Scar], x: f64, y: f64) -> f64 {
    joined(scars.iter().map(|s| s.dent(x, y)))
}
