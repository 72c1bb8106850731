//! Where each scar ends.
//!
//! Hysteresis on the logit of a dent: a scar is somewhere clearly a dent (seed) and reaches outward
//! to where a dent is less likely than not (rim). Both thresholds are the same for all visits.
//! Dents that touch are parted along their watershed (Vincent & Soille 1991) where the ridge between
//! them is high enough.

use ndarray::Array2;

use crate::filter::{dilate, erode, label_groups};
use crate::raster::{Field, Mask, each, row};
use crate::stats::ordered;
use crate::units::PixelsPerMm;

/// Settings of [`segment`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Logit of a dent that a scar must reach somewhere: at 1 three in four such pixels lie in dents.
    pub seed: f32,
    /// Logit of a dent at which a scar ends: -0.4 is two in five.
    pub rim: f32,
    /// Share of the shallower of two touching dents' depth that the ridge between them must rise to
    /// for them to be two.
    pub ridge_share: f32,
    /// Diameter, mm, of a disk of the smallest scar's area: a pore is smaller.
    pub smallest_mm: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1.0,
            rim: -0.4,
            ridge_share: 0.5,
            smallest_mm: 0.6,
        }
    }
}

/// The scars of one photo.
#[derive(Debug, Clone)]
pub struct Scars {
    /// 0 outside; 1.. a number for each scar, in raster order of first pixels (with what lies under
    /// hairs).
    pub labels: Array2<u32>,
    pub count: usize,
}

impl Scars {
    /// Pixels of any scar.
    #[must_use]
    pub fn mask(&self) -> Mask {
        each(&self.labels, |l| l != 0)
    }

    /// The same without those that are `dropped`, by their numbers less 1.
    #[must_use]
    pub fn without(&self, dropped: &[bool]) -> Self {
        let mut count = 0;
        let renumbered: Vec<u32> = (0..self.count)
            .map(|i| {
                let kept = !dropped.get(i).copied().unwrap_or_default();
                count += u32::from(kept);
                if kept { count } else { 0 }
            })
            .collect();
        let labels = each(&self.labels, |l| match l {
            0 => 0,
            _ => renumbered[(l - 1) as usize],
        });
        Self {
            labels,
            count: count as usize,
        }
    }

    /// How many pixels are of any scar.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.labels.iter().filter(|&&l| l != 0).count()
    }
}

/// Where scars may lie.
#[derive(Debug, Clone)]
pub struct Ground<'a> {
    /// What is measured.
    pub skin: &'a Mask,
    /// The same with the lines through it that are no wider than a hair with its margin.
    bridged: Mask,
}

impl<'a> Ground<'a> {
    #[must_use]
    pub fn of(skin: &'a Mask, scale: PixelsPerMm) -> Self {
        /// Half the width of such a line, mm.
        const HALF_LINE_MM: f64 = 0.2;
        let radius = scale.px(HALF_LINE_MM) as f32;
        // Closing by a disk.
        let bridged = erode(&dilate(skin, radius), radius);
        Self { skin, bridged }
    }
}

/// Finds the scars of one visit in its relief index (minus the logit of a dent).
///
/// `seeds` is where a scar must reach [`Options::seed`] somewhere: the index itself, or the lower of
/// both visits', so that a scar which one photo shows clearly is not lost in the other for a shade.
///
/// A hair across a scar leaves a line that is not measured; the scar goes on under it and stays one, but
/// the line's pixels are none of it.
#[must_use]
pub fn segment(
    index: &Field,
    seeds: &Field,
    ground: &Ground,
    scale: PixelsPerMm,
    options: &Options,
) -> Scars {
    let basins = flood(index, &ground.bridged, options);
    let smallest = std::f64::consts::PI * (0.5 * scale.px(options.smallest_mm)).powi(2);
    let (mut labels, mut sizes) = label_groups(&basins);
    let pixels = labels.as_slice_mut().expect("planes are row-major");
    let lines = pixels.chunks_exact_mut(index.ncols().max(1)).enumerate();
    for (label, _) in lines
        .flat_map(|(y, line)| line.iter_mut().zip(row(ground.skin, y)))
        .filter(|(l, s)| **l != 0 && !**s)
    {
        sizes[(*label - 1) as usize] -= 1;
        *label = 0;
    }
    number(
        &labels,
        &sizes,
        |size, deepest| size as f64 >= smallest && deepest <= -options.seed,
        seeds,
    )
}

/// Basins of the relief, each with its greatest depth.
struct Basins {
    /// Lowest value of each basin after merging.
    lowest: Vec<f32>,
    parent: Vec<u32>,
}

impl Basins {
    fn root(&mut self, mut basin: u32) -> u32 {
        while self.parent[basin as usize] != basin {
            self.parent[basin as usize] = self.parent[self.parent[basin as usize] as usize];
            basin = self.parent[basin as usize];
        }
        basin
    }

    /// Basin numbers (root plus one) of the flooded pixels, from those (plus one) they began in.
    fn merged(mut self, of: Array2<u32>) -> Array2<u32> {
        let roots: Vec<u32> = (0..self.parent.len() as u32)
            .map(|b| self.root(b))
            .collect();
        of.mapv_into(|o| match o {
            0 => 0,
            _ => roots[(o - 1) as usize] + 1,
        })
    }
}

/// Floods the relief from its deepest pixels up to the rim; basins that meet below a low ridge are
/// one. The basin of each pixel (any number but 0), 0 where the relief is not below the rim.
fn flood(index: &Field, skin: &Mask, options: &Options) -> Array2<u32> {
    let (rows, columns) = index.dim();
    let mut of = vec![0u32; rows * columns];
    let mut basins = Basins {
        lowest: Vec::new(),
        parent: Vec::new(),
    };
    let mut around = Vec::with_capacity(8);
    for at in deepest_first(index, skin, -options.rim) {
        let (y, x) = (at / columns, at % columns);
        let value = row(index, y)[x];
        around.clear();
        let (left, right) = (x.saturating_sub(1), (x + 1).min(columns - 1));
        for v in y.saturating_sub(1)..=(y + 1).min(rows - 1) {
            for &basin in &of[v * columns + left..=v * columns + right] {
                if basin != 0 {
                    let root = basins.root(basin - 1);
                    if !around.contains(&root) {
                        around.push(root);
                    }
                }
            }
        }
        // The deepest neighbour takes the pixel; equal depths go to the older basin.
        around.sort_unstable_by(|&a, &b| {
            basins.lowest[a as usize]
                .total_cmp(&basins.lowest[b as usize])
                .then(a.cmp(&b))
        });
        let Some(&deepest) = around.first() else {
            let new = basins.parent.len() as u32;
            basins.parent.push(new);
            basins.lowest.push(value);
            of[at] = new + 1;
            continue;
        };
        of[at] = deepest + 1;
        for &other in &around[1..] {
            let one = value <= options.ridge_share * basins.lowest[other as usize];
            let noise = basins.lowest[other as usize] > -options.seed;
            if one || noise {
                basins.parent[other as usize] = deepest;
            }
        }
    }
    basins.merged(Array2::from_shape_vec((rows, columns), of).expect("rows x columns values"))
}

/// Where in the plane `index` is at most `most` on skin, by value and then in raster order.
fn deepest_first(index: &Field, skin: &Mask, most: f32) -> impl Iterator<Item = usize> {
    // One whole number holds both, which sorts faster than a pair.
    let mut pixels: Vec<u64> = Vec::new();
    for y in 0..index.nrows() {
        for (x, (&v, &s)) in row(index, y).iter().zip(row(skin, y)).enumerate() {
            if s && v <= most {
                let at = y * index.ncols() + x;
                pixels.push(u64::from(ordered(v)) << 32 | at as u64);
            }
        }
    }
    pixels.sort_unstable();
    pixels.into_iter().map(|key| (key & 0xffff_ffff) as usize)
}

/// Keeps the groups that pass `keep(size, deepest value of index)` and numbers them 1.. in raster order.
fn number(
    labels: &Array2<u32>,
    sizes: &[usize],
    keep: impl Fn(usize, f32) -> bool,
    index: &Field,
) -> Scars {
    let mut deepest = vec![0.0f32; sizes.len()];
    for y in 0..labels.nrows() {
        for (&l, &v) in row(labels, y).iter().zip(row(index, y)) {
            if l != 0 {
                let d = &mut deepest[(l - 1) as usize];
                *d = d.min(v);
            }
        }
    }
    let mut count = 0;
    let renumbered: Vec<u32> = sizes
        .iter()
        .zip(&deepest)
        .map(|(&size, &deepest)| {
            if keep(size, deepest) {
                count += 1;
                count
            } else {
                0
            }
        })
        .collect();
    Scars {
        labels: each(labels, |l| {
            if l == 0 {
                0
            } else {
                renumbered[(l - 1) as usize]
            }
        }),
        count: count as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scars of a dent 30 px wide and high on 60 x 60 px, 16 px/mm, of which `line` px across are not
    /// measured.
    fn crossed_by(line: std::ops::Range<usize>) -> Scars {
        let dent = |v: usize| (15..45).contains(&v);
        let index = Field::from_shape_fn(
            (60, 60),
            |(y, x)| {
                if dent(y) && dent(x) { -3.0 } else { 3.0 }
            },
        );
        let skin = Mask::from_shape_fn((60, 60), |(_, x)| !line.contains(&x));
        let scale = PixelsPerMm::new(16.0).unwrap();
        let ground = Ground::of(&skin, scale);
        segment(&index, &index, &ground, scale, &Options::default())
    }

    #[test]
    fn a_scar_under_a_hair_is_one_without_the_hair() {
        for width in [0, 1, 4] {
            let scars = crossed_by(30..30 + width);
            assert_eq!(scars.count, 1, "{width}");
            let pixels = scars.labels.iter().filter(|l| **l == 1).count();
            assert_eq!(pixels, 30 * (30 - width));
            assert!((30..30 + width).all(|x| scars.labels[[30, x]] == 0));
        }
    }

    #[test]
    fn what_is_wider_than_a_hair_parts_a_scar() {
        assert_eq!(crossed_by(26..34).count, 2);
    }
}
