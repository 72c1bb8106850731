//! The skin as a plane of points: where each of them lies, in millimetres.

use crate::filter::enlarge;
use crate::raster::{Field, from_rows};

/// Spacing, in points, at which broad things are drawn; at 16 per mm a quarter of a millimetre.
const STEP: usize = 4;

/// A raster on the skin: x to the right, y down, in mm from the middle of the patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Position of the centre of column 0, row 0, mm.
    pub left: f64,
    pub top: f64,
    /// Points per mm.
    pub per_mm: f64,
    pub rows: usize,
    pub columns: usize,
}

impl Grid {
    /// The grid that covers `low` to `high` (mm). Its first point is a multiple of four points from the
    /// middle, so that two grids of one scale agree where they overlap.
    #[must_use]
    pub fn covering(low: [f64; 2], high: [f64; 2], per_mm: f64) -> Self {
        let first = low.map(|v| (v * per_mm / STEP as f64).floor() * STEP as f64 / per_mm);
        let size = |i: usize| ((high[i] - first[i]) * per_mm).ceil() as usize + 1;
        Self {
            left: first[0],
            top: first[1],
            per_mm,
            rows: size(1),
            columns: size(0),
        }
    }

    #[must_use]
    pub fn x(&self, column: usize) -> f32 {
        (self.left + column as f64 / self.per_mm) as f32
    }

    #[must_use]
    pub fn y(&self, row: usize) -> f32 {
        (self.top + row as f64 / self.per_mm) as f32
    }

    /// A field of `f(x, y)`, x and y in mm.
    #[must_use]
    pub fn fill(&self, f: impl Fn(f32, f32) -> f32 + Sync) -> Field {
        from_rows(self.rows, self.columns, |row, out| {
            let y = self.y(row);
            for (column, o) in out.iter_mut().enumerate() {
                *o = f(self.x(column), y);
            }
        })
    }

    /// As [`Self::fill`] for what varies over several mm: every fourth point, linear between.
    #[must_use]
    pub fn fill_broad(&self, f: impl Fn(f32, f32) -> f32 + Sync) -> Field {
        let middle = (STEP as f64 - 1.0) / 2.0 / self.per_mm;
        let coarse = Self {
            left: self.left + middle,
            top: self.top + middle,
            per_mm: self.per_mm / STEP as f64,
            rows: self.rows.div_ceil(STEP),
            columns: self.columns.div_ceil(STEP),
        };
        enlarge(&coarse.fill(f), (self.rows, self.columns), STEP as f64)
    }

    /// Adds `f(x, y)` at the points within `reach` mm of (x, y).
    pub fn stamp(
        &self,
        field: &mut Field,
        at: [f64; 2],
        reach: f64,
        f: impl Fn(f32, f32, &mut f32),
    ) {
        let span = |centre: f64, origin: f64, n: usize| {
            let low = ((centre - reach - origin) * self.per_mm).floor().max(0.0) as usize;
            let high = ((centre + reach - origin) * self.per_mm).ceil();
            low..if high < 0.0 {
                0
            } else {
                (high as usize + 1).min(n)
            }
        };
        for row in span(at[1], self.top, self.rows) {
            let y = self.y(row);
            for column in span(at[0], self.left, self.columns) {
                f(self.x(column), y, &mut field[[row, column]]);
            }
        }
    }
}
