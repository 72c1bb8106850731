//! A smooth map from the before picture to the after picture: a sheet of cubic B-splines that
//! resists bending.
//!
//! Free-form deformation by uniform cubic B-splines: Rueckert et al. 1999,
//! doi:10.1109/42.796284, equations 1 to 4; their bending energy (equation 5) by differences of
//! the coefficients, with a stronger term in the third derivative, whose cut is sharper. Shift,
//! rotation, scale and shear bend nothing, so they are free.

use super::affine::Affine;
use super::band::Banded;
use crate::raster::{Field, from_rows};

/// Pulls a node that no measurement reaches to where the sheet was before; small beside one
/// measurement (weight up to 1).
const MEMORY: f64 = 1e-4;

/// Rounds of reweighting in a fit; the weights hardly move after the third.
const ROUNDS: usize = 4;

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

/// How stiff a fit is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stiffness {
    /// Wavelength, before px, at which the sheet follows half of what good measurements ask for.
    pub wavelength: f64,
    /// Before px between measurements.
    pub spacing: f64,
    /// Disagreement, after px, at which a measurement has lost three quarters of its weight.
    pub outlier: f64,
}

#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// Before px between nodes.
    spacing: f64,
    columns: usize,
    rows: usize,
    /// After px, row by row; node (i, j) stands at before ((i - 1), (j - 1)) times the spacing.
    nodes: Vec<[f64; 2]>,
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

    /// The first of the four nodes that rule position `p`, and their weights.
    fn basis(&self, p: f64, nodes: usize) -> (usize, [f64; 4]) {
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
        let centre = |i: usize| factor * i as f64 + (factor - 1.0) / 2.0;
        let across: Vec<_> = (0..size.1)
            .map(|x| self.basis(centre(x), self.columns))
            .collect();
        let plane = |k: usize| {
            from_rows(size.0, size.1, |y, out| {
                let (j, down) = self.basis(centre(y), self.rows);
                let line: Vec<f64> = (0..self.columns)
                    .map(|i| {
                        let node = |b: usize| self.nodes[(j + b) * self.columns + i][k];
                        (0..4).map(|b| down[b] * node(b)).sum()
                    })
                    .collect();
                for (o, (i, w)) in out.iter_mut().zip(&across) {
                    let c = &line[*i..i + 4];
                    *o = (w[0] * c[0] + w[1] * c[1] + w[2] * c[2] + w[3] * c[3]) as f32;
                }
            })
        };
        (plane(0), plane(1))
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

    /// The sheet that agrees best with the measurements for its stiffness: iteratively reweighted
    /// least squares with the weights of Geman and `McClure`.
    pub fn fitted(&self, measures: &[Measure], stiffness: &Stiffness) -> Self {
        let mut sheet = self.clone();
        for round in 0..ROUNDS {
            // From lenient to strict, so that the first, still wrong sheet does not choose.
            let outlier = stiffness.outlier * f64::from(1 << (ROUNDS - 1 - round));
            sheet = self.solved(measures, stiffness, &sheet.trusts(measures, outlier));
        }
        // Once more with what is left over (twicing, Tukey 1977): halves of a bend that stiffness
        // cut off come back, above all along the edge, where the sheet is held on one side only.
        let again: Vec<Measure> = measures
            .iter()
            .map(|m| {
                let at = sheet.at(m.from.0, m.from.1);
                let to = (2.0 * m.to.0 - at.0, 2.0 * m.to.1 - at.1);
                Measure { to, ..*m }
            })
            .collect();
        self.solved(
            &again,
            stiffness,
            &sheet.trusts(measures, stiffness.outlier),
        )
    }

    /// What each measurement's word is worth beside this sheet, 0 to 1.
    fn trusts(&self, measures: &[Measure], outlier: f64) -> Vec<f64> {
        let trust = |m: &Measure| {
            let at = self.at(m.from.0, m.from.1);
            let miss = (m.to.0 - at.0).powi(2) + (m.to.1 - at.1).powi(2);
            (outlier * outlier / (outlier * outlier + miss)).powi(2)
        };
        measures.iter().map(trust).collect()
    }

    fn solved(&self, all: &[Measure], stiffness: &Stiffness, trust: &[f64]) -> Self {
        let width = 2 * (3 * self.columns + 3) + 2;
        let mut system = Banded::new(2 * self.nodes.len(), width);
        for (n, node) in self.nodes.iter().enumerate() {
            for (k, place) in node.iter().enumerate() {
                system.add(2 * n + k, 2 * n + k, MEMORY);
                system.right[2 * n + k] += MEMORY * place;
            }
        }
        for (m, &trust) in all.iter().zip(trust) {
            self.add_measure(&mut system, m, trust);
        }
        // A wave of length l is followed to 1 / (1 + (wavelength / l)^6): see `Stiffness`.
        let density = HALF_TRUST / (stiffness.spacing * stiffness.spacing);
        let area = self.spacing * self.spacing;
        let wave = stiffness.wavelength / std::f64::consts::TAU / self.spacing;
        self.add_twisting(&mut system, density * area * wave.powi(6));
        self.add_bending(&mut system, density * area * (TAUT * wave).powi(4));
        let solution = system.solve();
        let nodes = solution.chunks_exact(2).map(|c| [c[0], c[1]]).collect();
        Self {
            nodes,
            ..self.clone()
        }
    }

    fn add_measure(&self, system: &mut Banded, m: &Measure, trust: f64) {
        let (i, across) = self.basis(m.from.0, self.columns);
        let (j, down) = self.basis(m.from.1, self.rows);
        let [xx, xy, yy] = m.weight.map(|w| w * trust);
        let node = |k: usize| (j + k / 4) * self.columns + i + k % 4;
        let basis = |k: usize| down[k / 4] * across[k % 4];
        for k in 0..16 {
            let (n, w) = (node(k), basis(k));
            system.right[2 * n] += w * (xx * m.to.0 + xy * m.to.1);
            system.right[2 * n + 1] += w * (xy * m.to.0 + yy * m.to.1);
            for l in 0..=k {
                let (o, v) = (node(l), w * basis(l));
                system.add(2 * n, 2 * o, v * xx);
                system.add(2 * n + 1, 2 * o + 1, v * yy);
                system.add(2 * n + 1, 2 * o, v * xy);
                if l < k {
                    system.add(2 * n, 2 * o + 1, v * xy);
                }
            }
        }
    }

    /// The third derivatives squared: free for a sheet that curves evenly.
    fn add_twisting(&self, system: &mut Banded, weight: f64) {
        let size = (self.columns, self.rows);
        let third = [-1.0, 3.0, -3.0, 1.0];
        let second = [1.0, -2.0, 1.0];
        let first = [-1.0, 1.0];
        add_differences(system, &third, &[1.0], weight, size);
        add_differences(system, &second, &first, 3.0 * weight, size);
        add_differences(system, &first, &second, 3.0 * weight, size);
        add_differences(system, &[1.0], &third, weight, size);
    }

    /// The second derivatives squared.
    fn add_bending(&self, system: &mut Banded, weight: f64) {
        let size = (self.columns, self.rows);
        let second = [1.0, -2.0, 1.0];
        let first = [-1.0, 1.0];
        add_differences(system, &second, &[1.0], weight, size);
        add_differences(system, &first, &first, 2.0 * weight, size);
        add_differences(system, &[1.0], &second, weight, size);
    }
}

/// The squares of a difference across times a difference down, at every place it fits on
/// (columns, rows) of nodes.
fn add_differences(
    system: &mut Banded,
    across: &[f64],
    down: &[f64],
    weight: f64,
    (columns, rows): (usize, usize),
) {
    let terms: Vec<(usize, f64)> = down
        .iter()
        .enumerate()
        .flat_map(|(j, d)| {
            across
                .iter()
                .enumerate()
                .map(move |(i, a)| (j * columns + i, a * d))
        })
        .collect();
    for j in 0..=rows - down.len() {
        for i in 0..=columns - across.len() {
            let corner = j * columns + i;
            for &(n, a) in &terms {
                for &(o, b) in terms.iter().filter(|t| t.0 <= n) {
                    let (n, o) = (2 * (corner + n), 2 * (corner + o));
                    system.add(n, o, weight * a * b);
                    system.add(n + 1, o + 1, weight * a * b);
                }
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
