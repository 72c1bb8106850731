//! Where small squares of one picture are found again in another: normalised cross-correlation.

#![allow(
    clippy::inline_always,
    reason = "only what is inlined is compiled for its caller's wider registers"
)]

use ndarray::Array2;
use rayon::prelude::*;

use super::picture::Picture;
use crate::raster::{Field, from_rows, map, row};

/// Offsets searched to either side at most, px.
pub(super) const FARTHEST: usize = 7;

/// Half the side of a square at most, px.
const MOST_HALF: usize = 14;

/// Lanes in which neighbouring offsets are added together.
const LANES: usize = 16;

/// Share of a square that must be skin in both pictures.
const SKIN_SHARE: f32 = 0.5;

/// How squares are laid out and sought, px of the level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Half the side of a square (the side is twice this plus 1), at most [`MOST_HALF`].
    pub half: usize,
    /// Distance between centres.
    pub step: usize,
    /// Farthest offset sought, at most [`FARTHEST`].
    pub radius: usize,
}

impl Search {
    /// Side of a square, px.
    fn side(&self) -> usize {
        2 * self.half + 1
    }

    /// Offsets sought in one direction.
    fn span(&self) -> usize {
        2 * self.radius + 1
    }
}

/// A square of the first picture found in the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patch {
    /// Centre in the first picture, px of the level.
    pub x: usize,
    pub y: usize,
    /// Found that far off in the second, px; `None` if the best offset lies on the search's rim.
    pub offset: Option<(f32, f32)>,
    /// Correlation at the best offset, -1 to 1.
    pub correlation: f32,
    /// Minus the second derivatives of the correlation there (xx, xy, yy), per px².
    pub curvature: [f32; 3],
}

/// A picture with a border of nothing, so that a square may look beyond the edge.
pub(super) struct Padded {
    /// (rows, columns) without the border.
    size: (usize, usize),
    border: usize,
    values: Field,
    squares: Field,
    skin: Field,
    /// Sums of squares above and left of each pixel.
    energy: Array2<f64>,
    /// Skin pixels above and left of each pixel.
    area: Array2<f64>,
}

impl Padded {
    pub fn new(picture: &Picture) -> Self {
        let border = MOST_HALF + FARTHEST;
        let (rows, columns) = picture.values.dim();
        let (tall, wide) = (rows + 2 * border, columns + 2 * border + LANES);
        let framed = |field: &Field| {
            from_rows(tall, wide, |y, out| {
                if y >= border && y < border + rows {
                    out[border..border + columns].copy_from_slice(row(field, y - border));
                }
            })
        };
        let (values, skin) = (framed(&picture.values), framed(&picture.skin));
        let squares = map(&values, |v| v * v);
        let (energy, area) = rayon::join(|| summed(&squares), || summed(&skin));
        Self {
            size: (rows, columns),
            border,
            energy,
            area,
            values,
            squares,
            skin,
        }
    }
}

/// Sums over all that is above and left of each pixel.
fn summed(field: &Field) -> Array2<f64> {
    let (rows, columns) = field.dim();
    let mut sums: Array2<f64> = from_rows(rows + 1, columns + 1, |y, out| {
        if y > 0 {
            let mut line = 0.0;
            for (o, &v) in out[1..].iter_mut().zip(row(field, y - 1)) {
                line += f64::from(v);
                *o = line;
            }
        }
    });
    let lines = sums.as_slice_mut().expect("planes are row-major");
    for y in 1..=rows {
        let (above, here) = lines[(y - 1) * (columns + 1)..].split_at_mut(columns + 1);
        for (here, above) in here.iter_mut().zip(above) {
            *here += *above;
        }
    }
    sums
}

/// The sum over the square of side `side` whose upper left pixel is (x, y).
fn square_sum(sums: &Array2<f64>, x: usize, y: usize, side: usize) -> f64 {
    sums[[y + side, x + side]] - sums[[y, x + side]] - sums[[y + side, x]] + sums[[y, x]]
}

/// Every square of `first` with enough skin in both, sought in `second`, both padded alike.
pub(super) fn sought(a: &Padded, b: &Padded, search: &Search) -> Vec<Patch> {
    let (rows, columns) = a.size;
    let inset = a.border - search.half;
    let side = search.side();
    let least = f64::from(SKIN_SHARE) * (side * side) as f64;
    let enough = |x: usize, y: usize| {
        let area = |p: &Padded| square_sum(&p.area, x + inset, y + inset, side);
        area(a).min(area(b)) >= least
    };
    let places = |n: usize| {
        let rest = (n - 1) % search.step;
        (0..n.div_ceil(search.step)).map(move |i| rest / 2 + i * search.step)
    };
    let centres: Vec<(usize, usize)> = places(rows)
        .flat_map(|y| places(columns).map(move |x| (x, y)))
        .filter(|&(x, y)| enough(x, y))
        .collect();
    centres
        .into_par_iter()
        .map(|(x, y)| found(a, b, x, y, search))
        .collect()
}

fn found(a: &Padded, b: &Padded, x: usize, y: usize, search: &Search) -> Patch {
    let (side, span) = (search.side(), search.span());
    // The upper left corners, in the padded pictures, of the square and of where it is sought.
    let inset = a.border - search.half;
    let own = (x + inset, y + inset);
    let sought = (own.0 - search.radius, own.1 - search.radius);
    let energy = square_sum(&a.energy, own.0, own.1, side) as f32;
    let reach = (side + span - 1) as f64;
    let whole = square_sum(&a.area, own.0, own.1, side) >= (side * side) as f64
        && square_sum(&b.area, sought.0, sought.1, side + span - 1) >= reach * reach;
    let products = |a: &Field, b: &Field| products(a, b, own, sought, search);
    let mut surface = products(&a.values, &b.values);
    // Where a mask cuts through, only the pixels that are skin in both count: the correlation
    // would else prefer the offset with the larger overlap.
    let cut = (!whole).then(|| (products(&a.squares, &b.skin), products(&a.skin, &b.squares)));
    for (dy, line) in surface.iter_mut().enumerate().take(span) {
        for (dx, o) in line.iter_mut().enumerate().take(span) {
            let power = match &cut {
                None => energy * square_sum(&b.energy, sought.0 + dx, sought.1 + dy, side) as f32,
                Some((first, second)) => first[dy][dx] * second[dy][dx],
            };
            *o = if power > 1e-9 { *o / power.sqrt() } else { 0.0 };
        }
    }
    best_of(&surface, x, y, search.radius)
}

/// A number for each offset: lines down, in them lanes across, of which a search uses its span.
type Surface = [[f32; LANES]; 2 * FARTHEST + 1];

/// Sums of products of the square at `own` in one field with the squares from `sought` on in another,
/// at all offsets. Wider registers hold more offsets, not more of a sum: the bits are the same on any
/// machine.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn products(
    a: &Field,
    b: &Field,
    own: (usize, usize),
    sought: (usize, usize),
    search: &Search,
) -> Surface {
    let mut surface = [[0.0; LANES]; 2 * FARTHEST + 1];
    let span = search.span();
    let mut dy = 0;
    while dy < span {
        let at = (sought.0, sought.1 + dy);
        let out = &mut surface[dy..];
        // As many lines at once as there are registers for: a sum waits for itself, others need not.
        dy += match span - dy {
            7 if span == 7 => lines::<7, 8>(a, b, own, at, search.side(), out),
            4 | 8 => lines::<4, LANES>(a, b, own, at, search.side(), out),
            3 | 6 => lines::<3, LANES>(a, b, own, at, search.side(), out),
            n if n >= 5 => lines::<5, LANES>(a, b, own, at, search.side(), out),
            _ => lines::<1, LANES>(a, b, own, at, search.side(), out),
        };
    }
    surface
}

/// Sums to which a number's products with a window were added. By value: sums that are only ever
/// replaced as a whole stay in registers, sums changed in place end up in memory, ten times slower.
#[inline(always)]
fn with_product<const W: usize>(mut sums: [f32; W], v: f32, window: &[f32; W]) -> [f32; W] {
    for k in 0..W {
        sums[k] += v * window[k];
    }
    sums
}

/// `N` lines of [`products`], `W` offsets of each; how many lines that was.
#[inline(always)]
fn lines<const N: usize, const W: usize>(
    a: &Field,
    b: &Field,
    (left, top): (usize, usize),
    (x, y): (usize, usize),
    side: usize,
    out: &mut [[f32; LANES]],
) -> usize {
    let mut sums = [[0.0f32; W]; N];
    for r in 0..side {
        let own = &row(a, top + r)[left..left + side];
        let others: [&[f32]; N] = std::array::from_fn(|n| &row(b, y + n + r)[x..x + side + W - 1]);
        for (i, &v) in own.iter().enumerate() {
            let windows: [&[f32; W]; N] = std::array::from_fn(|n| {
                let window = others[n][i..].first_chunk();
                window.expect("a line is longer than the square by a window")
            });
            for n in 0..N {
                sums[n] = with_product(sums[n], v, windows[n]);
            }
        }
    }
    for (out, sum) in out.iter_mut().zip(sums) {
        out[..W].copy_from_slice(&sum);
    }
    N
}

/// The highest correlation, to a fraction of a pixel by a quadratic through the 3 x 3 around it.
fn best_of(surface: &Surface, x: usize, y: usize, radius: usize) -> Patch {
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
        x,
        y,
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
