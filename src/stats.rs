//! Order statistics and sums that give the same bits on any number of threads.

/// A normal distribution's standard deviation per median absolute deviation.
pub const SIGMA_PER_MAD: f32 = 1.4826;

/// The `q`-quantile (0 to 1) of finite values, by nearest rank; `None` of nothing. Reorders `values`.
#[must_use]
pub fn quantile(values: &mut [f32], q: f64) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let rank = ((values.len() - 1) as f64 * q.clamp(0.0, 1.0)).round() as usize;
    Some(*values.select_nth_unstable_by(rank, f32::total_cmp).1)
}

/// The median of finite values, by nearest rank; `None` of nothing. Reorders `values`.
#[must_use]
pub fn median(values: &mut [f32]) -> Option<f32> {
    quantile(values, 0.5)
}

/// Median and robust standard deviation (1.4826 times the median absolute deviation).
#[must_use]
pub fn median_and_sigma(values: &mut [f32]) -> Option<(f32, f32)> {
    let centre = median(values)?;
    for v in values.iter_mut() {
        *v = (*v - centre).abs();
    }
    Some((centre, SIGMA_PER_MAD * median(values)?))
}

/// The arithmetic mean, added in order in f64; `None` of nothing.
#[must_use]
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut n, mut sum) = (0usize, 0.0);
    for v in values {
        n += 1;
        sum += v;
    }
    (n > 0).then(|| sum / n as f64)
}
