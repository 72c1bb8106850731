//! A symmetric positive definite system of equations whose matrix is a band about its diagonal.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for its caller's wider registers"
)]

use rayon::prelude::*;

/// The lower half of the matrix, row by row, and the right-hand side.
pub(super) struct Banded {
    width: usize,
    /// `rows[i * width + (width - 1 - (i - j))]` is element (i, j), j <= i.
    rows: Vec<f64>,
    pub right: Vec<f64>,
}

impl Banded {
    /// Zeros; `width` elements from the diagonal to the left may be set.
    pub fn new(size: usize, width: usize) -> Self {
        Self {
            width,
            rows: vec![0.0; size * width],
            right: vec![0.0; size],
        }
    }

    /// Adds to element (i, j) of the lower half (and to its mirror), j <= i.
    pub fn add(&mut self, i: usize, j: usize, value: f64) {
        self.rows[i * self.width + self.width - 1 - (i - j)] += value;
    }

    /// The system in parts of `lines` lines, to be set at the same time.
    pub fn parts(&mut self, lines: usize) -> impl IndexedParallelIterator<Item = Part<'_>> {
        let width = self.width;
        self.rows
            .par_chunks_mut(lines * width)
            .zip(self.right.par_chunks_mut(lines))
            .enumerate()
            .map(move |(n, (rows, right))| Part {
                first: n * lines,
                width,
                rows,
                right,
            })
    }

    /// The solution, by Cholesky's decomposition in place.
    pub fn solve(mut self) -> Vec<f64> {
        let width = self.width;
        let n = self.right.len();
        for first in (0..n).step_by(BLOCK) {
            let (done, rest) = self.rows.split_at_mut(first * width);
            let block = &mut rest[..BLOCK.min(n - first) * width];
            let settle = |(k, four): (usize, &mut [f64])| {
                settle(four, first + FOUR * k, done, width);
            };
            if width < WIDE {
                block.chunks_mut(FOUR * width).enumerate().for_each(settle);
            } else {
                let fours = block.par_chunks_mut(FOUR * width);
                fours.enumerate().for_each(settle);
            }
            finish(block, first, width);
        }
        self.substituted()
    }

    /// Forward and backward through the decomposed matrix.
    fn substituted(self) -> Vec<f64> {
        let (n, width) = (self.right.len(), self.width);
        let mut x = self.right;
        for i in 0..n {
            let row = &self.rows[i * width..(i + 1) * width];
            let known = i.min(width - 1);
            let product = dot(&row[width - 1 - known..width - 1], &x[i - known..i]);
            x[i] = (x[i] - product) / row[width - 1];
        }
        for i in (0..n).rev() {
            let row = &self.rows[i * width..(i + 1) * width];
            x[i] /= row[width - 1];
            let known = i.min(width - 1);
            let value = x[i];
            for (x, r) in x[i - known..i].iter_mut().zip(&row[width - 1 - known..]) {
                *x -= r * value;
            }
        }
        x
    }
}

/// Some lines of a system.
pub(super) struct Part<'a> {
    /// Number of its first line.
    pub first: usize,
    width: usize,
    rows: &'a mut [f64],
    pub right: &'a mut [f64],
}

impl Part<'_> {
    /// As [`Banded::add`]; line `i` must be one of the part's.
    pub fn add(&mut self, i: usize, j: usize, value: f64) {
        self.rows[(i - self.first) * self.width + self.width - 1 - (i - j)] += value;
    }
}

/// Lines that are decomposed together: what stands above them is taken off each for itself.
const BLOCK: usize = 32;

/// Lines of a block taken together, so that no sum waits for another one.
const FOUR: usize = 4;

/// Width from which a block is worth several threads.
const WIDE: usize = 96;

/// Takes off some lines, numbered from `first`, what the `done` lines above their block ask for.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn settle(lines: &mut [f64], first: usize, done: &[f64], width: usize) {
    let above = done.len() / width;
    let begins = |i: usize| i.saturating_sub(width - 1);
    if lines.len() < FOUR * width {
        for (k, line) in lines.chunks_exact_mut(width).enumerate() {
            for j in begins(first + k)..above {
                take_off(line, first + k, done_line(done, j, width), j);
            }
        }
        return;
    }
    let together = begins(first + FOUR - 1).min(above);
    for (k, line) in lines.chunks_exact_mut(width).enumerate() {
        for j in begins(first + k)..together {
            take_off(line, first + k, done_line(done, j, width), j);
        }
    }
    for j in together..above {
        let other = done_line(done, j, width);
        let at: [usize; FOUR] = std::array::from_fn(|k| width - 1 - (first + k - j));
        let products = dots(
            std::array::from_fn(|k| &lines[k * width..][..at[k]]),
            at.map(|at| &other[width - 1 - at..width - 1]),
        );
        for (k, product) in products.into_iter().enumerate() {
            let element = &mut lines[k * width + at[k]];
            *element = (*element - product) / other[width - 1];
        }
    }
}

/// Decomposes a block of lines, numbered from `first`, for which all above them is settled.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn finish(block: &mut [f64], first: usize, width: usize) {
    for k in 0..block.len() / width {
        let (own, rest) = block.split_at_mut(k * width);
        let line = &mut rest[..width];
        for j in k.saturating_sub(width - 1)..k {
            take_off(line, first + k, done_line(own, j, width), first + j);
        }
        let square = dot(&line[..width - 1], &line[..width - 1]);
        // The ridge in every system built here keeps this positive.
        line[width - 1] = (line[width - 1] - square).max(f64::MIN_POSITIVE).sqrt();
    }
}

fn done_line(lines: &[f64], j: usize, width: usize) -> &[f64] {
    &lines[j * width..(j + 1) * width]
}

/// Element (i, j) of the decomposition, from lines `i` and `j`.
#[inline(always)]
fn take_off(line: &mut [f64], i: usize, other: &[f64], j: usize) {
    // Both lines as seen from the first column of `line`.
    let shift = i - j;
    let last = line.len() - 1;
    let at = last - shift;
    let product = dot(&line[..at], &other[shift..last]);
    line[at] = (line[at] - product) / other[last];
}

/// Lanes of a sum: the compiler may not reorder a sum on its own.
const LANES: usize = 4;

/// A sum of products in four fixed lanes.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let [sum] = dots([a], [b]);
    sum
}

/// Sums of products of several pairs, each as [`dot`], a little of each at a time.
#[inline(always)]
fn dots<const N: usize>(a: [&[f64]; N], b: [&[f64]; N]) -> [f64; N] {
    let a: [(&[[f64; LANES]], &[f64]); N] = a.map(|a| a.as_chunks());
    let b: [(&[[f64; LANES]], &[f64]); N] = b.map(|b| b.as_chunks());
    let shared = a.iter().map(|a| a.0.len()).min().unwrap_or(0);
    let mut sums = [[0.0; LANES]; N];
    for at in 0..shared {
        for n in 0..N {
            sums[n] = with_products(sums[n], &a[n].0[at], &b[n].0[at]);
        }
    }
    std::array::from_fn(|n| {
        let mut lanes = sums[n];
        for (a, b) in a[n].0[shared..].iter().zip(&b[n].0[shared..]) {
            lanes = with_products(lanes, a, b);
        }
        let tail: f64 = a[n].1.iter().zip(b[n].1).map(|(a, b)| a * b).sum();
        (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + tail
    })
}

/// By value, so that the lanes stay in registers.
#[inline(always)]
fn with_products(mut lanes: [f64; LANES], a: &[f64; LANES], b: &[f64; LANES]) -> [f64; LANES] {
    for k in 0..LANES {
        lanes[k] = a[k].mul_add(b[k], lanes[k]);
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_a_band_of_three() {
        // -1 2 -1 with right side 1 at the ends: the answer is 1 everywhere.
        let n = 9;
        let mut system = Banded::new(n, 2);
        for i in 0..n {
            system.add(i, i, 2.0);
            if i > 0 {
                system.add(i, i - 1, -1.0);
            }
        }
        system.right[0] = 1.0;
        system.right[n - 1] = 1.0;
        for x in system.solve() {
            assert!((x - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn solves_a_wide_band() {
        let (n, width) = (40, 11);
        let element = |i: usize, j: usize| {
            let d = i.abs_diff(j);
            if d >= width {
                0.0
            } else if d == 0 {
                12.0
            } else {
                ((i * j) as f64).sin() / d as f64
            }
        };
        let mut system = Banded::new(n, width);
        let truth: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).cos()).collect();
        for i in 0..n {
            for j in 0..=i {
                if i - j < width {
                    system.add(i, j, element(i, j));
                }
            }
            system.right[i] = (0..n).map(|j| element(i, j) * truth[j]).sum();
        }
        for (x, t) in system.solve().iter().zip(&truth) {
            assert!((x - t).abs() < 1e-9, "{x} {t}");
        }
    }
}
