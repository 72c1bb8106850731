//! Areas of a mask as runs of pixels: what takes little room, however large the photo.

use image::GrayImage;

/// Pixels `from..to` of row `y`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    pub y: u32,
    pub from: u32,
    pub to: u32,
}

/// A set of pixels: runs by row, which neither touch nor overlap within a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region {
    runs: Vec<Run>,
}

/// Grey level from which a mask's pixel is set.
const SET: u8 = 128;

impl Region {
    /// All set pixels of a mask.
    #[must_use]
    pub fn of(mask: &GrayImage) -> Self {
        let mut runs = Vec::new();
        for (y, row) in mask.rows().enumerate() {
            let mut from = None;
            let mut x = 0;
            for pixel in row {
                let set = pixel.0[0] >= SET;
                match (set, from) {
                    (true, None) => from = Some(x),
                    (false, Some(start)) => {
                        runs.push(Run {
                            y: y as u32,
                            from: start,
                            to: x,
                        });
                        from = None;
                    }
                    _ => {}
                }
                x += 1;
            }
            if let Some(start) = from {
                runs.push(Run {
                    y: y as u32,
                    from: start,
                    to: x,
                });
            }
        }
        Self { runs }
    }

    /// A single pixel.
    #[must_use]
    pub fn pixel(x: u32, y: u32) -> Self {
        Self {
            runs: vec![Run {
                y,
                from: x,
                to: x + 1,
            }],
        }
    }

    /// Its connected parts (also over corners), by their first pixel.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let mut parent: Vec<usize> = (0..self.runs.len()).collect();
        fn root(parent: &mut [usize], mut i: usize) -> usize {
            while parent[i] != i {
                parent[i] = parent[parent[i]];
                i = parent[i];
            }
            i
        }
        let mut above = 0;
        for (i, run) in self.runs.iter().enumerate() {
            while self.runs[above].y + 1 < run.y
                || (self.runs[above].y + 1 == run.y && self.runs[above].to < run.from)
            {
                above += 1;
            }
            let mut other = above;
            while other < i && self.runs[other].y < run.y && self.runs[other].from <= run.to {
                if self.runs[other].to >= run.from {
                    let (a, b) = (root(&mut parent, i), root(&mut parent, other));
                    parent[a.max(b)] = a.min(b);
                }
                other += 1;
            }
        }
        let mut parts: Vec<(usize, Self)> = Vec::new();
        for (i, run) in self.runs.iter().enumerate() {
            let root = root(&mut parent, i);
            match parts.binary_search_by_key(&root, |(r, _)| *r) {
                Ok(at) => parts[at].1.runs.push(*run),
                Err(at) => parts.insert(at, (root, Self { runs: vec![*run] })),
            }
        }
        parts.into_iter().map(|(_, part)| part).collect()
    }

    /// Pixels.
    #[must_use]
    pub fn area(&self) -> u64 {
        self.runs.iter().map(|r| u64::from(r.to - r.from)).sum()
    }

    /// Pixels in both.
    #[must_use]
    pub fn shared(&self, other: &Self) -> u64 {
        let (mut a, mut b) = (0, 0);
        let mut shared = 0;
        while let (Some(p), Some(q)) = (self.runs.get(a), other.runs.get(b)) {
            if p.y == q.y {
                shared += u64::from(p.to.min(q.to).saturating_sub(p.from.max(q.from)));
            }
            if (p.y, p.to) <= (q.y, q.to) {
                a += 1;
            } else {
                b += 1;
            }
        }
        shared
    }

    /// Pixels in either.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut all: Vec<Run> = self.runs.iter().chain(&other.runs).copied().collect();
        all.sort_unstable();
        let mut runs: Vec<Run> = Vec::with_capacity(all.len());
        for run in all {
            match runs.last_mut() {
                Some(last) if last.y == run.y && run.from <= last.to => {
                    last.to = last.to.max(run.to);
                }
                _ => runs.push(run),
            }
        }
        Self { runs }
    }

    /// Its pixels by the nearest of `centres` (of equals the first).
    #[must_use]
    pub fn split(&self, centres: &[(f64, f64)]) -> Vec<Self> {
        let mut split = vec![Self::default(); centres.len()];
        for run in &self.runs {
            for x in run.from..run.to {
                let distance = |&(cx, cy): &(f64, f64)| {
                    (cx - f64::from(x)).powi(2) + (cy - f64::from(run.y)).powi(2)
                };
                let nearest = (0..centres.len())
                    .min_by(|&a, &b| distance(&centres[a]).total_cmp(&distance(&centres[b])));
                let Some(runs) = nearest.map(|n| &mut split[n].runs) else {
                    return split;
                };
                match runs.last_mut() {
                    Some(last) if last.y == run.y && last.to == x => last.to += 1,
                    _ => runs.push(Run {
                        y: run.y,
                        from: x,
                        to: x + 1,
                    }),
                }
            }
        }
        split
    }

    /// Squared distance of its nearest pixel; `None` of nothing.
    #[must_use]
    pub fn square_distance(&self, (x, y): (f64, f64)) -> Option<f64> {
        self.runs
            .iter()
            .map(|run| {
                let nearest = x.clamp(f64::from(run.from), f64::from(run.to - 1));
                (nearest - x).powi(2) + (f64::from(run.y) - y).powi(2)
            })
            .min_by(f64::total_cmp)
    }

    /// Mean of its pixels' (x, y); `None` of nothing.
    #[must_use]
    pub fn centre(&self) -> Option<(f64, f64)> {
        let (mut n, mut x, mut y) = (0.0, 0.0, 0.0);
        for run in &self.runs {
            let length = f64::from(run.to - run.from);
            n += length;
            x += length * 0.5 * f64::from(run.from + run.to - 1);
            y += length * f64::from(run.y);
        }
        (n > 0.0).then(|| (x / n, y / n))
    }

    /// Left, top, width, height; `None` of nothing.
    #[must_use]
    pub fn bounds(&self) -> Option<[u32; 4]> {
        let left = self.runs.iter().map(|r| r.from).min()?;
        let right = self.runs.iter().map(|r| r.to).max()?;
        let top = self.runs.first()?.y;
        Some([left, top, right - left, self.runs.last()?.y - top + 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn region(rows: &[&str]) -> Region {
        let mask = GrayImage::from_fn(rows[0].len() as u32, rows.len() as u32, |x, y| {
            Luma([if rows[y as usize].as_bytes()[x as usize] == b'#' {
                255
            } else {
                0
            }])
        });
        Region::of(&mask)
    }

    #[test]
    fn parts_join_over_corners_and_around_bends() {
        let parts = region(&["#..#.#", ".#.###", "......", "##.#.#", "#..###"]).parts();
        let areas: Vec<u64> = parts.iter().map(Region::area).collect();
        assert_eq!(areas, [2, 5, 3, 5]);
        assert_eq!(parts[1].bounds(), Some([3, 0, 3, 2]));
    }

    #[test]
    fn sets_of_pixels() {
        let a = region(&["##..", "####"]);
        let b = region(&[".##.", "..##"]);
        assert_eq!(
            (a.area(), b.area(), a.shared(&b), b.shared(&a)),
            (6, 4, 3, 3)
        );
        assert_eq!(a.with(&b).area(), 7);
        assert_eq!(region(&["###", "###"]).centre(), Some((1.0, 0.5)));
        assert_eq!(Region::default().centre(), None);
        assert_eq!(Region::pixel(3, 4).shared(&Region::pixel(3, 4)), 1);
    }

    /// Runs agree with pixels counted one by one, on random masks.
    #[test]
    fn shared_is_what_counting_says() {
        use rand::{RngExt, SeedableRng};
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(3);
        for _ in 0..50 {
            let mut mask = || {
                GrayImage::from_fn(23, 17, |_, _| {
                    Luma([if random.random_bool(0.4) { 255 } else { 0 }])
                })
            };
            let (p, q) = (mask(), mask());
            let both = p
                .pixels()
                .zip(q.pixels())
                .filter(|(p, q)| p.0[0] & q.0[0] > 0);
            let (a, b) = (Region::of(&p), Region::of(&q));
            assert_eq!(a.shared(&b), both.count() as u64);
            assert_eq!(a.with(&b).area() + a.shared(&b), a.area() + b.area());
            assert_eq!(a.parts().iter().map(Region::area).sum::<u64>(), a.area());
        }
    }
}
