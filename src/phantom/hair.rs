//! Hairs: thin dark curved strands over the skin, and stubble.

use std::f64::consts::TAU;

use serde::Serialize;

use super::dice::Dice;
use super::grid::Grid;
use crate::raster::Field;

/// How much hair a visit shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Growth {
    /// Hairs per mm².
    pub density: f64,
    /// Mean length, mm.
    pub length: f64,
}

impl Growth {
    /// More often hairy: from down and forearms to stubble and beard shadow.
    #[must_use]
    pub fn wild(self, dice: &mut Dice) -> Self {
        match dice.unit() {
            p if p < 0.35 => Self {
                density: dice.ratio(0.005, 0.10),
                length: dice.range(2.0, 14.0),
            },
            p if p < 0.60 => Self {
                density: dice.ratio(0.05, 0.5),
                length: dice.range(0.2, 1.2),
            },
            _ => self,
        }
    }
}

/// Share of each point hidden by hair, and share of the light that hair keeps from it.
#[derive(Debug, Clone)]
pub struct Hair {
    pub cover: Field,
    pub shadow: Field,
    /// Reflectance of hair, linear.
    pub colour: [f32; 3],
}

/// Hairs of one person; the same roots at every visit, so that growth adds to what was there.
#[must_use]
pub fn grow(
    growth: &Growth,
    half: [f64; 2],
    toward_light: [f64; 2],
    grid: &Grid,
    dice: &mut Dice,
) -> Option<Hair> {
    let wanted = (growth.density * 4.0 * half[0] * half[1]).round() as usize;
    let grain = dice.range(0.0, TAU);
    let brown = dice.range(0.0, 1.0) as f32;
    if wanted == 0 {
        return None;
    }
    let mut cover = Field::zeros((grid.rows, grid.columns));
    let mut shadow = cover.clone();
    for _ in 0..wanted {
        let mut at = [dice.range(-half[0], half[0]), dice.range(-half[1], half[1])];
        let mut heading = grain + dice.range(-0.5, 0.5);
        let turn = dice.range(-0.08, 0.08);
        let length = growth.length * dice.range(0.4, 1.6);
        let radius = dice.range(0.022, 0.045);
        let opacity = dice.range(0.5, 0.95) as f32;
        /// Length of a straight piece, mm.
        const PIECE: f64 = 0.25;
        let pieces = (length / PIECE).ceil().max(1.0) as usize;
        for piece in 0..pieces {
            // Hairs rise from the root and thin out to the tip.
            let share = piece as f64 / pieces as f64;
            let lift = 0.12 + 0.5 * length.min(3.0) * share * 0.4;
            let to = [at[0] + PIECE * heading.cos(), at[1] + PIECE * heading.sin()];
            let thin = radius * (1.0 - 0.5 * share);
            strand(&mut cover, grid, at, to, thin, opacity);
            let cast = |p: [f64; 2]| [p[0] - toward_light[0] * lift, p[1] - toward_light[1] * lift];
            strand(
                &mut shadow,
                grid,
                cast(at),
                cast(to),
                thin + 0.3 * lift,
                0.35 * opacity,
            );
            at = to;
            heading += turn;
        }
    }
    let colour = [
        0.030 + 0.05 * brown,
        0.022 + 0.03 * brown,
        0.018 + 0.015 * brown,
    ];
    Some(Hair {
        cover,
        shadow,
        colour,
    })
}

/// Draws a piece of a strand `radius` mm thick; what is thinner than a point covers part of it.
fn strand(field: &mut Field, grid: &Grid, a: [f64; 2], b: [f64; 2], radius: f64, opacity: f32) {
    let spacing = 0.5 / grid.per_mm;
    let reach = radius + 2.0 * spacing;
    let middle = [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])];
    let (ex, ey) = (b[0] - a[0], b[1] - a[1]);
    let square = (ex * ex + ey * ey).max(1e-12);
    let share = (radius / spacing).min(1.0) as f32 * opacity;
    grid.stamp(field, middle, square.sqrt() / 2.0 + reach, |x, y, o| {
        let (dx, dy) = (f64::from(x) - a[0], f64::from(y) - a[1]);
        let t = ((dx * ex + dy * ey) / square).clamp(0.0, 1.0);
        let d = (dx - t * ex).hypot(dy - t * ey);
        let edge = ((radius.max(spacing) + spacing - d) / (2.0 * spacing)).clamp(0.0, 1.0);
        *o = o.max(edge as f32 * share);
    });
}
