//! Where each scar ends.
//!
//! Hysteresis on the relief index: a dent counts if it is somewhere clearly deeper than what healthy
//! texture does (seed), and reaches outward to where it leaves the healthy range or has risen to a
//! set share of its own depth, whichever comes first. Both thresholds are in units of healthy
//! texture and the same for all visits. Dents that touch are parted along their watershed (Vincent &
//! Soille 1991) where the ridge between them is high enough.

use ndarray::Array2;

use crate::filter::{dilate, gaussian_masked, label_groups};
use crate::raster::{Field, Mask, row, zip2};
use crate::relief::masked;
use crate::stats::median_and_sigma;
use crate::units::PixelsPerMm;

/// Settings of [`segment`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Depth, healthy-texture units, that a dent must reach somewhere to be a scar. At 4 a pixel of
    /// Gaussian texture gets there once in 30,000.
    pub seed: f32,
    /// Depth, healthy-texture units, at which a scar ends at the latest.
    pub rim: f32,
    /// Share of its own greatest depth at which a scar ends.
    pub rim_share: f32,
    /// Share of the shallower of two touching dents' depth that the ridge between them must rise to
    /// for them to be two.
    pub ridge_share: f32,
    /// Diameter, mm, of a disk of the smallest scar's area: a pore is smaller.
    pub smallest_mm: f64,
    /// Standard deviation, mm, of the blur that gives the level of the healthy skin around a scar.
    pub level_mm: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 4.0,
            rim: 1.5,
            rim_share: 0.25,
            ridge_share: 0.5,
            smallest_mm: 0.6,
            level_mm: 4.0,
        }
    }
}

/// The scars of one photo.
#[derive(Debug, Clone)]
pub struct Scars {
    /// 0 outside; 1.. a number for each scar, in raster order of first pixels.
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

/// Rounds of finding scars and re-levelling the skin between them; the third changes little.
const LEVELLING_ROUNDS: usize = 3;

/// Relief over the level of the healthy skin around, with scars left out of that level, in units of
/// `unit` (or, if `None`, of the healthy skin's own scatter). Also returns the unit.
#[must_use]
pub fn level(
    relief: &Field,
    skin: &Mask,
    scale: PixelsPerMm,
    unit: Option<f32>,
    options: &Options,
) -> (Field, f32) {
    /// Depth, robust standard deviations, from which a pixel is left out of the level.
    const LEFT_OUT: f32 = 2.0;
    /// Distance, mm, around such a pixel that is left out with it.
    const HALO_MM: f64 = 0.3;
    let sigma = scale.px(options.level_mm) as f32;
    let mut healthy = skin.clone();
    let mut levelled = relief.clone();
    let mut spread = 1.0;
    for _ in 0..LEVELLING_ROUNDS {
        let base = gaussian_masked(relief, &healthy, sigma, 0.0);
        levelled = zip2(relief, &base, |r, b| r - b);
        let mut values = masked(&levelled, &healthy);
        let Some((_, s)) = median_and_sigma(&mut values) else {
            break;
        };
        spread = s.max(f32::MIN_POSITIVE);
        let deep = zip2(&levelled, &levelled, |r, _| r).mapv(|r| r < -LEFT_OUT * spread);
        let near = dilate(&deep, scale.px(HALO_MM) as f32);
        healthy = skin.clone();
        healthy.zip_mut_with(&near, |h, &n| *h &= !n);
    }
    let unit = unit.unwrap_or(spread);
    levelled.zip_mut_with(skin, |v, &s| *v = if s { *v / unit } else { 0.0 });
    (levelled, unit)
}

/// Finds the scars in a relief index (healthy-texture units, dents < 0).
#[must_use]
pub fn segment(index: &Field, skin: &Mask, scale: PixelsPerMm, options: &Options) -> Scars {
    let basins = flood(index, skin, options);
    let smallest = std::f64::consts::PI * (0.5 * scale.px(options.smallest_mm)).powi(2);
    let kept = basins.kept(index, options);
    let (labels, sizes) = label_groups(&kept);
    number(
        &labels,
        &sizes,
        |size, deepest| size as f64 >= smallest && deepest <= -options.seed,
        index,
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

    /// Basin numbers (root plus one) of the pixels that are deep enough in their own basin.
    fn kept(mut self, index: &Field, options: &Options) -> Array2<u32> {
        let roots: Vec<u32> = (0..self.parent.len() as u32)
            .map(|b| self.root(b))
            .collect();
        let mut out = self.of.clone();
        out.zip_mut_with(index, |o, &v| {
            if *o != 0 {
                let root = roots[(*o - 1) as usize];
                let deepest = self.lowest[root as usize];
                let rim = (options.rim_share * deepest).min(-options.rim);
                *o = if deepest <= -options.seed && v <= rim {
                    root + 1
                } else {
                    0
                };
            }
        });
        out
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

/// Keeps the groups that pass `keep(size, deepest value)` and numbers them 1.. in raster order.
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
