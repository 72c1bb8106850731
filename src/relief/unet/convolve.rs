//! Planes, and convolutions over them.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for its caller's wider registers"
)]

use std::ops::Range;

use rayon::prelude::*;

use super::{Asked, Convolution, LEAK};
use crate::raster::Field;

/// Planes row by row: `[row][plane][column]`, so that threads share rows and nothing else; with a zero
/// at both ends of each line, and more at its end up to what is summed at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stack {
    rows: usize,
    columns: usize,
    planes: usize,
    values: Vec<f32>,
}

/// Where a convolution's input comes from.
pub(super) enum Source<'a> {
    Same(&'a Stack),
    /// Half as fine: each value stands for 2 x 2 pixels; [`Stack::widened`], so that its lines are as
    /// long as the output's.
    Half(Stack),
}

impl Source<'_> {
    fn planes(&self) -> usize {
        match self {
            Self::Same(s) => s.planes,
            Self::Half(s) => s.planes,
        }
    }

    fn line(&self, y: usize, plane: usize) -> &[f32] {
        match self {
            Self::Same(s) => s.line(y, plane),
            Self::Half(s) => s.line(y / 2, plane),
        }
    }
}

/// Zeros before a line.
const REACH: usize = 1;

/// Length of a line of `columns` with the zeros around it.
fn stride(columns: usize) -> usize {
    columns + WIDE + 2 * REACH
}

impl Stack {
    fn zeros(rows: usize, columns: usize, planes: usize) -> Self {
        Self {
            rows,
            columns,
            planes,
            values: vec![0.0; rows * stride(columns) * planes],
        }
    }

    pub fn of(fields: &[Field]) -> Self {
        let (rows, columns) = fields.first().map_or((0, 0), Field::dim);
        let mut stack = Self::zeros(rows, columns, fields.len());
        stack.fill(|y, plane, out| out.copy_from_slice(crate::raster::row(&fields[plane], y)));
        stack
    }

    /// Sets every line: `line(row, plane, the line to set)`.
    fn fill(&mut self, line: impl Fn(usize, usize, &mut [f32]) + Sync) {
        let (columns, stride) = (self.columns, stride(self.columns));
        let length = (stride * self.planes).max(1);
        let rows = self.values.par_chunks_mut(length).enumerate();
        rows.for_each(|(y, out)| {
            for (plane, out) in out.chunks_exact_mut(stride).enumerate() {
                line(y, plane, &mut out[REACH..][..columns]);
            }
        });
    }

    /// A line with the zeros around it.
    fn line(&self, y: usize, plane: usize) -> &[f32] {
        let stride = stride(self.columns);
        let at = (y * self.planes + plane) * stride;
        &self.values[at..at + stride]
    }

    fn row(&self, y: usize, plane: usize) -> &[f32] {
        &self.line(y, plane)[REACH..][..self.columns]
    }

    /// Means of 2 x 2.
    pub fn halved(&self) -> Self {
        let mut half = Self::zeros(self.rows / 2, self.columns / 2, self.planes);
        half.fill(|y, plane, out| {
            let (top, bottom) = (self.row(2 * y, plane), self.row(2 * y + 1, plane));
            let pairs = top.chunks_exact(2).zip(bottom.chunks_exact(2));
            for (o, (top, bottom)) in out.iter_mut().zip(pairs) {
                *o = 0.25 * (top[0] + top[1] + (bottom[0] + bottom[1]));
            }
        });
        half
    }

    /// Each value twice in its line.
    pub fn widened(&self) -> Self {
        let mut wide = Self::zeros(self.rows, 2 * self.columns, self.planes);
        wide.fill(|y, plane, out| {
            for (pair, &v) in out.as_chunks_mut().0.iter_mut().zip(self.row(y, plane)) {
                *pair = [v; 2];
            }
        });
        wide
    }

    pub fn fields(&self) -> Vec<Field> {
        let field = |k: usize| {
            crate::raster::from_rows(self.rows, self.columns, |y, out| {
                out.copy_from_slice(self.row(y, k));
            })
        };
        (0..self.planes).map(field).collect()
    }
}

/// Outputs that are summed at once.
const AT_ONCE: usize = 4;

/// Columns that are summed at once, at most.
const WIDE: usize = 32;

/// A convolution over all sources' planes in turn, zero beyond the border, with the rectifier (a
/// single pixel's, the last one, has none), where it is `asked`; 0 elsewhere.
pub(super) fn convolve(convolution: &Convolution, sources: &[Source], asked: &Asked) -> Stack {
    let (rows, columns) = size_of(sources);
    let stride = stride(columns);
    let packed = packed(convolution);
    let kernels = kernels(&packed, convolution);
    let zeros = vec![0.0f32; stride];
    let mut out = Stack::zeros(rows, columns, convolution.outputs);
    let length = (stride * convolution.outputs).max(1);
    let asked_rows = out.values.par_chunks_mut(length).enumerate();
    asked_rows.for_each_init(Vec::new, |lines, (y, out)| {
        if !asked.0[y].is_empty() {
            lines_around(sources, y, rows, convolution.side, &zeros, lines);
            row_of(
                convolution,
                &kernels,
                lines,
                asked.0[y].clone(),
                stride,
                out,
            );
        }
    });
    out
}

/// [`convolve`] and the single pixel's convolution `last` over what comes of it, which is never kept whole.
pub(super) fn convolve_and(
    convolution: &Convolution,
    last: &Convolution,
    sources: &[Source],
    asked: &Asked,
) -> Stack {
    let (rows, columns) = size_of(sources);
    let stride = stride(columns);
    let [packed_first, packed_last] = [convolution, last].map(packed);
    let first = kernels(&packed_first, convolution);
    let last_kernels = kernels(&packed_last, last);
    let zeros = vec![0.0f32; stride];
    let mut out = Stack::zeros(rows, columns, last.outputs);
    let length = (stride * last.outputs).max(1);
    let asked_rows = out.values.par_chunks_mut(length).enumerate();
    let scratch = || (Vec::new(), vec![0.0f32; stride * convolution.outputs]);
    asked_rows.for_each_init(scratch, |(lines, between), (y, out)| {
        let asked = &asked.0[y];
        if !asked.is_empty() {
            lines_around(sources, y, rows, convolution.side, &zeros, lines);
            row_of(convolution, &first, lines, asked.clone(), stride, between);
            let planes = between.chunks_exact(stride);
            let lines: Vec<&[f32]> = planes.map(|line| &line[REACH..]).collect();
            row_of(last, &last_kernels, &lines, asked.clone(), stride, out);
        }
    });
    out
}

/// (rows, columns) of what is made of these.
fn size_of(sources: &[Source]) -> (usize, usize) {
    match sources.last() {
        Some(Source::Same(s)) => (s.rows, s.columns),
        Some(Source::Half(s)) => (2 * s.rows, s.columns),
        None => (0, 0),
    }
}

/// Row of a convolution, from the `lines` around it.
fn row_of(
    convolution: &Convolution,
    kernels: &[Kernels],
    lines: &[&[f32]],
    asked: Range<usize>,
    stride: usize,
    out: &mut [f32],
) {
    if convolution.side == 1 {
        sum_row::<1>(lines, kernels, asked, stride, out);
    } else {
        sum_row::<3>(lines, kernels, asked, stride, out);
        // Not where the sums are made: they would be taken out of their registers one by one.
        rectify(out);
    }
}

/// The weights that were [`packed`], with their biases.
fn kernels<'a>(packed: &'a [f32], convolution: &Convolution) -> Vec<Kernels<'a>> {
    let taps = convolution.inputs * convolution.side * convolution.side;
    let blocks = packed.chunks_exact((taps * AT_ONCE).max(1));
    let biases = convolution.biases.chunks(AT_ONCE);
    blocks
        .zip(biases)
        .map(|(weights, biases)| Kernels {
            weights,
            biases: std::array::from_fn(|k| biases.get(k).copied().unwrap_or(0.0)),
        })
        .collect()
}

/// What is below zero, [`LEAK`] times.
#[multiversion::multiversion(targets("x86_64+avx512f+avx2+fma", "x86_64+avx2+fma"))]
fn rectify(values: &mut [f32]) {
    for v in values {
        *v = if *v > 0.0 { *v } else { LEAK * *v };
    }
}

/// [`AT_ONCE`] outputs' part of a convolution.
struct Kernels<'a> {
    /// See [`packed`].
    weights: &'a [f32],
    biases: [f32; AT_ONCE],
}

/// Weights in the order in which they are used: `[block of outputs][input][row][column][output]`.
fn packed(convolution: &Convolution) -> Vec<f32> {
    let square = convolution.side * convolution.side;
    let taps = convolution.inputs * square;
    let blocks = convolution.outputs.div_ceil(AT_ONCE);
    let mut packed = vec![0.0; blocks * taps * AT_ONCE];
    for (o, weights) in convolution.weights.chunks_exact(taps).enumerate() {
        let (block, lane) = (o / AT_ONCE, o % AT_ONCE);
        for (tap, &w) in weights.iter().enumerate() {
            packed[(block * taps + tap) * AT_ONCE + lane] = w;
        }
    }
    packed
}

/// The lines around `y` of every plane, with as many zeros before as the kernels reach: `[plane][row]`.
fn lines_around<'a>(
    sources: &'a [Source],
    y: usize,
    rows: usize,
    side: usize,
    zeros: &'a [f32],
    lines: &mut Vec<&'a [f32]>,
) {
    let reach = side / 2;
    lines.clear();
    for source in sources {
        for plane in 0..source.planes() {
            for ky in 0..side {
                let at = (y + ky).checked_sub(reach).filter(|&at| at < rows);
                let line = at.map_or(zeros, |at| source.line(at, plane));
                lines.push(&line[REACH - reach..]);
            }
        }
    }
}

/// All outputs of the `asked` part of one row, place by place, so that what is read stays near; every
/// sum runs in the same order and is rounded once a product, whatever the machine: wider registers hold
/// more columns, not more of a sum.
/// Processors that cannot multiply and add in one go (on x86 those before 2013) are many times slower,
/// and say the same.
#[multiversion::multiversion(targets("x86_64+avx512f+avx2+fma", "x86_64+avx2+fma"))]
fn sum_row<const SIDE: usize>(
    lines: &[&[f32]],
    kernels: &[Kernels],
    asked: Range<usize>,
    stride: usize,
    out: &mut [f32],
) {
    // So many that their sums fill half of the registers, or all of those of a processor without either.
    const NARROW: usize = WIDE / 2;
    let wide = multiversion::target::target_cfg_f!(target_feature = "avx512f");
    let mut x = asked.start;
    while x < asked.end {
        if wide && asked.end - x > NARROW {
            sum_block::<SIDE, WIDE>(lines, kernels, x, asked.end, stride, out);
            x += WIDE;
        } else {
            sum_block::<SIDE, NARROW>(lines, kernels, x, asked.end, stride, out);
            x += NARROW;
        }
    }
}

/// All outputs of `N` columns from `x` on, as far as `end`.
#[inline(always)]
fn sum_block<const SIDE: usize, const N: usize>(
    lines: &[&[f32]],
    kernels: &[Kernels],
    x: usize,
    end: usize,
    stride: usize,
    out: &mut [f32],
) {
    let wide = N.min(end - x);
    for (kernels, out) in kernels.iter().zip(out.chunks_mut(AT_ONCE * stride)) {
        // One name each: an array of sums is kept in memory, not in registers.
        let [mut a, mut b, mut c, mut d] = kernels.biases.map(|bias| [bias; N]);
        let taps = kernels.weights.chunks_exact(SIDE * AT_ONCE);
        for (line, taps) in lines.iter().zip(taps) {
            let line = &line[x..x + N + SIDE - 1];
            for kx in 0..SIDE {
                let values = line[kx..].first_chunk().expect("as wide as it was cut");
                let tap = &taps[kx * AT_ONCE..];
                add::<N>(&mut a, tap[0], values);
                add(&mut b, tap[1], values);
                add(&mut c, tap[2], values);
                add(&mut d, tap[3], values);
            }
        }
        for (out, sum) in out.chunks_exact_mut(stride).zip([a, b, c, d]) {
            out[REACH + x..REACH + x + wide].copy_from_slice(&sum[..wide]);
        }
    }
}

#[inline(always)]
fn add<const N: usize>(sums: &mut [f32; N], weight: f32, values: &[f32; N]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum = value.mul_add(weight, *sum);
    }
}
