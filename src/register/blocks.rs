//! What squares are made of: blocks of one picture, and the sums of their products with another picture's
//! at every offset.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for its caller's wider registers"
)]

use super::picture::Picture;
use crate::raster::{Field, from_rows, map, row};

/// Side of a block, px, and the distance between squares.
pub(super) const BLOCK: usize = 8;

/// Offsets searched to either side at most, px.
pub(super) const FARTHEST: usize = 7;

/// Blocks along a square's side at most.
pub(super) const MOST_BLOCKS: usize = 4;

/// Lanes in which neighbouring offsets are added together, and what few offsets need.
pub(super) const LANES: usize = 16;
pub(super) const FEW: usize = 8;

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
    pub fn span(&self) -> usize {
        2 * self.radius + 1
    }
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
    pub size: (usize, usize),
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

/// Sums over pixels for each offset: lines down, in them `W` lanes across, of which a search uses its
/// span.
pub(super) type Surface<const W: usize> = [[f32; W]; 2 * FARTHEST + 1];

/// What is summed over the pixels of a block, a strip or a square.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<const W: usize> {
    /// Of products of both pictures' values.
    pub products: Surface<W>,
    /// Of squares of the first picture's values on skin of the second one, and the other way round:
    /// where a mask cuts through, only the pixels that are skin in both count, for the correlation
    /// would else prefer the offset with the larger overlap.
    pub first: Surface<W>,
    pub second: Surface<W>,
    /// Skin in both pictures where neither is moved, px.
    pub skin: [f32; 2],
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
    pub fn together<'a>(all: impl Iterator<Item = &'a Self> + Clone, span: usize) -> Self {
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
pub(super) fn blocks_of<const W: usize>(
    a: &Padded,
    b: &Padded,
    line: usize,
    search: &Search,
) -> Vec<Sums<W>> {
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
