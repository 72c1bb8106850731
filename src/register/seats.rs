//! Where measurements stand among the nodes of a sheet, and what they ask of these.

use std::ops::Range;

use rayon::prelude::*;

use super::band::Part;
use super::sheet::{Measure, Sheet};

/// Where a measurement stands among the nodes.
pub(super) struct Seat {
    /// The first of its 4 x 4 nodes.
    node: usize,
    /// Weights of the nodes, row by row.
    weights: [f64; 16],
}

impl Seat {
    /// Where the sheet puts the place that was measured.
    pub fn at(&self, sheet: &Sheet) -> (f64, f64) {
        let mut sum = (0.0, 0.0);
        for (b, weights) in self.weights.chunks_exact(4).enumerate() {
            let line = &sheet.nodes[self.node + b * sheet.columns..][..4];
            for (node, weight) in line.iter().zip(weights) {
                sum.0 += weight * node[0];
                sum.1 += weight * node[1];
            }
        }
        sum
    }
}

/// What the measurements between the same nodes ask of these 4 x 4.
pub(super) struct Cell {
    /// The first of the nodes.
    node: usize,
    /// For every two nodes across (xx), mixed (xy) and down (yy).
    pairs: [[[f64; 16]; 16]; 3],
    right: [[f64; 2]; 16],
}

impl Cell {
    /// Adds what it asks of its line of nodes number `line`, 0 to 3.
    pub fn add(&self, part: &mut Part, line: usize, columns: usize) {
        let node = |k: usize| self.node + (k / 4) * columns + k % 4;
        for k in 4 * line..4 * line + 4 {
            let n = node(k);
            let [x, y] = self.right[k];
            part.right[2 * n - part.first] += x;
            part.right[2 * n + 1 - part.first] += y;
            for l in 0..=k {
                let o = node(l);
                let [xx, xy, yy] = self.pairs.each_ref().map(|pairs| pairs[k][l]);
                part.add(2 * n, 2 * o, xx);
                part.add(2 * n + 1, 2 * o + 1, yy);
                part.add(2 * n + 1, 2 * o, xy);
                if l < k {
                    part.add(2 * n, 2 * o + 1, xy);
                }
            }
        }
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn cell<'a>(node: usize, all: impl Iterator<Item = (&'a Seat, &'a Measure, f64)>) -> Cell {
    let mut cell = Cell {
        node,
        pairs: [[[0.0; 16]; 16]; 3],
        right: [[0.0; 2]; 16],
    };
    for (seat, m, trust) in all {
        let weight = m.weight.map(|w| w * trust);
        let [xx, xy, yy] = weight;
        let to = [xx * m.to.0 + xy * m.to.1, xy * m.to.0 + yy * m.to.1];
        for (k, &w) in seat.weights.iter().enumerate() {
            for (pairs, part) in cell.pairs.iter_mut().zip(weight) {
                let part = w * part;
                for (pair, v) in pairs[k].iter_mut().zip(&seat.weights) {
                    *pair = part.mul_add(*v, *pair);
                }
            }
            for (right, to) in cell.right[k].iter_mut().zip(to) {
                *right += w * to;
            }
        }
    }
    cell
}

/// All measurements' seats on a grid of nodes; the same for every sheet on it.
pub(super) struct Seats {
    pub all: Vec<Seat>,
    /// The measurements between the same nodes, in their order; cells in that of their nodes.
    cells: Vec<Vec<usize>>,
    /// Of each line of nodes, the cells of which it is the first.
    pub lines: Vec<Range<usize>>,
}

impl Seats {
    pub fn of(sheet: &Sheet, measures: &[Measure]) -> Self {
        let seat = |m: &Measure| {
            let (i, across) = sheet.basis(m.from.0, sheet.columns);
            let (j, down) = sheet.basis(m.from.1, sheet.rows);
            Seat {
                node: j * sheet.columns + i,
                weights: std::array::from_fn(|k| down[k / 4] * across[k % 4]),
            }
        };
        let all: Vec<Seat> = measures.par_iter().map(seat).collect();
        let mut cells = vec![Vec::new(); sheet.nodes.len()];
        for (m, seat) in all.iter().enumerate() {
            cells[seat.node].push(m);
        }
        let mut begin = 0;
        let filled = |line: &[Vec<usize>]| line.iter().filter(|c| !c.is_empty()).count();
        let lines = cells.chunks(sheet.columns).map(|line| {
            let first = begin;
            begin += filled(line);
            first..begin
        });
        let lines = lines.collect();
        cells.retain(|c| !c.is_empty());
        Self { all, cells, lines }
    }

    /// What the measurements ask for, each as far as it is trusted.
    pub fn cells(&self, measures: &[Measure], trust: &[f64]) -> Vec<Cell> {
        let cells = self.cells.par_iter().map(|own| {
            let of = |&m: &usize| (&self.all[m], &measures[m], trust[m]);
            cell(self.all[own[0]].node, own.iter().map(of))
        });
        cells.collect()
    }

    /// What each measurement's word is worth beside a sheet, 0 to 1.
    pub fn trusts(&self, sheet: &Sheet, measures: &[Measure], outlier: f64) -> Vec<f64> {
        let trust = |(m, seat): (&Measure, &Seat)| {
            let at = seat.at(sheet);
            let miss = (m.to.0 - at.0).powi(2) + (m.to.1 - at.1).powi(2);
            (outlier * outlier / (outlier * outlier + miss)).powi(2)
        };
        measures.par_iter().zip(&self.all).map(trust).collect()
    }
}
