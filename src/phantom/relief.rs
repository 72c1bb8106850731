//! The skin's own relief: body curvature, furrows, pores, unevenness, wrinkles, papules.

use std::f64::consts::{PI, TAU};

use super::dice::{Dice, fraction, node, perlin, smoothstep};
use super::features::{Papule, Swell, Wrinkle, fold};
use super::grid::Grid;
use super::scars::{Kind, Scar};
use super::waves::Waves;
use crate::filter::gaussian;
use crate::raster::{Field, zip2, zip3};

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
    /// Height of the finest grain and of bumps about a millimetre wide, mm.
    grit: f64,
    peel: f64,
    /// Pores per mm²; depth, mm; how many times as wide as most people's.
    pores: f64,
    pore_depth: f64,
    pore_width: f64,
    /// Standard deviation of unevenness 2 to 6 mm wide, mm.
    uneven: f64,
    papules: Vec<Papule>,
    wrinkles: Vec<Wrinkle>,
    swells: Vec<Swell>,
    waves: Option<Waves>,
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
                radius: dice.range(0.6, 1.5),
                height: dice.range(0.06, 0.28),
                blood: dice.range(0.05, 0.5),
            })
            .collect();
        let folds = if dice.chance(0.3) {
            dice.count(1, 3)
        } else {
            0
        };
        let lie = dice.range(0.0, PI);
        // From a child's cheek to weathered skin.
        let rough = dice.ratio(0.65, 1.6);
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
            furrow: rough * dice.range(0.008, 0.021),
            mesh: dice.range(0.40, 0.65),
            stretch: dice.range(1.6, 3.0),
            grain: dice.range(0.0, PI),
            grit: rough * dice.range(0.009, 0.017),
            peel: rough * dice.range(0.008, 0.016),
            pores: dice.ratio(0.8, 2.5),
            pore_depth: rough.sqrt() * dice.range(0.05, 0.15),
            pore_width: 1.0,
            uneven: rough * dice.range(0.010, 0.022),
            papules,
            wrinkles,
            swells: Vec::new(),
            waves: None,
        }
    }

    /// No relief at all: a plane.
    #[must_use]
    pub fn flat() -> Self {
        Self {
            seed: 0,
            curvature: [0.0; 2],
            direction: 0.0,
            furrow: 0.0,
            mesh: 0.5,
            stretch: 2.0,
            grain: 0.0,
            grit: 0.0,
            peel: 0.0,
            pores: 1.0,
            pore_depth: 0.0,
            pore_width: 1.0,
            uneven: 0.0,
            papules: Vec::new(),
            wrinkles: Vec::new(),
            swells: Vec::new(),
            waves: None,
        }
    }

    /// The same person with texture of any kind: less of this renderer's, or none of it, and noise instead.
    #[must_use]
    pub fn free(mut self, dice: &mut Dice) -> Self {
        let mut fainter = |v: &mut f64| {
            let share = dice.range(-0.5, 1.1).max(0.0);
            *v *= share;
        };
        fainter(&mut self.furrow);
        fainter(&mut self.pore_depth);
        fainter(&mut self.grit);
        fainter(&mut self.peel);
        fainter(&mut self.uneven);
        self.waves = Some(Waves::draw(dice));
        self
    }

    /// The same person with coarser or finer texture, more wrinkles and more papules.
    #[must_use]
    pub fn wild(mut self, half: [f64; 2], dice: &mut Dice) -> Self {
        self.furrow *= dice.ratio(0.5, 1.8);
        self.mesh *= dice.ratio(0.7, 1.8);
        self.grit *= dice.ratio(0.5, 1.6);
        self.peel *= dice.ratio(0.5, 1.8);
        self.uneven *= dice.ratio(0.6, 2.2);
        self.pores *= dice.ratio(0.5, 1.8);
        self.pore_depth *= dice.ratio(0.6, 1.8);
        let lies = [dice.range(0.0, PI), dice.range(0.0, PI)];
        for _ in 0..dice.count(0, 14) {
            let lie = lies[usize::from(dice.chance(0.3))];
            self.wrinkles.push(Wrinkle {
                x: dice.range(-half[0], half[0]),
                y: dice.range(-half[1], half[1]),
                angle: lie + dice.range(-0.3, 0.3),
                half_length: dice.ratio(2.0, 30.0),
                bend: dice.range(-0.02, 0.02),
                width: dice.ratio(0.1, 0.7),
                depth: dice.range(0.01, 0.15),
            });
        }
        for _ in 0..dice.count(0, 8) {
            self.papules.push(Papule {
                x: dice.range(-half[0], half[0]),
                y: dice.range(-half[1], half[1]),
                radius: dice.ratio(0.3, 2.5),
                height: dice.range(0.03, 0.3),
                blood: dice.range(-0.1, 0.5),
            });
        }
        self
    }

    /// The same person with coarse skin, and with the folds and bulges of a face.
    #[must_use]
    pub fn coarse(mut self, half: [f64; 2], dice: &mut Dice) -> Self {
        let rough = dice.ratio(0.9, 2.2);
        self.furrow *= rough * dice.ratio(0.6, 1.6);
        self.grit *= rough * dice.ratio(0.6, 1.6);
        self.peel *= rough * dice.ratio(0.6, 1.6);
        self.uneven *= rough.sqrt() * dice.ratio(0.7, 1.4);
        self.pores *= dice.ratio(0.5, 1.8);
        self.pore_depth *= dice.ratio(0.8, 2.2);
        for _ in 0..dice.count(0, 8) {
            let width = dice.ratio(1.5, 6.0);
            self.swells.push(Swell {
                x: dice.range(-1.1, 1.1) * half[0],
                y: dice.range(-1.1, 1.1) * half[1],
                angle: dice.range(0.0, PI),
                half_length: width * dice.ratio(2.0, 8.0),
                width,
                // As steep as the side of a nose at most.
                height: dice.range(-0.35, 0.35) * width,
            });
        }
        self
    }

    /// The same person with the wing of a nose, or another fold, in the picture.
    #[must_use]
    pub fn face(mut self, half: [f64; 2], dice: &mut Dice) -> Self {
        for _ in 0..dice.count(0, 2) {
            let (swell, crease) = fold(half, dice);
            self.swells.push(swell);
            self.wrinkles.push(crease);
        }
        self
    }

    /// The same person, more often than not with wide pores.
    #[must_use]
    pub fn open_pored(mut self, dice: &mut Dice) -> Self {
        /// Wide pores, times most people's: up to half a millimetre, less than an ice pick.
        const WIDE: [f64; 2] = [1.1, 2.1];
        /// Depth of the deepest of them, mm.
        const DEEPEST: f64 = 0.2;
        if dice.chance(0.6) {
            self.pore_width = dice.ratio(WIDE[0], WIDE[1]);
            self.pore_depth = (self.pore_depth * dice.ratio(0.8, 1.8)).min(DEEPEST);
        }
        self
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
        let (mesh, furrow) = (self.mesh as f32, self.furrow as f32);
        let stretch = self.stretch as f32;
        let s = self.seed;
        // Two families of furrows cross each other at an angle, as on cheeks and arms.
        let family = |turn: f64| {
            let (sin, cos) = ((self.grain + turn) as f32).sin_cos();
            move |x: f32, y: f32, seed: u64| {
                let (u, v) = (cos * x + sin * y, cos * y - sin * x);
                let n = perlin(u / (mesh * stretch), v / mesh, seed);
                // A narrow valley where the noise changes sign.
                1.0 - smoothstep(0.0, 0.16, n.abs())
            }
        };
        let (one, other) = (family(-0.45), family(0.45));
        // Furrows are deeper here and missing there.
        let vigour = grid.fill_broad(|x, y| {
            (1.0 + 2.2 * perlin(x / 9.0, y / 9.0, s ^ 1) + 1.2 * perlin(x / 3.1, y / 3.1, s ^ 0xa))
                .clamp(0.1, 2.0)
        });
        let fine = grid.fill(|x, y| {
            let wx = x + 0.35 * mesh * perlin(x / 0.9, y / 0.9, s ^ 2);
            let wy = y + 0.35 * mesh * perlin(x / 0.9, y / 0.9, s ^ 3);
            -furrow * (one(wx, wy, s ^ 4) + 0.8 * other(wx, wy, s ^ 5))
        });
        let grain = self.grit as f32;
        let gritty = grid.fill(|x, y| {
            grain * (perlin(x / 0.17, y / 0.17, s ^ 6) + 1.3 * perlin(x / 0.36, y / 0.36, s ^ 7))
        });
        let uneven = 2.6 * self.uneven as f32;
        let peel = 3.0 * self.peel as f32;
        let broad = grid.fill_broad(|x, y| {
            uneven * (perlin(x / 4.6, y / 4.6, s ^ 8) + 0.5 * perlin(x / 2.3, y / 2.3, s ^ 9))
                + peel * perlin(x / 1.15, y / 1.15, s ^ 0xb)
        });
        let lined = zip2(&fine, &vigour, |f, v| f * v);
        let mut field = zip3(&lined, &gritty, &broad, |f, g, b| f + g + b);
        if let Some(waves) = &self.waves {
            field += &waves.drawn(grid, s ^ 0xf7ee);
        }
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
                let sigma = self.pore_width * (0.055 + 0.07 * f64::from(fraction(h, 2)).powi(2));
                let depth = self.pore_depth * (0.1 + 0.9 * f64::from(fraction(h, 3)).powi(2));
                // Slits more than holes, most of them along the skin's grain.
                let slim = 0.4 + 0.6 * f64::from(fraction(g, 0));
                let turn = (f64::from(fraction(g, 1)) - 0.5) * 1.6;
                let (sin, cos) = (self.grain + turn).sin_cos();
                grid.stamp(field, [x, y], 4.0 * sigma, |px, py, o| {
                    let (dx, dy) = (f64::from(px) - x, f64::from(py) - y);
                    let (a, b) = (cos * dx + sin * dy, (cos * dy - sin * dx) / slim);
                    let r = (a * a + b * b) / (sigma * sigma);
                    *o -= (depth * (-0.5 * r).exp()) as f32;
                });
            }
        }
    }

    /// Papules, wrinkles and swells, mm.
    fn features(&self, grid: &Grid, field: &mut Field) {
        self.papules.iter().for_each(|p| p.add(grid, field));
        self.swells.iter().for_each(|s| s.add(grid, field));
        self.wrinkles.iter().for_each(|w| w.add(grid, field));
    }
}

/// How far the skin's own pits and furrows reach below what is around them, mm (0 or more).
#[must_use]
pub fn pits(texture: &Field, grid: &Grid) -> Field {
    /// What counts as around, mm.
    const AROUND: f64 = 0.35;
    let mean = gaussian(texture, (AROUND * grid.per_mm) as f32);
    zip2(texture, &mean, |t, m| (m - t).max(0.0))
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
            *o = o.min((1.0 - scar.law.bald * inside) as f32);
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
