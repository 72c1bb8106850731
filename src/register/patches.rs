//! Where small squares of one picture are found again in another: normalised cross-correlation.

use ndarray::Array2;
use rayon::prelude::*;

use super::picture::Picture;
use crate::raster::{Field, from_rows, map, row};

/// Offsets searched to either side at most, px.
pub(super) const FARTHEST: usize = 7;

/// Lanes in which neighbouring offsets are added together.
const LANES: usize = 16;

/// Share of a square that must be skin in both pictures.
const SKIN_SHARE: f32 = 0.5;

/// How squares are laid out and sought, px of the level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Half the side of a square (the side is twice this plus 1).
    pub half: usize,
    /// Distance between centres.
    pub step: usize,
    /// Farthest offset sought, at most [`FARTHEST`].
    pub radius: usize,
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
struct Padded {
    values: Field,
    squares: Field,
    skin: Field,
    /// Sums of squares above and left of each pixel.
    energy: Array2<f64>,
    /// Skin pixels above and left of each pixel.
    area: Array2<f64>,
}

fn padded(picture: &Picture, border: usize) -> Padded {
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
    Padded {
        energy: summed(&squares),
        area: summed(&skin),
        values,
        squares,
        skin,
    }
}

fn summed(field: &Field) -> Array2<f64> {
    let (rows, columns) = field.dim();
    let mut sums = Array2::<f64>::zeros((rows + 1, columns + 1));
    for y in 0..rows {
        let mut line = 0.0;
        for x in 0..columns {
            line += f64::from(field[[y, x]]);
            sums[[y + 1, x + 1]] = sums[[y, x + 1]] + line;
        }
    }
    sums
}

/// The sum over the square of side `side` whose upper left pixel is (x, y).
fn square_sum(sums: &Array2<f64>, x: usize, y: usize, side: usize) -> f64 {
    sums[[y + side, x + side]] - sums[[y, x + side]] - sums[[y + side, x]] + sums[[y, x]]
}

/// Every square of `first` with enough skin in both, sought in `second` (same size).
pub(super) fn sought(first: &Picture, second: &Picture, search: &Search) -> Vec<Patch> {
    let (rows, columns) = first.values.dim();
    let border = search.half + search.radius;
    let (a, b) = (padded(first, border), padded(second, border));
    let side = 2 * search.half + 1;
    let least = f64::from(SKIN_SHARE) * (side * side) as f64;
    let enough = |x: usize, y: usize| {
        let area = |p: &Padded| square_sum(&p.area, x + search.radius, y + search.radius, side);
        area(&a).min(area(&b)) >= least
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
        .map(|(x, y)| found(&a, &b, x, y, search))
        .collect()
}

fn found(a: &Padded, b: &Padded, x: usize, y: usize, search: &Search) -> Patch {
    let side = 2 * search.half + 1;
    let span = 2 * search.radius + 1;
    // In padded pictures the square's upper left corner is at (x, y) + radius.
    let (left, top) = (x + search.radius, y + search.radius);
    let own = square_sum(&a.energy, left, top, side) as f32;
    let reach = (side + span - 1) as f64;
    let whole = square_sum(&a.area, left, top, side) >= (side * side) as f64
        && square_sum(&b.area, x, y, side + span - 1) >= reach * reach;
    let mut surface = [[0.0f32; LANES]; 2 * FARTHEST + 1];
    for (dy, line) in surface.iter_mut().enumerate().take(span) {
        let products = products(&a.values, &b.values, (x, y), dy, search);
        // Where a mask cuts through, only the pixels that are skin in both count: the correlation
        // would else prefer the offset with the larger overlap.
        let powers: [f32; LANES] = if whole {
            std::array::from_fn(|dx| {
                let other = square_sum(&b.energy, x + dx.min(span), y + dy, side);
                own * other as f32
            })
        } else {
            let first = self::products(&a.squares, &b.skin, (x, y), dy, search);
            let second = self::products(&a.skin, &b.squares, (x, y), dy, search);
            std::array::from_fn(|dx| first[dx] * second[dx])
        };
        for (o, (p, power)) in line.iter_mut().zip(products.iter().zip(powers)).take(span) {
            *o = if power > 1e-9 { p / power.sqrt() } else { 0.0 };
        }
    }
    best_of(&surface, x, y, search.radius)
}

/// Sums of products of a square of one field with another field, `dy` lines down, at all offsets
/// across. Wider registers hold more offsets, not more of a sum: the bits are the same on any machine.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn products(
    a: &Field,
    b: &Field,
    (x, y): (usize, usize),
    dy: usize,
    search: &Search,
) -> [f32; LANES] {
    let side = 2 * search.half + 1;
    let mut sum = [0.0f32; LANES];
    for r in 0..side {
        let own = &row(a, y + search.radius + r)[x + search.radius..][..side];
        let other = &row(b, y + dy + r)[x..][..side + LANES - 1];
        for (i, &v) in own.iter().enumerate() {
            let window = &other[i..i + LANES];
            for (s, &w) in sum.iter_mut().zip(window) {
                *s += v * w;
            }
        }
    }
    sum
}

/// The highest correlation, to a fraction of a pixel by a quadratic through the 3 x 3 around it.
fn best_of(surface: &[[f32; LANES]; 2 * FARTHEST + 1], x: usize, y: usize, radius: usize) -> Patch {
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
