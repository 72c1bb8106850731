//! A symmetric positive definite system of equations whose matrix is a band about its diagonal.

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

    /// The solution, by Cholesky's decomposition in place.
    pub fn solve(mut self) -> Vec<f64> {
        let (n, width) = (self.right.len(), self.width);
        for i in 0..n {
            let (done, rest) = self.rows.split_at_mut(i * width);
            let row = &mut rest[..width];
            for j in i.saturating_sub(width - 1)..i {
                let other = &done[j * width..(j + 1) * width];
                // Both rows as seen from column `first` on.
                let shift = i - j;
                let at = width - 1 - shift;
                let product = dot(&row[..at], &other[shift..shift + at]);
                row[at] = (row[at] - product) / other[width - 1];
            }
            let square = dot(&row[..width - 1], &row[..width - 1]);
            // The ridge in every system built here keeps this positive.
            row[width - 1] = (row[width - 1] - square).max(f64::MIN_POSITIVE).sqrt();
        }
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

/// A sum of products in four fixed lanes: the compiler may not reorder a sum on its own.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail: f64 = a4
        .remainder()
        .iter()
        .zip(b4.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a4.zip(b4) {
        for k in 0..4 {
            lanes[k] += a[k] * b[k];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + tail
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
