//! The network that decides pixels: a small U-Net (Ronneberger et al. 2015, MICCAI) over a
//! [`canvas`](super::canvas).
//!
//! Five levels, each half as fine as the one before; two 3 x 3 convolutions a level on the way down,
//! one on the way up, where the level's own planes are joined to the coarser ones. Its weights are
//! made by `scardepth train` from phantoms and live beside this file.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for its caller's wider registers"
)]

use std::sync::LazyLock;

use rayon::prelude::*;

use super::canvas::INPUTS;
use crate::raster::Field;

/// Planes at each level, from the finest.
pub const WIDTHS: [usize; LEVELS] = [16, 24, 32, 48, 64];

/// Levels, each half as fine as the one before.
pub const LEVELS: usize = 5;

/// Rows and columns of a canvas are multiples of this.
pub const MULTIPLE: usize = 1 << (LEVELS - 1);

/// What the network says of every pixel: logit of a dent in its own photo and in the other one, then
/// the dents' depths in both, [`DEPTH_UNIT`], last [`LIT_RIGHT`].
pub const OUTPUTS: usize = 5;

/// The plane that says, of a photo beside itself, whether its light truly comes from the right: its
/// mean over skin is a logit.
pub const LIT_RIGHT: usize = 4;

/// Millimetres of depth that the network gives as 1, on the phantoms it learned from. On a photo
/// depth is an index: what the skin there is really like is not known.
pub const DEPTH_UNIT: f32 = 0.1;

/// Slope of the rectifier below zero.
pub const LEAK: f32 = 0.1;

/// One convolution: `outputs` x `inputs` kernels of `side` x `side`, and a bias for each output.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    pub inputs: usize,
    pub outputs: usize,
    /// 1 or 3.
    pub side: usize,
    /// `[output][input][row][column]`.
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
}

/// (inputs, outputs, side) of each convolution of a network with these planes at each level, in the
/// order they are used.
#[must_use]
pub fn shapes(widths: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut shapes = Vec::new();
    let mut inputs = INPUTS;
    for &width in widths {
        shapes.extend([(inputs, width, 3), (width, width, 3)]);
        inputs = width;
    }
    for pair in widths.windows(2).rev() {
        shapes.push((pair[1] + pair[0], pair[0], 3));
    }
    shapes.push((widths.first().copied().unwrap_or(inputs), OUTPUTS, 1));
    shapes
}

/// The network.
#[derive(Debug, Clone, PartialEq)]
pub struct Unet {
    pub convolutions: Vec<Convolution>,
}

impl Unet {
    /// From all numbers in a row: each convolution's weights, then its biases; `None` if there are
    /// more or fewer.
    #[must_use]
    pub fn from_numbers(numbers: &[f32]) -> Option<Self> {
        let mut rest = numbers;
        let mut take = |n: usize| {
            let (head, tail) = rest.split_at_checked(n)?;
            rest = tail;
            Some(head.to_vec())
        };
        let mut convolutions = Vec::new();
        for (inputs, outputs, side) in shapes(&WIDTHS) {
            convolutions.push(Convolution {
                inputs,
                outputs,
                side,
                weights: take(outputs * inputs * side * side)?,
                biases: take(outputs)?,
            });
        }
        rest.is_empty().then_some(Self { convolutions })
    }

    /// All numbers in a row; see [`Unet::from_numbers`].
    #[must_use]
    pub fn numbers(&self) -> Vec<f32> {
        let all = self.convolutions.iter();
        all.flat_map(|c| c.weights.iter().chain(&c.biases).copied())
            .collect()
    }

    /// As the file has it: numbers of 4 bytes, little end first.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.numbers()
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect()
    }

    /// See [`Unet::bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_numbers(&Self::numbers_of(bytes))
    }

    /// The numbers that a file's [`Unet::bytes`] hold.
    #[must_use]
    pub fn numbers_of(bytes: &[u8]) -> Vec<f32> {
        let numbers = bytes.chunks_exact(4);
        numbers
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect()
    }

    /// The [`OUTPUTS`] planes for the planes of a canvas.
    #[must_use]
    pub fn see(&self, inputs: &[Field]) -> Vec<Field> {
        let c = &self.convolutions;
        let same = |stack: &Stack, i: usize| convolve(&c[i], &[Source::Same(stack)]);
        let twice = |stack: &Stack, i: usize| same(&same(stack, i), i + 1);
        let mut levels = vec![twice(&Stack::of(inputs), 0)];
        for level in 1..LEVELS {
            let coarser = twice(&levels[level - 1].halved(), 2 * level);
            levels.push(coarser);
        }
        let mut up = levels.pop().expect("as many as there are levels");
        for (k, high) in levels.iter().rev().enumerate() {
            let both = [Source::Half(&up), Source::Same(high)];
            up = convolve(&c[2 * LEVELS + k], &both);
        }
        same(&up, c.len() - 1).fields()
    }
}

/// The network in use, made by `scardepth train`.
pub fn trained() -> &'static Unet {
    static UNET: LazyLock<Unet> = LazyLock::new(|| {
        Unet::from_bytes(include_bytes!("weights.bin")).expect("weights made by `train`")
    });
    &UNET
}

/// Planes row by row: `[row][plane][column]`, so that threads share rows and nothing else.
#[derive(Debug, Clone, PartialEq)]
struct Stack {
    rows: usize,
    columns: usize,
    planes: usize,
    values: Vec<f32>,
}

/// Where a convolution's input comes from.
enum Source<'a> {
    Same(&'a Stack),
    /// Half as fine: each value stands for 2 x 2 pixels.
    Half(&'a Stack),
}

impl Stack {
    fn zeros(rows: usize, columns: usize, planes: usize) -> Self {
        Self {
            rows,
            columns,
            planes,
            values: vec![0.0; rows * columns * planes],
        }
    }

    fn of(fields: &[Field]) -> Self {
        let (rows, columns) = fields.first().map_or((0, 0), Field::dim);
        let mut stack = Self::zeros(rows, columns, fields.len());
        for (k, field) in fields.iter().enumerate() {
            for y in 0..rows {
                stack
                    .row_mut(y, k)
                    .copy_from_slice(crate::raster::row(field, y));
            }
        }
        stack
    }

    fn row(&self, y: usize, plane: usize) -> &[f32] {
        let at = (y * self.planes + plane) * self.columns;
        &self.values[at..at + self.columns]
    }

    fn row_mut(&mut self, y: usize, plane: usize) -> &mut [f32] {
        let at = (y * self.planes + plane) * self.columns;
        &mut self.values[at..at + self.columns]
    }

    /// Means of 2 x 2.
    fn halved(&self) -> Self {
        let mut half = Self::zeros(self.rows / 2, self.columns / 2, self.planes);
        let length = half.columns * half.planes;
        let rows = half.values.par_chunks_mut(length.max(1)).enumerate();
        rows.for_each(|(y, out)| {
            for (k, out) in out.chunks_exact_mut(self.columns / 2).enumerate() {
                let (top, bottom) = (self.row(2 * y, k), self.row(2 * y + 1, k));
                for (x, o) in out.iter_mut().enumerate() {
                    let sum = top[2 * x] + top[2 * x + 1] + (bottom[2 * x] + bottom[2 * x + 1]);
                    *o = 0.25 * sum;
                }
            }
        });
        half
    }

    fn fields(&self) -> Vec<Field> {
        let field = |k: usize| {
            crate::raster::from_rows(self.rows, self.columns, |y, out| {
                out.copy_from_slice(self.row(y, k));
            })
        };
        (0..self.planes).map(field).collect()
    }
}

/// Outputs that are summed at once, and columns: their sums fill half of AVX2's registers, or all of
/// those of a processor without.
const AT_ONCE: usize = 4;
const WIDE: usize = 16;

/// A convolution over all sources' planes in turn, zero beyond the border, with the rectifier (a
/// single pixel's, the last one, has none).
fn convolve(convolution: &Convolution, sources: &[Source]) -> Stack {
    let (rows, columns) = match sources.last() {
        Some(Source::Same(s)) => (s.rows, s.columns),
        Some(Source::Half(s)) => (2 * s.rows, 2 * s.columns),
        None => (0, 0),
    };
    let side = convolution.side;
    let reach = side / 2;
    let stride = columns.next_multiple_of(WIDE) + 2 * reach;
    let packed = packed(convolution);
    let mut out = Stack::zeros(rows, columns, convolution.outputs);
    let length = (columns * convolution.outputs).max(1);
    out.values.par_chunks_mut(length).enumerate().for_each_init(
        || vec![0.0f32; stride * side * convolution.inputs],
        |padded, (y, out)| {
            gather(sources, y, rows, side, stride, padded);
            for (block, out) in out.chunks_mut(AT_ONCE * columns).enumerate() {
                let weights = &packed[block * padded.len() / stride * side * AT_ONCE..];
                let biases = &convolution.biases[block * AT_ONCE..];
                let biases = std::array::from_fn(|k| biases.get(k).copied().unwrap_or(0.0));
                let sum_row = if side == 1 {
                    sum_row::<1>
                } else {
                    sum_row::<3>
                };
                sum_row(padded, stride, weights, biases, columns, out);
            }
            if side > 1 {
                for v in out.iter_mut() {
                    *v = if *v > 0.0 { *v } else { LEAK * *v };
                }
            }
        },
    );
    out
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

/// The rows around `y` of every plane with zeros beside them: `[plane][row][column]`.
fn gather(
    sources: &[Source],
    y: usize,
    rows: usize,
    side: usize,
    stride: usize,
    padded: &mut [f32],
) {
    let reach = side / 2;
    let mut lines = padded.chunks_exact_mut(stride);
    for source in sources {
        let planes = match source {
            Source::Same(s) | Source::Half(s) => s.planes,
        };
        for plane in 0..planes {
            for ky in 0..side {
                let Some(line) = lines.next() else { return };
                let at = y as isize + ky as isize - reach as isize;
                if at < 0 || at >= rows as isize {
                    line.fill(0.0);
                    continue;
                }
                match source {
                    Source::Same(s) => {
                        let row = s.row(at as usize, plane);
                        line[reach..reach + row.len()].copy_from_slice(row);
                    }
                    Source::Half(s) => {
                        let row = s.row(at as usize / 2, plane);
                        for (pair, &v) in line[reach..].chunks_exact_mut(2).zip(row) {
                            pair.fill(v);
                        }
                    }
                }
            }
        }
    }
}

/// [`AT_ONCE`] outputs of one row; every sum runs in the same order and is rounded once a product,
/// whatever the machine: wider registers hold more columns, not more of a sum. Processors that cannot
/// multiply and add in one go (on x86 those before 2013) are many times slower, and say the same.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn sum_row<const SIDE: usize>(
    padded: &[f32],
    stride: usize,
    weights: &[f32],
    biases: [f32; AT_ONCE],
    columns: usize,
    out: &mut [f32],
) {
    for x in (0..columns).step_by(WIDE) {
        // One name each: an array of sums is kept in memory, not in registers.
        let [mut a, mut b, mut c, mut d] = biases.map(|bias| [bias; WIDE]);
        let lines = padded.chunks_exact(stride);
        for (line, taps) in lines.zip(weights.chunks_exact(SIDE * AT_ONCE)) {
            let line = &line[x..x + WIDE + SIDE - 1];
            for kx in 0..SIDE {
                let values = line[kx..].first_chunk().expect("as wide as it was cut");
                let tap = &taps[kx * AT_ONCE..];
                add(&mut a, tap[0], values);
                add(&mut b, tap[1], values);
                add(&mut c, tap[2], values);
                add(&mut d, tap[3], values);
            }
        }
        let wide = WIDE.min(columns - x);
        for (out, sum) in out.chunks_exact_mut(columns).zip([a, b, c, d]) {
            out[x..x + wide].copy_from_slice(&sum[..wide]);
        }
    }
}

#[inline(always)]
fn add(sums: &mut [f32; WIDE], weight: f32, values: &[f32; WIDE]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum = value.mul_add(weight, *sum);
    }
}

#[cfg(test)]
mod tests;
