//! Two-dimensional discrete Fourier transform, rows in parallel.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ndarray::Array2;
use rayon::prelude::*;
use rustfft::{Fft, FftDirection, FftPlanner, num_complex::Complex32};

use crate::raster::{Field, each, transposed};

/// A complex number for every pixel, `[[row, column]]`.
pub type Spectrum = Array2<Complex32>;

/// The forward transform, unscaled.
#[must_use]
pub fn forward(plane: Spectrum) -> Spectrum {
    transform(plane, FftDirection::Forward)
}

/// The inverse transform, scaled so that `inverse(forward(p)) == p` but for rounding.
#[must_use]
pub fn inverse(plane: Spectrum) -> Spectrum {
    let scale = 1.0 / plane.len() as f32;
    let mut plane = transform(plane, FftDirection::Inverse);
    if let Some(data) = plane.as_slice_mut() {
        data.par_iter_mut().for_each(|v| *v *= scale);
    }
    plane
}

/// A forward transform that was left turned: `[[column frequency, row frequency]]`.
#[derive(Debug, Clone)]
pub struct Turned(Spectrum);

impl Turned {
    /// The forward transform of a plane, unscaled. Rows of nothing cost next to nothing.
    #[must_use]
    pub fn of(plane: Spectrum) -> Self {
        let (rows, columns) = plane.dim();
        let (along_rows, along_columns) = plans(columns, rows, FftDirection::Forward);
        let plane = each_row(plane, &*along_rows);
        Self(each_row(transposed(&plane), &*along_columns))
    }

    /// Real part of the cyclic correlation of the plane with another of the same size, at all shifts.
    #[must_use]
    pub fn correlated(&self, mut other: Self) -> Field {
        let (columns, rows) = self.0.dim();
        let (along_rows, along_columns) = plans(columns, rows, FftDirection::Inverse);
        other.0.zip_mut_with(&self.0, |o, s| *o = s * o.conj());
        let turned = each_row(other.0, &*along_columns);
        let plane = each_row(transposed(&turned), &*along_rows);
        let scale = 1.0 / plane.len() as f32;
        each(&plane, |v| v.re * scale)
    }
}

fn transform(plane: Spectrum, direction: FftDirection) -> Spectrum {
    let (rows, columns) = plane.dim();
    let (along_rows, along_columns) = plans(columns, rows, direction);
    let plane = each_row(plane, &*along_rows);
    let turned = each_row(transposed(&plane), &*along_columns);
    transposed(&turned)
}

/// A transform of lines of one length.
type Plan = Arc<dyn Fft<f32>>;

/// The transforms of lines of two lengths. Their tables are worked out once in the program's life.
fn plans(columns: usize, rows: usize, direction: FftDirection) -> (Plan, Plan) {
    static PLANNER: LazyLock<Mutex<FftPlanner<f32>>> =
        LazyLock::new(|| Mutex::new(FftPlanner::new()));
    let mut planner = PLANNER.lock().unwrap_or_else(PoisonError::into_inner);
    (
        planner.plan_fft(columns, direction),
        planner.plan_fft(rows, direction),
    )
}

/// The forward transform of a small square plane in place, unscaled, by one thread.
pub fn small(plane: &mut [Complex32], side: usize) {
    let (along, _) = plans(side, side, FftDirection::Forward);
    let mut scratch = vec![Complex32::default(); along.get_inplace_scratch_len()];
    for _ in 0..2 {
        along.process_with_scratch(plane, &mut scratch);
        for i in 0..side {
            for j in 0..i {
                plane.swap(i * side + j, j * side + i);
            }
        }
    }
}

fn each_row(mut plane: Spectrum, fft: &dyn Fft<f32>) -> Spectrum {
    let columns = plane.ncols();
    let scratch = || vec![Complex32::default(); fft.get_inplace_scratch_len()];
    if let Some(data) = plane.as_slice_mut() {
        data.par_chunks_mut(columns.max(1))
            .for_each_init(scratch, |scratch, line| {
                // The transform of nothing is nothing.
                if line.iter().any(|v| *v != Complex32::default()) {
                    fft.process_with_scratch(line, scratch);
                }
            });
    }
    plane
}

/// Frequency of bin `i` of `n`, cycles per px, -1/2 to 1/2.
#[must_use]
pub fn frequency(i: usize, n: usize) -> f32 {
    let i = i as f32;
    let n = n as f32;
    if i < n / 2.0 { i / n } else { i / n - 1.0 }
}

/// The next length from `n` on whose transform is fast (2^a 3^b 5^c).
#[must_use]
pub fn fast_length(n: usize) -> usize {
    let mut length = n.max(1);
    while !is_fast(length) {
        length += 1;
    }
    length
}

fn is_fast(mut length: usize) -> bool {
    for p in [2, 3, 5] {
        while length.is_multiple_of(p) {
            length /= p;
        }
    }
    length == 1
}
