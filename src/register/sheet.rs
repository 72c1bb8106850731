//! A smooth map from the before picture to the after picture: a sheet of cubic B-splines that
//! resists bending.
//!
//! Free-form deformation by uniform cubic B-splines: Rueckert et al. 1999,
//! doi:10.1109/42.796284, equations 1 to 4; their bending energy (equation 5) by differences of
//! the coefficients, with a stronger term in the third derivative, whose cut is sharper. Shift,
//! rotation, scale and shear bend nothing, so they are free.

use rayon::prelude::*;

use super::affine::Affine;
use super::band::{Banded, Part};
use super::seats::Seats;
use crate::raster::{Field, planes_from_rows};

/// Pulls a node that no measurement reaches to where the sheet was before; small beside one
/// measurement (weight up to 1).
const MEMORY: f64 = 1e-4;

/// Where one place of the before picture was found in the after picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Place in the before picture, px.
    pub from: (f64, f64),
    /// Place in the after picture, px.
    pub to: (f64, f64),
    /// Weight of the place across (xx), mixed (xy) and down (yy), eigenvalues 0 to 1.
    pub weight: [f64; 3],
}

impl Measure {
    /// The same with before x and y exchanged.
    fn turned(&self) -> Self {
        let from = (self.from.1, self.from.0);
        Self { from, ..*self }
    }
}

/// How stiff a fit is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stiffness {
    /// Wavelength, before px, at which the sheet follows half of what good measurements ask for.
    pub wavelength: f64,
    /// Before px between measurements.
    pub spacing: f64,
    /// Disagreement, after px, at which a measurement has lost three quarters of its weight.
    pub outlier: f64,
    /// Rounds of reweighting, 1 or more; the weights hardly move after the third.
    pub rounds: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// Before px between nodes.
    spacing: f64,
    pub columns: usize,
    pub rows: usize,
    /// After px, row by row; node (i, j) stands at before ((i - 1), (j - 1)) times the spacing.
    pub nodes: Vec<[f64; 2]>,
}

impl Sheet {
    /// The plane map as a sheet over a picture of `size` (rows, columns), nodes `spacing` px apart.
    pub fn new(size: (usize, usize), spacing: f64, start: &Affine) -> Self {
        let (rows, columns) = node_counts(size, spacing);
        let at = |k: usize| (k as f64 - 1.0) * spacing;
        let nodes = (0..rows * columns)
            .map(|n| start.at(at(n % columns), at(n / columns)).into())
            .collect();
        Self {
            spacing,
            columns,
            rows,
            nodes,
        }
    }

    /// The same map on nodes `spacing` px apart (but for what the finer of the two can't show).
    pub fn respaced(&self, size: (usize, usize), spacing: f64) -> Self {
        let (rows, columns) = node_counts(size, spacing);
        let at = |k: usize| (k as f64 - 1.0) * spacing;
        let nodes = (0..rows * columns)
            .map(|n| self.at(at(n % columns), at(n / columns)).into())
            .collect();
        Self {
            spacing,
            columns,
            rows,
            nodes,
        }
    }

    /// The sheet that takes before (x, y) where this one takes (x, y) plus `shift` of it, before px; the
    /// shift is small and varies more slowly than the sheet may.
    pub fn moved(&self, shift: impl Fn(f64, f64) -> (f64, f64)) -> Self {
        let at = |k: usize| (k as f64 - 1.0) * self.spacing;
        let moved = |(n, node): (usize, &[f64; 2])| {
            let (x, y) = (at(n % self.columns), at(n / self.columns));
            let (dx, dy) = shift(x, y);
            let (from, to) = (self.at(x, y), self.at(x + dx, y + dy));
            [node[0] + to.0 - from.0, node[1] + to.1 - from.1]
        };
        Self {
            nodes: self.nodes.iter().enumerate().map(moved).collect(),
            ..*self
        }
    }

    /// The first of the four nodes that rule position `p`, and their weights.
    pub fn basis(&self, p: f64, nodes: usize) -> (usize, [f64; 4]) {
        let t = p / self.spacing;
        let first = t.floor().clamp(0.0, (nodes - 4) as f64);
        let u = (t - first).clamp(-1.0, 2.0);
        let v = 1.0 - u;
        let weights = [
            v * v * v / 6.0,
            (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
            (3.0 * v * v * v - 6.0 * v * v + 4.0) / 6.0,
            u * u * u / 6.0,
        ];
        (first as usize, weights)
    }

    /// Where before (x, y) lies in the after picture.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (i, across) = self.basis(x, self.columns);
        let (j, down) = self.basis(y, self.rows);
        let mut sum = (0.0, 0.0);
        for (b, wy) in down.iter().enumerate() {
            let line = &self.nodes[(j + b) * self.columns + i..][..4];
            for (node, wx) in line.iter().zip(&across) {
                sum.0 += wx * wy * node[0];
                sum.1 += wx * wy * node[1];
            }
        }
        sum
    }

    /// The map at every pixel of a picture of `size` whose pixel i has its centre at before
    /// `factor * i + (factor - 1) / 2`.
    pub fn fields(&self, size: (usize, usize), factor: f64) -> (Field, Field) {
        let lines = self.lines(size.1, factor);
        let [x, y] = planes_from_rows(size.0, size.1, |r, [x, y]| lines.fill(r, x, y));
        (x, y)
    }

    /// As [`Self::fields`], line by line, for a picture of so many `columns`.
    pub fn lines(&self, columns: usize, factor: f64) -> Lines<'_> {
        let mut lines = Lines {
            sheet: self,
            factor,
            across: Vec::new(),
        };
        lines.across = (0..columns)
            .map(|x| self.basis(lines.centre(x), self.columns))
            .collect();
        lines
    }

    /// After px per before px, in the middle of a picture of `size`: the root of the area ratio.
    pub fn scale(&self, size: (usize, usize)) -> f64 {
        let (w, h) = (size.1 as f64, size.0 as f64);
        let (l, r) = (self.at(0.25 * w, 0.5 * h), self.at(0.75 * w, 0.5 * h));
        let (t, b) = (self.at(0.5 * w, 0.25 * h), self.at(0.5 * w, 0.75 * h));
        let across = ((r.0 - l.0) * 2.0 / w, (r.1 - l.1) * 2.0 / w);
        let down = ((b.0 - t.0) * 2.0 / h, (b.1 - t.1) * 2.0 / h);
        (across.0 * down.1 - across.1 * down.0).abs().sqrt()
    }

    /// The same with before x and y exchanged.
    fn turned(&self) -> Self {
        let node = |n: usize| self.nodes[n % self.rows * self.columns + n / self.rows];
        Self {
            spacing: self.spacing,
            columns: self.rows,
            rows: self.columns,
            nodes: (0..self.nodes.len()).map(node).collect(),
        }
    }

    /// The sheet that agrees best with the measurements for its stiffness: iteratively reweighted
    /// least squares with the weights of Geman and `McClure`.
    pub fn fitted(&self, measures: &[Measure], stiffness: &Stiffness) -> Self {
        if self.columns > self.rows {
            // The equations' band is as wide as three lines of nodes, their cost as its square.
            let measures: Vec<Measure> = measures.iter().map(Measure::turned).collect();
            return self.turned().fitted(&measures, stiffness).turned();
        }
        let seats = Seats::of(self, measures);
        let mut sheet = self.clone();
        for round in (0..stiffness.rounds).rev() {
            // From lenient to strict, so that the first, still wrong sheet does not choose.
            let outlier = stiffness.outlier * f64::from(1u32 << round);
            let trusts = seats.trusts(&sheet, measures, outlier);
            sheet = self.solved(measures, &seats, stiffness, &trusts);
        }
        // Once more with what is left over (twicing, Tukey 1977): halves of a bend that stiffness
        // cut off come back, above all along the edge, where the sheet is held on one side only.
        let again: Vec<Measure> = measures
            .iter()
            .zip(&seats.all)
            .map(|(m, seat)| {
                let at = seat.at(&sheet);
                let to = (2.0 * m.to.0 - at.0, 2.0 * m.to.1 - at.1);
                Measure { to, ..*m }
            })
            .collect();
        let trusts = seats.trusts(&sheet, measures, stiffness.outlier);
        self.solved(&again, &seats, stiffness, &trusts)
    }

    fn solved(
        &self,
        measures: &[Measure],
        seats: &Seats,
        stiffness: &Stiffness,
        trust: &[f64],
    ) -> Self {
        let cells = seats.cells(measures, trust);
        let width = 2 * (3 * self.columns + 3) + 2;
        let mut system = Banded::new(2 * self.nodes.len(), width);
        // A wave of length l is followed to 1 / (1 + (wavelength / l)^6): see `Stiffness`.
        let density = HALF_TRUST / (stiffness.spacing * stiffness.spacing);
        let area = self.spacing * self.spacing;
        let wave = stiffness.wavelength / std::f64::consts::TAU / self.spacing;
        let twisting = density * area * wave.powi(6);
        let bending = density * area * (TAUT * wave).powi(4);
        let line_of_nodes = system.parts(2 * self.columns).enumerate();
        line_of_nodes.for_each(|(j, mut part)| {
            let nodes = &self.nodes[j * self.columns..][..self.columns];
            for (n, &place) in nodes.as_flattened().iter().enumerate() {
                part.add(part.first + n, part.first + n, MEMORY);
                part.right[n] += MEMORY * place;
            }
            for line in j.saturating_sub(3)..=j {
                for cell in &cells[seats.lines[line].clone()] {
                    cell.add(&mut part, j - line, self.columns);
                }
            }
            self.add_twisting(&mut part, j, twisting);
            self.add_bending(&mut part, j, bending);
        });
        let solution = system.solve();
        let nodes = solution.chunks_exact(2).map(|c| [c[0], c[1]]).collect();
        Self {
            nodes,
            ..self.clone()
        }
    }

    /// The third derivatives squared: free for a sheet that curves evenly.
    fn add_twisting(&self, part: &mut Part, line: usize, weight: f64) {
        let third = [-1.0, 3.0, -3.0, 1.0];
        let second = [1.0, -2.0, 1.0];
        let first = [-1.0, 1.0];
        self.add_differences(part, line, &third, &[1.0], weight);
        self.add_differences(part, line, &second, &first, 3.0 * weight);
        self.add_differences(part, line, &first, &second, 3.0 * weight);
        self.add_differences(part, line, &[1.0], &third, weight);
    }

    /// The second derivatives squared.
    fn add_bending(&self, part: &mut Part, line: usize, weight: f64) {
        let second = [1.0, -2.0, 1.0];
        let first = [-1.0, 1.0];
        self.add_differences(part, line, &second, &[1.0], weight);
        self.add_differences(part, line, &first, &first, 2.0 * weight);
        self.add_differences(part, line, &[1.0], &second, weight);
    }

    /// The squares of a difference across times a difference down, at every place it fits: what a
    /// line of nodes has of them.
    fn add_differences(
        &self,
        part: &mut Part,
        line: usize,
        across: &[f64],
        down: &[f64],
        weight: f64,
    ) {
        let terms: Vec<(usize, f64)> = down
            .iter()
            .enumerate()
            .flat_map(|(j, d)| {
                let term = move |(i, a): (usize, &f64)| (j * self.columns + i, a * d);
                across.iter().enumerate().map(term)
            })
            .collect();
        let highest = (line + 1).saturating_sub(down.len());
        for j in highest..=line.min(self.rows - down.len()) {
            let own = (line - j) * across.len()..(line - j + 1) * across.len();
            for i in 0..=self.columns - across.len() {
                let corner = j * self.columns + i;
                for n in own.clone() {
                    let (place, a) = terms[n];
                    for &(other, b) in &terms[..=n] {
                        let (p, o) = (2 * (corner + place), 2 * (corner + other));
                        part.add(p, o, weight * a * b);
                        part.add(p + 1, o + 1, weight * a * b);
                    }
                }
            }
        }
    }
}

/// A sheet's map along the lines of a picture.
pub(super) struct Lines<'a> {
    sheet: &'a Sheet,
    factor: f64,
    /// [`Sheet::basis`] of each column.
    across: Vec<(usize, [f64; 4])>,
}

impl Lines<'_> {
    fn centre(&self, i: usize) -> f64 {
        self.factor * i as f64 + (self.factor - 1.0) / 2.0
    }

    /// Where the pixels of line `r` lie, after px.
    pub fn fill(&self, r: usize, x: &mut [f32], y: &mut [f32]) {
        let sheet = self.sheet;
        let (j, down) = sheet.basis(self.centre(r), sheet.rows);
        for (k, out) in [x, y].into_iter().enumerate() {
            let line: Vec<f64> = (0..sheet.columns)
                .map(|i| {
                    let node = |b: usize| sheet.nodes[(j + b) * sheet.columns + i][k];
                    (0..4).map(|b| down[b] * node(b)).sum()
                })
                .collect();
            for (o, (i, w)) in out.iter_mut().zip(&self.across) {
                let c = &line[*i..i + 4];
                *o = (w[0] * c[0] + w[1] * c[1] + w[2] * c[2] + w[3] * c[3]) as f32;
            }
        }
    }
}

/// Wavelength, of that of the stiffness, at which bending by itself would be followed to a half:
/// it rules only where there are no measurements, and keeps the sheet plain there.
const TAUT: f64 = 0.5;

/// Weight of an ordinary good measurement; the stiffness is told in such.
const HALF_TRUST: f64 = 0.5;

/// Nodes (down, across) for a picture of `size`, one before it and two beyond.
fn node_counts(size: (usize, usize), spacing: f64) -> (usize, usize) {
    let n = |l: usize| (l as f64 / spacing).ceil() as usize + 4;
    (n(size.0), n(size.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_laid_alike_across_and_down() {
        let bend = |x: f64, y: f64| {
            let (u, v) = (x / 90.0, y / 70.0);
            (x + 2.0 * u.sin() + v, y + 1.5 * (u + v).cos())
        };
        let measures: Vec<Measure> = (0..600)
            .map(|i| {
                let from = (f64::from(i % 30) * 10.0, f64::from(i / 30) * 10.0);
                let weight = [0.8, 0.1 * f64::from(i % 3), 0.5];
                let to = bend(from.0, from.1);
                Measure { from, to, weight }
            })
            .collect();
        let stiffness = Stiffness {
            wavelength: 100.0,
            spacing: 10.0,
            outlier: 2.0,
            rounds: 3,
        };
        let plane = Affine {
            linear: [[1.0, 0.0], [0.0, 1.0]],
            origin: [0.0; 2],
        };
        let sheet = Sheet::new((200, 300), 25.0, &plane);
        let fitted = sheet.fitted(&measures, &stiffness);
        let turned: Vec<Measure> = measures.iter().map(Measure::turned).collect();
        let upright = sheet.turned().fitted(&turned, &stiffness);
        for m in &measures {
            let (x, y) = m.from;
            let (p, q) = (fitted.at(x, y), upright.at(y, x));
            assert!((p.0 - q.0).hypot(p.1 - q.1) < 1e-9, "{p:?} {q:?}");
            assert!((p.0 - m.to.0).hypot(p.1 - m.to.1) < 0.1, "{p:?} {m:?}");
        }
    }
}
