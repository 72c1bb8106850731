//! What the report's pictures are drawn from: which scar each pixel belongs to, relief, redness and
//! pigment of both visits.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::outcome::Compared;
use crate::filter::{gaussian, reduce};
use crate::raster::{Field, LinearImage, row, zip3};
use crate::report::Maps;
use crate::score::Lesion;
use crate::segment::Scars;

/// Longest side, px, of the fields: what a page shows of them.
const LONGEST: f64 = 1600.0;

/// Standard deviation, mm, of the blur that takes pores and noise out of the fields.
const FINEST_MM: f64 = 0.2;

/// Rows of the inverse of the 3 x 3 matrix whose columns are the densities of melanin
/// (0.414, 0.357, 0.837), of haemoglobin (0.299, 0.684, 0.666) (Tsumura et al. 2003, ACM Trans.
/// Graph. 22:770) and of shading (1, 1, 1)/√3: shadow and lamp drop out of both.
const MELANIN: [f32; 3] = [-0.0979, -1.9970, 2.0950];
const HAEMOGLOBIN: [f32; 3] = [-2.6119, 2.3017, 0.3102];

/// Linear light that keeps the density of black finite.
const DARKEST: f32 = 0.0003;

/// The maps of a comparison on the working grid; the lesions' numbers are those of the result.
pub fn maps(c: &Compared) -> Maps {
    let (before, after) = (&c.seen.both.before, &c.seen.both.after);
    let shrink = (c.measured.dim().0.max(c.measured.dim().1) as f64 / LONGEST).max(1.0);
    let sigma = c.frame.scale.px(FINEST_MM) as f32;
    let drawn = |field: &Field| reduce(&gaussian(field, sigma), shrink);
    let images = [&c.matched.before, c.matched.after.image()];
    let share = |image: &LinearImage, of: [f32; 3]| {
        let [r, g, b] = &image.planes;
        let density = |v: f32| -(v.max(0.0) + DARKEST).ln();
        drawn(&zip3(r, g, b, |r, g, b| {
            of[0] * density(r) + of[1] * density(g) + of[2] * density(b)
        }))
    };
    Maps {
        lesions: lesions(&c.score.lesions, [&before.scars, &after.scars]),
        relief: [&before.relief, &after.relief].map(|r| drawn(&r.height)),
        redness: images.map(|i| share(i, HAEMOGLOBIN)),
        pigment: images.map(|i| share(i, MELANIN)),
        reduction: c.frame.before_reduction,
    }
}

/// Number (from 1) of the lesion at each pixel of both visits, 0 outside.
fn lesions(lesions: &[Lesion], scars: [&Scars; 2]) -> [Array2<u32>; 2] {
    let mut before = vec![0; scars[0].count + 1];
    let mut after = vec![0; scars[1].count + 1];
    for (i, lesion) in lesions.iter().enumerate() {
        for (numbers, scar) in [(&mut before, &lesion.before), (&mut after, &lesion.after)] {
            if let Some(number) = scar
                .as_ref()
                .and_then(|s| numbers.get_mut(s.label as usize))
            {
                *number = i as u32 + 1;
            }
        }
    }
    // A lesion knows the largest piece of a scar that parted; the others lie on the same scar.
    for (piece, home) in homes(scars) {
        if after[piece as usize] == 0 {
            after[piece as usize] = before[home as usize];
        }
    }
    let numbered = |scars: &Scars, numbers: &[u32]| scars.labels.mapv(|l| numbers[l as usize]);
    [numbered(scars[0], &before), numbered(scars[1], &after)]
}

/// The before scar that each after scar shares most pixels with; of equals the first.
fn homes([before, after]: [&Scars; 2]) -> BTreeMap<u32, u32> {
    let mut shared: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for y in 0..before.labels.nrows() {
        for (&b, &a) in row(&before.labels, y).iter().zip(row(&after.labels, y)) {
            if a != 0 && b != 0 {
                *shared.entry((a, b)).or_insert(0) += 1;
            }
        }
    }
    let mut best: BTreeMap<u32, (usize, u32)> = BTreeMap::new();
    for ((a, b), n) in shared {
        let most = best.entry(a).or_insert((0, 0));
        if n > most.0 {
            *most = (n, b);
        }
    }
    best.into_iter().map(|(a, (_, b))| (a, b)).collect()
}
