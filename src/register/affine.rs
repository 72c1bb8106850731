//! The plane map that comes nearest to pairs of places: shift, turn, scale and shear.

use super::Similarity;

/// A place in the before picture and where it lies in the after picture, (x, y) px each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointPair {
    pub before: (f64, f64),
    pub after: (f64, f64),
}

/// after = `linear` · before + `origin`, rows x and y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    pub linear: [[f64; 2]; 2],
    pub origin: [f64; 2],
}

impl From<Similarity> for Affine {
    fn from(s: Similarity) -> Self {
        Self {
            linear: [[s.a, -s.b], [s.b, s.a]],
            origin: [s.x, s.y],
        }
    }
}

impl Affine {
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let [[xx, xy], [yx, yy]] = self.linear;
        (
            xx * x + xy * y + self.origin[0],
            yx * x + yy * y + self.origin[1],
        )
    }

    /// After area per before area; negative for a mirrored picture.
    #[must_use]
    pub fn determinant(&self) -> f64 {
        let [[xx, xy], [yx, yy]] = self.linear;
        xx * yy - xy * yx
    }

    /// Least squares over at least three pairs; `None` where their before places lie on one line, or
    /// nearly so: spread less than `least` px (root mean square) across it.
    #[must_use]
    pub fn fitted(pairs: &[PointPair], least: f64) -> Option<Self> {
        let moments = Moments::of(pairs)?;
        if pairs.len() < 3 || moments.narrow() < least {
            return None;
        }
        let [[aa, ab], [_, bb]] = moments.spread;
        let determinant = aa * bb - ab * ab;
        let row = |k: usize| {
            let [p, q] = moments.cross[k];
            [
                (p * bb - q * ab) / determinant,
                (q * aa - p * ab) / determinant,
            ]
        };
        Some(moments.through([row(0), row(1)]))
    }

    /// The similarity that comes nearest, over at least two pairs; `None` where their before places
    /// spread less than `least` px (root mean square).
    #[must_use]
    pub fn similar(pairs: &[PointPair], least: f64) -> Option<Self> {
        let moments = Moments::of(pairs)?;
        let [[aa, _], [_, bb]] = moments.spread;
        if pairs.len() < 2 || (aa + bb).sqrt() < least {
            return None;
        }
        let [[xx, xy], [yx, yy]] = moments.cross;
        let (a, b) = ((xx + yy) / (aa + bb), (yx - xy) / (aa + bb));
        Some(moments.through([[a, -b], [b, a]]))
    }
}

/// Means, and mean products about them.
struct Moments {
    before: (f64, f64),
    after: (f64, f64),
    /// Before with before.
    spread: [[f64; 2]; 2],
    /// After (row) with before (column).
    cross: [[f64; 2]; 2],
}

impl Moments {
    fn of(pairs: &[PointPair]) -> Option<Self> {
        let n = pairs.len() as f64;
        let mean = |of: &dyn Fn(&PointPair) -> f64| pairs.iter().map(of).sum::<f64>() / n;
        if pairs.is_empty() {
            return None;
        }
        let before = (mean(&|p| p.before.0), mean(&|p| p.before.1));
        let after = (mean(&|p| p.after.0), mean(&|p| p.after.1));
        let from = |p: &PointPair| [p.before.0 - before.0, p.before.1 - before.1];
        let to = |p: &PointPair| [p.after.0 - after.0, p.after.1 - after.1];
        let product = |of: &dyn Fn(&PointPair, usize) -> f64, i: usize, j: usize| {
            mean(&|p| of(p, i) * from(p)[j])
        };
        let each = |of: &dyn Fn(&PointPair, usize) -> f64| {
            [0, 1].map(|i| [product(of, i, 0), product(of, i, 1)])
        };
        Some(Self {
            before,
            after,
            spread: each(&|p, i| from(p)[i]),
            cross: each(&|p, i| to(p)[i]),
        })
    }

    /// Root mean square of the before places across the line they spread along most.
    fn narrow(&self) -> f64 {
        let [[aa, ab], [_, bb]] = self.spread;
        let root = (0.25 * (aa - bb).powi(2) + ab * ab).sqrt();
        (0.5 * (aa + bb) - root).max(0.0).sqrt()
    }

    /// The map with this linear part that takes the mean to the mean.
    fn through(&self, linear: [[f64; 2]; 2]) -> Affine {
        let (x, y) = self.before;
        let origin = [
            self.after.0 - linear[0][0] * x - linear[0][1] * y,
            self.after.1 - linear[1][0] * x - linear[1][1] * y,
        ];
        Affine { linear, origin }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(map: &Affine, places: &[(f64, f64)]) -> Vec<PointPair> {
        let pair = |&before: &(f64, f64)| PointPair {
            before,
            after: map.at(before.0, before.1),
        };
        places.iter().map(pair).collect()
    }

    const SHEARED: Affine = Affine {
        linear: [[0.9, -0.2], [0.3, 1.1]],
        origin: [30.0, -7.0],
    };

    fn same(a: &Affine, b: &Affine) -> bool {
        [(0.0, 0.0), (900.0, 0.0), (0.0, 700.0)]
            .iter()
            .all(|&(x, y)| {
                let (p, q) = (a.at(x, y), b.at(x, y));
                (p.0 - q.0).hypot(p.1 - q.1) < 1e-6
            })
    }

    #[test]
    fn three_pairs_give_the_map_back() {
        let three = pairs(&SHEARED, &[(100.0, 80.0), (700.0, 120.0), (300.0, 600.0)]);
        assert!(same(&Affine::fitted(&three, 1.0).unwrap(), &SHEARED));
        assert!((SHEARED.determinant() - 1.05).abs() < 1e-12);
    }

    #[test]
    fn two_pairs_give_a_similarity_back() {
        let map = Affine::from(Similarity {
            a: 1.1,
            b: -0.2,
            x: 4.0,
            y: 9.0,
        });
        let two = pairs(&map, &[(10.0, 20.0), (400.0, 300.0)]);
        assert!(same(&Affine::similar(&two, 1.0).unwrap(), &map));
        assert!(Affine::fitted(&two, 1.0).is_none());
    }

    #[test]
    fn a_line_of_points_has_no_affine_and_one_place_no_similarity() {
        let line = pairs(&SHEARED, &[(0.0, 0.0), (100.0, 100.0), (200.0, 200.0)]);
        assert!(Affine::fitted(&line, 1.0).is_none());
        let spot = pairs(&SHEARED, &[(5.0, 5.0), (5.0, 5.0)]);
        assert!(Affine::similar(&spot, 1.0).is_none());
        assert!(Affine::similar(&[], 1.0).is_none());
    }
}
