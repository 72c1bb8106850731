//! Where small squares of one picture are found again in another: normalised cross-correlation.
//!
//! Squares overlap, so nothing is summed for a square by itself: the picture is cut into blocks, the
//! products of each block with the other picture are summed once for every offset, and a square is the
//! sum of its blocks.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for its caller's wider registers"
)]

use rayon::prelude::*;

use super::blocks::{FEW, LANES, Padded, Search, Sums, Surface, blocks_of, squares};

/// Share of a square that must be skin in both pictures.
const SKIN_SHARE: f32 = 0.5;

/// Rows of squares of one task; the rows of blocks above and below them are summed twice.
const BAND: usize = 16;

/// A square of the first picture found in the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patch {
    /// Its place among the squares; squares stand a block apart.
    pub column: usize,
    pub row: usize,
    /// Found that far off in the second, px; `None` if the best offset lies on the search's rim.
    pub offset: Option<(f32, f32)>,
    /// Correlation at the best offset, -1 to 1.
    pub correlation: f32,
    /// Minus the second derivatives of the correlation there (xx, xy, yy), per px².
    pub curvature: [f32; 3],
}

/// Every square of `a` with enough skin in both, sought in `b`, both padded alike.
pub(super) fn sought(a: &Padded, b: &Padded, search: &Search) -> Vec<Patch> {
    if search.span() <= FEW {
        sought_in::<FEW>(a, b, search)
    } else {
        sought_in::<LANES>(a, b, search)
    }
}

/// As [`sought`], `W` lanes of offsets.
fn sought_in<const W: usize>(a: &Padded, b: &Padded, search: &Search) -> Vec<Patch> {
    let rows = squares(a.size.0);
    let bands: Vec<Vec<Patch>> = (0..rows.div_ceil(BAND))
        .into_par_iter()
        .map(|band| {
            let mut patches = Vec::new();
            let mut strips = Strips::<W>::new(a, b, search);
            for line in band * BAND..((band + 1) * BAND).min(rows) {
                strips.reach(line);
                strips.found(line, &mut patches);
            }
            patches
        })
        .collect();
    bands.concat()
}

/// Sums over strips as long as a square and as high as a block, of the last few rows of blocks.
struct Strips<'a, const W: usize> {
    a: &'a Padded,
    b: &'a Padded,
    search: &'a Search,
    /// Row of blocks number i stands at i modulo their number.
    rows: Vec<Vec<Sums<W>>>,
    /// Rows of blocks that were summed: the first square's first one on.
    summed: std::ops::Range<usize>,
}

impl<'a, const W: usize> Strips<'a, W> {
    fn new(a: &'a Padded, b: &'a Padded, search: &'a Search) -> Self {
        Self {
            a,
            b,
            search,
            rows: vec![Vec::new(); search.blocks],
            summed: 0..0,
        }
    }

    /// Sums what squares of row `line` need and was not summed yet.
    fn reach(&mut self, line: usize) {
        let needed = line..line + self.search.blocks;
        let from = needed.start.max(self.summed.end);
        for i in from..needed.end {
            let blocks = blocks_of(self.a, self.b, i, self.search);
            let squares = squares(self.a.size.1);
            self.rows[i % self.search.blocks] = strips_of(&blocks, squares, self.search);
        }
        self.summed = needed;
    }

    /// The squares of row `line` with enough skin in both.
    fn found(&self, line: usize, patches: &mut Vec<Patch>) {
        let side = self.search.side() as f32;
        let least = SKIN_SHARE * side * side;
        let strips = |k: usize| &self.rows[(line + k) % self.rows.len()];
        for column in 0..squares(self.a.size.1) {
            let parts = (0..self.search.blocks).map(|k| &strips(k)[column]);
            let skin = |which: usize| parts.clone().map(|p| p.skin[which]).sum::<f32>();
            if skin(0).min(skin(1)) >= least {
                patches.push(correlated(parts, column, line, self.search));
            }
        }
    }
}

/// Strips of as many blocks as a square is wide, from each of the first `squares` blocks on.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn strips_of<const W: usize>(blocks: &[Sums<W>], squares: usize, search: &Search) -> Vec<Sums<W>> {
    let strips = blocks.windows(search.blocks).take(squares);
    strips
        .map(|strip| Sums::together(strip.iter(), search.span()))
        .collect()
}

/// The square made of these strips.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn correlated<'a, const W: usize>(
    strips: impl Iterator<Item = &'a Sums<W>> + Clone,
    column: usize,
    row: usize,
    search: &Search,
) -> Patch {
    let span = search.span();
    let sums = Sums::together(strips, span);
    let mut surface = sums.products;
    let powers = sums.first.iter().zip(&sums.second);
    for (line, (first, second)) in surface.iter_mut().zip(powers).take(span) {
        for (o, (first, second)) in line.iter_mut().zip(first.iter().zip(second)) {
            let power = first * second;
            let correlation = *o / power.sqrt();
            *o = if power > 1e-9 { correlation } else { 0.0 };
        }
    }
    best_of(&surface, column, row, search.radius)
}

/// The highest correlation, to a fraction of a pixel by a quadratic through the 3 x 3 around it.
#[inline(always)]
fn best_of<const W: usize>(
    surface: &Surface<W>,
    column: usize,
    row: usize,
    radius: usize,
) -> Patch {
    let span = 2 * radius + 1;
    let (mut top, mut at) = (f32::NEG_INFINITY, (0, 0));
    for (j, line) in surface.iter().enumerate().take(span) {
        for (i, &c) in line.iter().enumerate().take(span) {
            if c > top {
                (top, at) = (c, (i, j));
            }
        }
    }
    let mut patch = Patch {
        column,
        row,
        offset: None,
        correlation: top,
        curvature: [0.0; 3],
    };
    let (i, j) = at;
    if i == 0 || j == 0 || i + 1 >= span || j + 1 >= span {
        return patch;
    }
    let s = |u: usize, v: usize| surface[j + v - 1][i + u - 1];
    // Least squares over the nine values.
    let column = |u: usize| s(u, 0) + s(u, 1) + s(u, 2);
    let line = |v: usize| s(0, v) + s(1, v) + s(2, v);
    let (gx, gy) = ((column(2) - column(0)) / 6.0, (line(2) - line(0)) / 6.0);
    let xx = (column(0) - 2.0 * column(1) + column(2)) / 3.0;
    let yy = (line(0) - 2.0 * line(1) + line(2)) / 3.0;
    let xy = (s(0, 0) - s(2, 0) - s(0, 2) + s(2, 2)) / 4.0;
    let determinant = xx * yy - xy * xy;
    if xx < 0.0 && determinant > 1e-12 {
        let dx = (xy * gy - yy * gx) / determinant;
        let dy = (xy * gx - xx * gy) / determinant;
        if dx.abs() <= 1.5 && dy.abs() <= 1.5 {
            let r = radius as f32;
            patch.offset = Some((i as f32 - r + dx, j as f32 - r + dy));
            patch.curvature = [-xx, -xy, -yy];
        }
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Field;
    use crate::register::blocks::middle;
    use crate::register::picture::Picture;

    /// A texture, moved by whole px, with a corner that is no skin.
    fn picture(size: (usize, usize), moved: (usize, usize)) -> Picture {
        let open = |(y, x): (usize, usize)| x + y > 30;
        let value = |(y, x): (usize, usize)| {
            let (y, x) = (y + moved.0, x + moved.1);
            ((x * x * 7 + y * y * 11 + x * y * 5) % 31) as f32 / 31.0 - 0.5
        };
        Picture {
            values: Field::from_shape_fn(size, |at| if open(at) { value(at) } else { 0.0 }),
            skin: Field::from_shape_fn(size, |at| f32::from(u8::from(open(at)))),
            factor: 1.0,
            size,
        }
    }

    /// The correlation of a square with another `by` (x, y) px off, pixel by pixel over what is skin in
    /// both.
    fn correlation(a: &Picture, b: &Picture, corner: (i64, i64), side: i64, by: (i64, i64)) -> f64 {
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        let at = |field: &Field, x: i64, y: i64| {
            let inside = usize::try_from(y).ok().zip(usize::try_from(x).ok());
            f64::from(inside.and_then(|at| field.get(at)).copied().unwrap_or(0.0))
        };
        for y in corner.1..corner.1 + side {
            for x in corner.0..corner.0 + side {
                let (u, v) = (x + by.0, y + by.1);
                let (p, q) = (at(&a.values, x, y), at(&b.values, u, v));
                ab += p * q;
                aa += p * p * at(&b.skin, u, v);
                bb += q * q * at(&a.skin, x, y);
            }
        }
        ab / (aa * bb).sqrt()
    }

    #[test]
    fn squares_are_found_as_pixel_by_pixel() {
        let size = (75, 101);
        let (a, b) = (picture(size, (0, 0)), picture(size, (1, 2)));
        for (blocks, radius) in [(3, 6), (4, 3), (4, 4), (3, 7)] {
            let search = Search { blocks, radius };
            let found = sought(&Padded::new(&a), &Padded::new(&b), &search);
            assert!(found.len() > 80, "{}", found.len());
            for patch in &found {
                let half = 0.5 * search.side() as f64 - 0.5;
                let corner = |i: usize, n: usize| (middle(i, n) - half) as i64;
                let at = (corner(patch.column, size.1), corner(patch.row, size.0));
                // What is seen at x in the first stands at x - 2 in the second.
                let expected = correlation(&a, &b, at, search.side() as i64, (-2, -1));
                assert!(
                    (f64::from(patch.correlation) - expected).abs() < 1e-5,
                    "{patch:?} for {expected}"
                );
                let (dx, dy) = patch.offset.expect("the texture is found");
                assert!(
                    (dx + 2.0).abs() < 0.3 && (dy + 1.0).abs() < 0.3,
                    "{patch:?}"
                );
            }
        }
    }
}
