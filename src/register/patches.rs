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

use super::picture::Picture;
use crate::raster::{Field, from_rows, map, row};

/// Side of a block, px, and the distance between squares.
pub(super) const BLOCK: usize = 8;

/// Offsets searched to either side at most, px.
const FARTHEST: usize = 7;

/// Blocks along a square's side at most.
const MOST_BLOCKS: usize = 4;

/// Lanes in which neighbouring offsets are added together, and what few offsets need.
const LANES: usize = 16;
const FEW: usize = 8;

/// Share of a square that must be skin in both pictures.
const SKIN_SHARE: f32 = 0.5;

/// Rows of squares of one task; the rows of blocks above and below them are summed twice.
const BAND: usize = 16;

/// How squares are laid out and sought, px of the level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Blocks along a square's side, at most [`MOST_BLOCKS`].
    pub blocks: usize,
    /// Farthest offset sought, at most [`FARTHEST`].
    pub radius: usize,
}

impl Search {
    /// Side of a square, px.
    pub fn side(&self) -> usize {
        self.blocks * BLOCK
    }

    /// Offsets sought in one direction.
    fn span(&self) -> usize {
        2 * self.radius + 1
    }
}

/// A square of the first picture found in the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patch {
    /// Its place among the squares; squares stand [`BLOCK`] px apart.
    pub column: usize,
    pub row: usize,
    /// Found that far off in the second, px; `None` if the best offset lies on the search's rim.
    pub offset: Option<(f32, f32)>,
    /// Correlation at the best offset, -1 to 1.
    pub correlation: f32,
    /// Minus the second derivatives of the correlation there (xx, xy, yy), per px².
    pub curvature: [f32; 3],
}

/// Squares along a line of `n` px.
pub(super) fn squares(n: usize) -> usize {
    n.div_ceil(BLOCK)
}

/// Where the middle of square `i` of a line of `n` px lies, px of the level.
pub(super) fn middle(i: usize, n: usize) -> f64 {
    // Two half blocks before the first middle, less half of what the squares are longer than the line.
    let shift = (squares(n) * BLOCK - n) / 2;
    (i * BLOCK + BLOCK / 2) as f64 - 0.5 - shift as f64
}

/// A picture with a border of nothing, so that a square may look beyond the edge.
pub(super) struct Padded {
    /// (rows, columns) without the border.
    size: (usize, usize),
    values: Field,
    squares: Field,
    skin: Field,
}

/// Width of the border: half of the largest square and the farthest offset, and less than a block more.
const BORDER: usize = MOST_BLOCKS * BLOCK / 2 + FARTHEST + BLOCK;

impl Padded {
    pub fn new(picture: &Picture) -> Self {
        let (rows, columns) = picture.values.dim();
        let (tall, wide) = (rows + 2 * BORDER, columns + 2 * BORDER + LANES);
        let framed = |field: &Field| {
            from_rows(tall, wide, |y, out| {
                if y >= BORDER && y < BORDER + rows {
                    out[BORDER..BORDER + columns].copy_from_slice(row(field, y - BORDER));
                }
            })
        };
        let values = framed(&picture.values);
        Self {
            size: (rows, columns),
            squares: map(&values, |v| v * v),
            skin: framed(&picture.skin),
            values,
        }
    }
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

/// Sums over pixels for each offset: lines down, in them `W` lanes across, of which a search uses its
/// span.
type Surface<const W: usize> = [[f32; W]; 2 * FARTHEST + 1];

/// What is summed over the pixels of a block, a strip or a square.
#[derive(Debug, Clone, Copy)]
struct Sums<const W: usize> {
    /// Of products of both pictures' values.
    products: Surface<W>,
    /// Of squares of the first picture's values on skin of the second one, and the other way round:
    /// where a mask cuts through, only the pixels that are skin in both count, for the correlation
    /// would else prefer the offset with the larger overlap.
    first: Surface<W>,
    second: Surface<W>,
    /// Skin in both pictures where neither is moved, px.
    skin: [f32; 2],
}

impl<const W: usize> Sums<W> {
    const NOTHING: Self = Self {
        products: [[0.0; W]; 2 * FARTHEST + 1],
        first: [[0.0; W]; 2 * FARTHEST + 1],
        second: [[0.0; W]; 2 * FARTHEST + 1],
        skin: [0.0; 2],
    };

    /// The first `span` lines of some of these together, in their order.
    #[inline(always)]
    fn together<'a>(all: impl Iterator<Item = &'a Self> + Clone, span: usize) -> Self {
        let mut sum = Self::NOTHING;
        for part in all {
            let surfaces = [
                (&mut sum.products, &part.products),
                (&mut sum.first, &part.first),
                (&mut sum.second, &part.second),
            ];
            for (sum, part) in surfaces {
                for (sum, part) in sum.iter_mut().zip(part).take(span) {
                    for (s, p) in sum.iter_mut().zip(part) {
                        *s += p;
                    }
                }
            }
            for (s, p) in sum.skin.iter_mut().zip(part.skin) {
                *s += p;
            }
        }
        sum
    }
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

/// The upper left px, padded, of block (`row`, `column`) of those that squares are made of.
fn corner(size: (usize, usize), (row, column): (usize, usize), search: &Search) -> (usize, usize) {
    let at = |i: usize, n: usize| {
        let middle = middle(i, n) + 0.5 + BORDER as f64;
        middle as usize - search.side() / 2
    };
    (at(row, size.0), at(column, size.1))
}

/// Row `line` of blocks.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn blocks_of<const W: usize>(a: &Padded, b: &Padded, line: usize, search: &Search) -> Vec<Sums<W>> {
    const WHOLE: f32 = (BLOCK * BLOCK) as f32;
    let span = search.span();
    let (top, left) = corner(a.size, (line, 0), search);
    // Where the block is sought begins that far above and left of it.
    let above = top - search.radius;
    let windows = |field: &Field| -> Vec<Vec<f32>> {
        (0..span).map(|dy| window_sums(field, above + dy)).collect()
    };
    let (power, skin) = (windows(&b.squares), windows(&b.skin));
    let own = [&a.squares, &a.skin].map(|f| window_sums(f, top));
    let blocks = squares(a.size.1) + search.blocks - 1;
    let mut all = vec![Sums::NOTHING; blocks];
    for (i, sums) in all.iter_mut().enumerate() {
        let x = left + i * BLOCK;
        let from = x - search.radius;
        let offsets = || skin.iter().flat_map(|s| &s[from..from + span]);
        sums.skin = [own[1][x], skin[search.radius][x]];
        if sums.skin[0] == 0.0 || offsets().all(|&s| s == 0.0) {
            continue;
        }
        let products = |a: &Field, b: &Field| products(a, b, (x, top), (from, above), span);
        sums.products = products(&a.values, &b.values);
        if sums.skin[0] == WHOLE && offsets().all(|&s| s == WHOLE) {
            sums.first = [[own[0][x]; W]; 2 * FARTHEST + 1];
            for (second, power) in sums.second.iter_mut().zip(&power) {
                second.copy_from_slice(&power[from..from + W]);
            }
        } else {
            sums.first = products(&a.squares, &b.skin);
            sums.second = products(&a.skin, &b.squares);
        }
    }
    all
}

/// Sums over the blocks whose upper left px lies on row `top`, at each column; 0 where they would leave
/// the field.
#[inline(always)]
fn window_sums(field: &Field, top: usize) -> Vec<f32> {
    let mut sums = row(field, top).to_vec();
    for y in top + 1..top + BLOCK {
        for (sum, v) in sums.iter_mut().zip(row(field, y)) {
            *sum += v;
        }
    }
    let mut reach = 1;
    let mut wide = sums.len();
    while reach < BLOCK {
        wide -= reach;
        // In place: what is read lies ahead of what is written.
        for x in 0..wide {
            sums[x] += sums[x + reach];
        }
        reach *= 2;
    }
    sums[wide..].fill(0.0);
    sums
}

/// Strips of as many blocks as a square is wide, from each of the first `squares` blocks on.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn strips_of<const W: usize>(blocks: &[Sums<W>], squares: usize, search: &Search) -> Vec<Sums<W>> {
    let strips = blocks.windows(search.blocks).take(squares);
    strips
        .map(|strip| Sums::together(strip.iter(), search.span()))
        .collect()
}

/// Sums of products of the block at `own` in one field with the blocks from `sought` on in another, at
/// all offsets. Wider registers hold more offsets, not more of a sum: the bits are the same on any
/// machine.
#[inline(always)]
fn products<const W: usize>(
    a: &Field,
    b: &Field,
    own: (usize, usize),
    sought: (usize, usize),
    span: usize,
) -> Surface<W> {
    let mut surface = [[0.0; W]; 2 * FARTHEST + 1];
    let mut dy = 0;
    while dy < span {
        let at = (sought.0, sought.1 + dy);
        let out = &mut surface[dy..];
        // As many lines at once as there are registers for: a sum waits for itself, others need not.
        dy += match span - dy {
            7 if W == FEW => lines::<7, W>(a, b, own, at, out),
            4 | 8 => lines::<4, W>(a, b, own, at, out),
            3 | 6 => lines::<3, W>(a, b, own, at, out),
            n if n >= 5 => lines::<5, W>(a, b, own, at, out),
            _ => lines::<1, W>(a, b, own, at, out),
        };
    }
    surface
}

/// Sums to which a number's products with a window were added. By value: sums that are only ever
/// replaced as a whole stay in registers, sums changed in place end up in memory, ten times slower.
#[inline(always)]
fn with_product<const W: usize>(mut sums: [f32; W], v: f32, window: &[f32; W]) -> [f32; W] {
    for k in 0..W {
        sums[k] = v.mul_add(window[k], sums[k]);
    }
    sums
}

/// `N` lines of [`products`]; how many lines that was.
#[inline(always)]
fn lines<const N: usize, const W: usize>(
    a: &Field,
    b: &Field,
    (left, top): (usize, usize),
    (x, y): (usize, usize),
    out: &mut [[f32; W]],
) -> usize {
    let mut sums = [[0.0f32; W]; N];
    for r in 0..BLOCK {
        let own = &row(a, top + r)[left..left + BLOCK];
        let others: [&[f32]; N] = std::array::from_fn(|n| &row(b, y + n + r)[x..x + BLOCK + W - 1]);
        for (i, &v) in own.iter().enumerate() {
            let windows: [&[f32; W]; N] = std::array::from_fn(|n| {
                let window = others[n][i..].first_chunk();
                window.expect("a line is longer than the block by a window")
            });
            for n in 0..N {
                sums[n] = with_product(sums[n], v, windows[n]);
            }
        }
    }
    out[..N].copy_from_slice(&sums);
    N
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
