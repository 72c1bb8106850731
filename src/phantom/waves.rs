//! Texture of no skin in particular: noise of all widths.

use std::f64::consts::TAU;

use super::dice::{Dice, perlin};
use super::grid::Grid;
use crate::raster::Field;

/// Widths of the noise, mm.
const WIDTHS_MM: [f32; 6] = [0.16, 0.32, 0.65, 1.3, 2.6, 5.2];

/// How high the noise of each width is, and of what kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Waves {
    /// Height, mm, of noise of each of [`WIDTHS_MM`].
    heights: [f64; WIDTHS_MM.len()],
    /// 0: as much up as down; 1: creases where the noise changes sign; -1: ridges.
    creased: f64,
}

impl Waves {
    #[must_use]
    pub fn draw(dice: &mut Dice) -> Self {
        /// Standard deviation of the lattice noise of height 1.
        const SCATTER: f64 = 0.27;
        let rough = dice.ratio(0.4, 1.4);
        let lean = dice.range(-0.6, 0.3);
        let heights = WIDTHS_MM.map(|mm| {
            let mm = f64::from(mm);
            let slope = rough * dice.ratio(0.012, 0.05) * mm.powf(lean);
            slope * mm / TAU / SCATTER
        });
        let creased = dice.range(-2.0, 2.0).clamp(-1.0, 1.0);
        Self {
            heights,
            creased: if dice.chance(0.5) { creased } else { 0.0 },
        }
    }

    /// The noise, mm.
    #[must_use]
    pub fn drawn(&self, grid: &Grid, seed: u64) -> Field {
        /// Mean of the lattice noise's size, and what makes that scatter as the noise itself does.
        const SIZE: [f32; 2] = [0.21, 1.6];
        let mut field = Field::zeros((grid.rows, grid.columns));
        let creased = self.creased as f32;
        for (i, (mm, height)) in WIDTHS_MM.into_iter().zip(self.heights).enumerate() {
            let seed = seed ^ (i as u64 + 1);
            let wave = |x: f32, y: f32| {
                let n = perlin(x / mm, y / mm, seed);
                let crease = SIZE[1] * (n.abs() - SIZE[0]);
                height as f32 * ((1.0 - creased.abs()) * n + creased * crease)
            };
            field += &if mm < 1.0 {
                grid.fill(wave)
            } else {
                grid.fill_broad(wave)
            };
        }
        field
    }
}
