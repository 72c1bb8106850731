//! What stands out of the skin's texture and is no scar: papules, wrinkles, bulges.

use std::f64::consts::TAU;

use super::dice::Dice;
use super::grid::Grid;
use crate::raster::Field;

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
pub struct Wrinkle {
    pub x: f64,
    pub y: f64,
    pub angle: f64,
    pub half_length: f64,
    pub bend: f64,
    pub width: f64,
    pub depth: f64,
}

/// A bulge (height above 0) or a hollow between bulges (below): wider than any scar, or far longer.
#[derive(Debug, Clone, PartialEq)]
pub struct Swell {
    pub x: f64,
    pub y: f64,
    pub angle: f64,
    pub half_length: f64,
    /// Standard deviation across, mm.
    pub width: f64,
    pub height: f64,
}

/// A bulge as steep as a nose's wing or a fold of the cheek, and the crease at its foot.
pub fn fold(half: [f64; 2], dice: &mut Dice) -> (Swell, Wrinkle) {
    let width = dice.ratio(2.0, 7.0);
    let swell = Swell {
        x: dice.range(-1.1, 1.1) * half[0],
        y: dice.range(-1.1, 1.1) * half[1],
        angle: dice.range(0.0, TAU),
        half_length: width * dice.ratio(0.8, 4.0),
        width,
        height: dice.range(0.35, 1.0) * width,
    };
    // Where the bulge has all but run out.
    let foot = dice.range(1.4, 2.2) * width;
    let crease = Wrinkle {
        x: swell.x - foot * swell.angle.sin(),
        y: swell.y + foot * swell.angle.cos(),
        angle: swell.angle,
        half_length: swell.half_length + dice.range(0.5, 2.0) * width,
        bend: dice.range(-0.02, 0.02),
        width: dice.ratio(0.25, 0.9),
        depth: dice.ratio(0.08, 0.7),
    };
    (swell, crease)
}

impl Papule {
    /// Adds it to heights, mm.
    pub fn add(&self, grid: &Grid, field: &mut Field) {
        grid.stamp(field, [self.x, self.y], 3.0 * self.radius, |x, y, o| {
            let d = (f64::from(x) - self.x).hypot(f64::from(y) - self.y) / self.radius;
            *o += (self.height * (-d.powi(4).min(60.0)).exp()) as f32;
        });
    }
}

impl Swell {
    /// Adds it to heights, mm.
    pub fn add(&self, grid: &Grid, field: &mut Field) {
        let (sin, cos) = self.angle.sin_cos();
        let reach = self.half_length + 4.0 * self.width;
        grid.stamp(field, [self.x, self.y], reach, |x, y, o| {
            let (dx, dy) = (f64::from(x) - self.x, f64::from(y) - self.y);
            let (a, b) = (cos * dx + sin * dy, cos * dy - sin * dx);
            // Both ends run out as the sides do.
            let beyond = (a.abs() - self.half_length).max(0.0);
            let r = (b * b + beyond * beyond) / (self.width * self.width);
            *o += (self.height * (-0.5 * r).exp()) as f32;
        });
    }
}

impl Wrinkle {
    /// Takes it off heights, mm.
    pub fn add(&self, grid: &Grid, field: &mut Field) {
        let (sin, cos) = self.angle.sin_cos();
        grid.stamp(
            field,
            [self.x, self.y],
            self.half_length + 2.0,
            |x, y, o| {
                let (dx, dy) = (f64::from(x) - self.x, f64::from(y) - self.y);
                let (a, b) = (cos * dx + sin * dy, cos * dy - sin * dx);
                let u = a / self.half_length;
                let wave = 0.25 * (a * TAU / 9.0).sin();
                let across = (b - self.bend * a * a - wave) / self.width;
                let fade = (1.0 - u * u).max(0.0);
                *o -= (self.depth * fade * (-0.5 * across * across).exp()) as f32;
            },
        );
    }
}
