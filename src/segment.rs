//! Where each scar ends.
//!
//! Hysteresis on the logit of a dent: a scar is somewhere clearly a dent (seed) and reaches outward
//! to where a dent is less likely than not (rim). Both thresholds are the same for all visits.
//! Dents that touch are parted along their watershed (Vincent & Soille 1991) where the ridge between
//! them is high enough.

use ndarray::Array2;

use crate::filter::{dilate, erode, label_groups};
use crate::raster::{Field, Mask, row};
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
        self.labels.mapv(|l| l != 0)
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
    let (mut labels, mut sizes) = label_groups(&basins.merged());
    for (label, _) in labels
        .iter_mut()
        .zip(ground.skin)
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
    /// Basin of each pixel, plus one; 0 where the relief is not below the rim.
    of: Array2<u32>,
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

    /// Basin numbers (root plus one) of the flooded pixels.
    fn merged(mut self) -> Array2<u32> {
        let roots: Vec<u32> = (0..self.parent.len() as u32)
            .map(|b| self.root(b))
            .collect();
        self.of.mapv_inplace(|o| match o {
            0 => 0,
            _ => roots[(o - 1) as usize] + 1,
        });
        self.of
    }
}

/// Floods the relief from its deepest pixels up to the rim; basins that meet below a low ridge are
/// one.
fn flood(index: &Field, skin: &Mask, options: &Options) -> Basins {
    let (rows, columns) = index.dim();
    let mut pixels: Vec<(f32, u32)> = Vec::new();
    for y in 0..rows {
        for (x, (&v, &s)) in row(index, y).iter().zip(row(skin, y)).enumerate() {
            if s && v <= -options.rim {
                pixels.push((v, (y * columns + x) as u32));
            }
        }
    }
    pixels.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut basins = Basins {
        of: Array2::zeros((rows, columns)),
        lowest: Vec::new(),
        parent: Vec::new(),
    };
    let mut around = Vec::with_capacity(8);
    for (value, at) in pixels {
        let (y, x) = (at as usize / columns, at as usize % columns);
        around.clear();
        for v in y.saturating_sub(1)..=(y + 1).min(rows - 1) {
            for u in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
                if basins.of[[v, u]] != 0 {
                    let root = basins.root(basins.of[[v, u]] - 1);
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
            basins.of[[y, x]] = new + 1;
            continue;
        };
        basins.of[[y, x]] = deepest + 1;
        for &other in &around[1..] {
            let one = value <= options.ridge_share * basins.lowest[other as usize];
            let noise = basins.lowest[other as usize] > -options.seed;
            if one || noise {
                basins.parent[other as usize] = deepest;
            }
        }
    }
    basins
}

/// Keeps the groups that pass `keep(size, deepest value of index)` and numbers them 1.. in raster order.
fn number(
    labels: &Array2<u32>,
    sizes: &[usize],
    keep: impl Fn(usize, f32) -> bool,
    index: &Field,
) -> Scars {
    let mut deepest = vec![0.0f32; sizes.len()];
    for (&l, &v) in labels.iter().zip(index) {
        if l != 0 {
            let d = &mut deepest[(l - 1) as usize];
            *d = d.min(v);
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
        labels: labels.mapv(|l| {
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
