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
    Some(if values.len() < MANY {
        *values.select_nth_unstable_by(rank, f32::total_cmp).1
    } else {
        of_rank(values, rank)
    })
}

/// From so many values on they are counted before any is moved.
const MANY: usize = 1 << 15;

/// The value of a rank, from 0: it is looked for only among those that share its upper half of bits.
fn of_rank(values: &[f32], mut rank: usize) -> f32 {
    const HALF: u32 = 16;
    let upper = |v: f32| (ordered(v) >> HALF) as usize;
    let mut counts = vec![0usize; 1 << HALF];
    for &v in values {
        counts[upper(v)] += 1;
    }
    let mut bin = 0;
    while rank >= counts[bin] {
        rank -= counts[bin];
        bin += 1;
    }
    let mut alike = Vec::with_capacity(counts[bin]);
    alike.extend(values.iter().filter(|&&v| upper(v) == bin));
    *alike.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// A whole number in the order of [`f32::total_cmp`].
pub(crate) fn ordered(v: f32) -> u32 {
    let bits = v.to_bits();
    if v.is_sign_negative() {
        !bits
    } else {
        bits | 1 << 31
    }
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

/// Spearman's rank correlation of pairs of finite values, ties at their mean rank; `None` of fewer than
/// three pairs, or if one side is all alike.
#[must_use]
pub fn rank_correlation(pairs: &[[f64; 2]]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let [a, b] = [0, 1].map(|side| ranks(&pairs.iter().map(|p| p[side]).collect::<Vec<f64>>()));
    let middle = 0.5 * (pairs.len() - 1) as f64;
    let (mut aa, mut ab, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(&b) {
        let (a, b) = (a - middle, b - middle);
        aa += a * a;
        ab += a * b;
        bb += b * b;
    }
    (aa > 0.0 && bb > 0.0).then(|| ab / (aa * bb).sqrt())
}

/// The rank of each value, from 0.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for alike in order.chunk_by(|&i, &j| values[i] == values[j]) {
        for &i in alike {
            ranks[i] = first as f64 + 0.5 * (alike.len() - 1) as f64;
        }
        first += alike.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_have_the_ranks_of_few() {
        let value = |i: usize| {
            let v = (i * 7919 % 4001) as f32 - 1200.0;
            if i.is_multiple_of(3) {
                0.0 * v
            } else {
                v / 64.0
            }
        };
        let values: Vec<f32> = (0..2 * MANY).map(value).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f32::total_cmp);
        for rank in [0, 1, MANY / 3, MANY, 2 * MANY - 1] {
            let found = of_rank(&values, rank);
            assert_eq!(found.to_bits(), sorted[rank].to_bits(), "{rank}");
        }
    }

    #[test]
    fn ranks_correlate_whatever_the_spacing() {
        let pairs = |f: fn(f64) -> f64| -> Vec<[f64; 2]> {
            (1..9).map(|i| [f64::from(i), f(f64::from(i))]).collect()
        };
        assert_eq!(rank_correlation(&pairs(|v| v.powi(5))), Some(1.0));
        assert_eq!(rank_correlation(&pairs(|v| -v)), Some(-1.0));
        assert_eq!(rank_correlation(&pairs(|_| 2.0)), None);
        assert_eq!(rank_correlation(&[[1.0, 1.0]; 2]), None);
        // By hand: ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3.
        let tied = [[1.0, 1.0], [2.0, 2.0], [2.0, 3.0], [5.0, 4.0]];
        let expected = 4.5 / (4.5f64 * 5.0).sqrt();
        assert!((rank_correlation(&tied).unwrap() - expected).abs() < 1e-12);
    }
}
