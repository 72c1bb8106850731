//! A robust line through few points, each with its own doubt.

use rand::SeedableRng;
use rand_distr::{Distribution, Normal};
use rand_pcg::Pcg64Mcg;

use super::schema::Slope;

/// A value at a time, with its standard uncertainty (0: exact, by definition).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    pub standard_uncertainty: f64,
}

/// Quantile of the normal distribution for a two-sided 95 % interval.
pub const Z95: f64 = 1.96;

/// Fewest points of a trend: two make a change, which has its own interval.
pub const LEAST_POINTS: usize = 3;

/// Fewest points whose scatter says how sure the slope is: with four, not even perfect order is
/// rarer by chance than 1 in 12 (Kendall's S, n = 4: 2/24); with five, 1 in 60.
const LEAST_SCATTER: usize = 5;

/// Redraws of the points within their doubts.
const REDRAWS: usize = 1000;

/// Seed of the redraws, so that the same points give the same interval.
const SEED: u64 = 0x5ca2_de97;

/// The median of all slopes between two points (Theil 1950; Sen 1968, J. Am. Stat. Assoc. 63:1379),
/// which one visit gone wrong in four does not move far.
///
/// The interval holds what the points' own doubts allow (redrawn from normal distributions) and, of
/// five points or more, what their scatter around a line allows (Sen's ranks, normal approximation);
/// whichever reaches further. `None` of fewer than three points or of one time only.
#[must_use]
pub fn slope(points: &[Point]) -> Option<Slope> {
    if points.len() < LEAST_POINTS {
        return None;
    }
    let value = median(&mut slopes(points))?;
    let mut random = Pcg64Mcg::seed_from_u64(SEED);
    let mut redrawn: Vec<f64> = (0..REDRAWS)
        .filter_map(|_| {
            let moved: Vec<Point> = points.iter().map(|p| p.redrawn(&mut random)).collect();
            median(&mut slopes(&moved))
        })
        .collect();
    redrawn.sort_by(f64::total_cmp);
    let at = |q: f64| redrawn[((redrawn.len() - 1) as f64 * q).round() as usize];
    let (mut low, mut high) = (at(0.025).min(value), at(0.975).max(value));
    if points.len() >= LEAST_SCATTER {
        let (l, h) = by_rank(points);
        (low, high) = (low.min(l), high.max(h));
    }
    Some(Slope { value, low, high })
}

impl Point {
    fn redrawn(self, random: &mut Pcg64Mcg) -> Self {
        match Normal::new(self.y, self.standard_uncertainty) {
            Ok(normal) => Self {
                y: normal.sample(random),
                ..self
            },
            // A doubt that is no number moves nothing.
            Err(_) => self,
        }
    }
}

/// Slopes between any two points of different times.
pub(super) fn slopes(points: &[Point]) -> Vec<f64> {
    let mut slopes = Vec::new();
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            if a.x != b.x {
                slopes.push((b.y - a.y) / (b.x - a.x));
            }
        }
    }
    slopes
}

/// Sen's interval: the slopes at ranks (N ∓ C)/2, C = 1.96·√(n(n-1)(2n+5)/18) (Gilbert 1987, 16.4.2,
/// without ties).
fn by_rank(points: &[Point]) -> (f64, f64) {
    let mut slopes = slopes(points);
    slopes.sort_by(f64::total_cmp);
    let n = points.len() as f64;
    let c = Z95 * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let count = slopes.len() as f64;
    // Ranks count from 1.
    let low = (((count - c) / 2.0).floor() - 1.0).max(0.0) as usize;
    let high = (f64::midpoint(count, c).ceil()).min(count - 1.0) as usize;
    (slopes[low], slopes[high])
}

/// The middle one, or the mean of the middle two; `None` of nothing.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The `q`-quantile, interpolated between neighbours (Hyndman & Fan 1996, type 7); `None` of nothing.
/// Reorders `values`.
#[must_use]
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = last as f64 * q.clamp(0.0, 1.0);
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    let share = at - below as f64;
    Some(values[below] + share * (values[above] - values[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(ys: &[f64], doubt: f64) -> Vec<Point> {
        let point = |(i, &y)| Point {
            x: i as f64,
            y,
            standard_uncertainty: if i == 0 { 0.0 } else { doubt },
        };
        ys.iter().enumerate().map(point).collect()
    }

    #[test]
    fn a_line_is_found_through_one_wild_point() {
        let straight: Vec<f64> = (0..8).map(|i| -5.0 * f64::from(i)).collect();
        let slope = |ys: &[f64], doubt| super::slope(&points(ys, doubt)).unwrap();
        assert_eq!(slope(&straight, 0.0).value, -5.0);
        assert_eq!(slope(&straight, 0.0).low, -5.0);
        let mut wild = straight.clone();
        wild[4] = 200.0;
        let found = slope(&wild, 0.0);
        assert!((found.value + 5.0).abs() < 0.5, "{found:?}");
        assert!(found.low <= -5.0 && found.high >= -5.0);
    }

    #[test]
    fn doubt_of_the_points_becomes_doubt_of_the_slope() {
        let slope = |doubt| super::slope(&points(&[0.0, -10.0, -20.0, -30.0], doubt)).unwrap();
        let (sure, unsure) = (slope(1.0), slope(10.0));
        assert!(sure.high < 0.0 && sure.low > -12.0, "{sure:?}");
        assert!(unsure.high - unsure.low > 5.0 * (sure.high - sure.low));
        assert_eq!(slope(10.0), unsure, "the same points give the same bits");
    }

    #[test]
    fn two_points_or_one_day_make_no_trend() {
        assert_eq!(slope(&points(&[0.0, -10.0], 1.0)), None);
        let one_day: Vec<Point> = points(&[0.0, 1.0, 2.0], 0.0)
            .into_iter()
            .map(|p| Point { x: 3.0, ..p })
            .collect();
        assert_eq!(slope(&one_day), None);
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0, 10.0]), Some(2.5));
    }

    /// The interval holds the true slope about as often as it says.
    #[test]
    fn intervals_hold_the_truth() {
        let mut random = Pcg64Mcg::seed_from_u64(7);
        let held = (0..200)
            .filter(|_| {
                let mut p = points(&[0.0, -6.0, -12.0, -18.0], 4.0);
                for point in &mut p {
                    *point = point.redrawn(&mut random);
                }
                let s = slope(&p).unwrap();
                s.low <= -6.0 && -6.0 <= s.high
            })
            .count();
        assert!((180..=200).contains(&held), "{held} of 200");
    }
}
