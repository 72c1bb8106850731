//! The network's loss and its derivatives by every weight (back-propagation), on one crop.
//!
//! Planes are rows of a matrix here, `[plane, pixel]`, so that each convolution is one product with
//! the matrix of all pixels' neighbourhoods.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

use crate::relief::unet::{Convolution, LEAK, LEVELS, Unet};

/// Planes of one level.
#[derive(Clone)]
pub struct Planes {
    /// `[plane, row * columns + column]`.
    pub values: Array2<f32>,
    pub rows: usize,
    pub columns: usize,
}

impl Planes {
    fn like(&self, values: Array2<f32>) -> Self {
        Self {
            values,
            rows: self.rows,
            columns: self.columns,
        }
    }

    /// Means of 2 x 2.
    fn halved(&self) -> Self {
        let (rows, columns) = (self.rows / 2, self.columns / 2);
        let mut values = Array2::zeros((self.values.nrows(), rows * columns));
        for (from, mut to) in self.values.outer_iter().zip(values.outer_iter_mut()) {
            for y in 0..rows {
                for x in 0..columns {
                    let at = 2 * y * self.columns + 2 * x;
                    let sum = from[at] + from[at + 1];
                    let below = from[at + self.columns] + from[at + self.columns + 1];
                    to[y * columns + x] = 0.25 * (sum + below);
                }
            }
        }
        Self {
            values,
            rows,
            columns,
        }
    }

    /// The derivative by what was [`Planes::halved`]: each value spread over 2 x 2, `share` of it.
    fn spread(&self, share: f32) -> Self {
        let (rows, columns) = (self.rows * 2, self.columns * 2);
        let mut values = Array2::zeros((self.values.nrows(), rows * columns));
        for (from, mut to) in self.values.outer_iter().zip(values.outer_iter_mut()) {
            for y in 0..rows {
                for x in 0..columns {
                    to[y * columns + x] = share * from[y / 2 * self.columns + x / 2];
                }
            }
        }
        Self {
            values,
            rows,
            columns,
        }
    }

    /// Strips of whole rows, first row and how many, whose neighbourhoods fit a processor's cache.
    fn strips(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        /// Pixels of a strip: with 40 planes 1.5 MB.
        const STRIP: usize = 1024;
        let rows = self.rows;
        let tall = (STRIP / self.columns.max(1)).max(1);
        (0..rows)
            .step_by(tall)
            .map(move |y| (y, tall.min(rows - y)))
    }

    /// The pixels of a strip.
    fn pixels(&self, (first, tall): (usize, usize)) -> std::ops::Range<usize> {
        first * self.columns..(first + tall) * self.columns
    }

    /// The neighbourhoods of a strip, `[plane * taps + tap, pixel]`, zero beyond the border.
    fn neighbourhoods(&self, side: usize, strip: (usize, usize)) -> Array2<f32> {
        let lines = self.values.nrows() * side * side;
        let mut out = Array2::zeros((lines, self.pixels(strip).len()));
        let (from, to) = (flat(&self.values), flat_mut(&mut out));
        for run in runs(self, side, strip) {
            to[run.hood..][..run.length].copy_from_slice(&from[run.pixel..][..run.length]);
        }
        out
    }

    /// Adds what the neighbourhoods of a strip hold of each pixel: the transpose of
    /// [`Planes::neighbourhoods`].
    fn add_neighbourhoods(&mut self, hoods: &Array2<f32>, side: usize, strip: (usize, usize)) {
        let runs = runs(self, side, strip);
        let (from, to) = (flat(hoods), flat_mut(&mut self.values));
        for run in runs {
            let from = &from[run.hood..][..run.length];
            for (t, v) in to[run.pixel..][..run.length].iter_mut().zip(from) {
                *t += v;
            }
        }
    }
}

/// Pixels that one tap of a strip's neighbourhoods takes from one row of one plane.
struct Run {
    /// Where they begin among the neighbourhoods, and among all planes' pixels.
    hood: usize,
    pixel: usize,
    length: usize,
}

/// All runs of a strip.
fn runs(
    planes: &Planes,
    side: usize,
    (first, tall): (usize, usize),
) -> impl Iterator<Item = Run> + use<> {
    let (rows, columns, count) = (planes.rows, planes.columns, planes.values.nrows());
    let (reach, taps) = (side as isize / 2, side * side);
    (0..count * taps).flat_map(move |line| {
        let tap = line % taps;
        let (dy, dx) = ((tap / side) as isize - reach, (tap % side) as isize - reach);
        let (left, right) = ((-dx).max(0) as usize, columns - dx.max(0) as usize);
        (0..tall).filter_map(move |y| {
            let at = (first + y).checked_add_signed(dy).filter(|&at| at < rows)?;
            let row = (line / taps * rows + at) * columns;
            Some(Run {
                hood: (line * tall + y) * columns + left,
                pixel: (row + left).wrapping_add_signed(dx),
                length: right - left,
            })
        })
    })
}

fn flat(values: &Array2<f32>) -> &[f32] {
    values.as_slice().expect("planes are whole")
}

fn flat_mut(values: &mut Array2<f32>) -> &mut [f32] {
    values.as_slice_mut().expect("planes are whole")
}

/// A convolution that was done, with what its derivative needs.
struct Done {
    input: Planes,
    /// After the rectifier.
    out: Planes,
}

fn weights(convolution: &Convolution) -> ArrayView2<'_, f32> {
    let taps = convolution.inputs * convolution.side * convolution.side;
    ArrayView2::from_shape((convolution.outputs, taps), &convolution.weights)
        .expect("weights fit their shape")
}

fn forward(convolution: &Convolution, input: Planes) -> Done {
    let biases = Array1::from(convolution.biases.clone()).insert_axis(Axis(1));
    let mut out = biases
        .broadcast((convolution.outputs, input.values.ncols()))
        .expect("a bias for each plane")
        .to_owned();
    for strip in input.strips() {
        let hoods = input.neighbourhoods(convolution.side, strip);
        let mut part = out.slice_mut(s![.., input.pixels(strip)]);
        general_mat_mul(1.0, &weights(convolution), &hoods, 1.0, &mut part);
    }
    if convolution.side > 1 {
        out.mapv_inplace(|v| if v > 0.0 { v } else { LEAK * v });
    }
    Done {
        out: input.like(out),
        input,
    }
}

/// The derivative by a convolution's input, given the one by its output; adds those by its weights
/// and biases to `numbers`.
fn backward(
    convolution: &Convolution,
    done: &Done,
    mut delta: Array2<f32>,
    numbers: &mut [f32],
) -> Planes {
    if convolution.side > 1 {
        delta.zip_mut_with(&done.out.values, |d, &v| {
            if v <= 0.0 {
                *d *= LEAK;
            }
        });
    }
    let weights = weights(convolution);
    let mut by_weights = Array2::zeros(weights.dim());
    let mut by_input = done.input.like(Array2::zeros(done.input.values.dim()));
    for strip in done.input.strips() {
        let delta = delta.slice(s![.., done.input.pixels(strip)]);
        let hoods = done.input.neighbourhoods(convolution.side, strip);
        general_mat_mul(1.0, &delta, &hoods.t(), 1.0, &mut by_weights);
        by_input.add_neighbourhoods(&weights.t().dot(&delta), convolution.side, strip);
    }
    let (w, b) = numbers.split_at_mut(convolution.weights.len());
    for (n, d) in w.iter_mut().zip(&by_weights) {
        *n += d;
    }
    for (n, row) in b.iter_mut().zip(delta.outer_iter()) {
        *n += row.sum();
    }
    by_input
}

fn joined(low: &Planes, high: &Planes) -> Planes {
    let low = low.spread(1.0);
    let values = ndarray::concatenate(Axis(0), &[low.values.view(), high.values.view()]);
    high.like(values.expect("levels fit"))
}

/// Apart again: the derivatives by the coarse level (summed over 2 x 2) and by the fine one.
fn parted(joined: &Planes, low: usize) -> (Planes, Array2<f32>) {
    let coarse = joined.like(joined.values.slice(s![..low, ..]).to_owned());
    let mut half = coarse.halved();
    half.values *= 4.0;
    (half, joined.values.slice(s![low.., ..]).to_owned())
}

/// The convolutions on the way up, each with the one on the way down whose planes it is handed.
fn upward() -> impl DoubleEndedIterator<Item = (usize, usize)> {
    (0..LEVELS - 1).map(|k| (2 * LEVELS + k, 2 * (LEVELS - 1 - k) - 1))
}

/// What the network sees, and what its derivatives need.
pub struct Tape {
    done: Vec<Done>,
}

impl Tape {
    /// The network's outputs for `input`.
    pub fn record(unet: &Unet, input: &Planes) -> Self {
        let c = &unet.convolutions;
        let mut done: Vec<Done> = Vec::with_capacity(c.len());
        for level in 0..LEVELS {
            let first = if level == 0 {
                forward(&c[0], input.clone())
            } else {
                forward(&c[2 * level], done[2 * level - 1].out.halved())
            };
            done.push(first);
            done.push(forward(&c[2 * level + 1], done[2 * level].out.clone()));
        }
        for (i, high) in upward() {
            let both = joined(&done[i - 1].out, &done[high].out);
            done.push(forward(&c[i], both));
        }
        let last = c.len() - 1;
        done.push(forward(&c[last], done[last - 1].out.clone()));
        Self { done }
    }

    pub fn outputs(&self) -> &Array2<f32> {
        &self.done[self.done.len() - 1].out.values
    }

    /// Adds the derivatives by all of the network's numbers to `numbers`, given those by its outputs.
    pub fn derive(&self, unet: &Unet, by_outputs: Array2<f32>, numbers: &mut [f32]) {
        let c = &unet.convolutions;
        let mut starts = vec![0];
        for conv in c {
            let start = starts[starts.len() - 1] + conv.weights.len() + conv.biases.len();
            starts.push(start);
        }
        let mut back = |i: usize, delta: Array2<f32>| {
            backward(
                &c[i],
                &self.done[i],
                delta,
                &mut numbers[starts[i]..starts[i + 1]],
            )
        };
        let mut delta = back(c.len() - 1, by_outputs).values;
        // Derivatives by the planes that each level hands to its like on the way up.
        let mut across = Vec::new();
        for (i, _) in upward().rev() {
            let both = back(i, delta);
            let (coarse, fine) = parted(&both, self.done[i - 1].out.values.nrows());
            across.push(fine);
            delta = coarse.values;
        }
        for level in (0..LEVELS).rev() {
            let first = back(2 * level + 1, delta).values;
            let input = back(2 * level, first);
            if level == 0 {
                break;
            }
            delta = input.spread(0.25).values;
            // Pushed from the finest level on: the coarsest comes first.
            if let Some(fine) = across.pop() {
                delta += &fine;
            }
        }
    }
}
