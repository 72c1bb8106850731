//! What the report's pictures are drawn from: which scar each pixel belongs to, relief, redness and
//! pigment of both visits.

use ndarray::Array2;

use super::outcome::Compared;
use crate::filter::{gaussian, reduce};
use crate::raster::{Field, LinearImage, zip3};
use crate::report::Maps;
use crate::score::Lesion;
use crate::segment::Scars;

/// Longest side, px, of the fields: what a page shows of them.
const LONGEST: f64 = 1600.0;

/// Standard deviation, mm, of the blur that takes pores and noise out of relief.
const FINEST_MM: f64 = 0.2;

/// The same of redness and pigment: a difference of three noisy channels, whose marks are wider than
/// a millimetre.
const FINEST_COLOUR_MM: f64 = 0.5;

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
    let shrink = {
        let (rows, columns) = c.laid.measured.dim();
        (rows.max(columns) as f64 / LONGEST).max(1.0)
    };
    let drawn = |field: &Field, finest_mm: f64| {
        let sigma = c.frame.scale.px(finest_mm) as f32;
        reduce(&gaussian(field, sigma), shrink)
    };
    let images = [&c.laid.matched.before, c.laid.matched.after.image()];
    let share = |image: &LinearImage, of: [f32; 3]| {
        let [r, g, b] = &image.planes;
        let density = |v: f32| -(v.max(0.0) + DARKEST).ln();
        let field = zip3(r, g, b, |r, g, b| {
            of[0] * density(r) + of[1] * density(g) + of[2] * density(b)
        });
        drawn(&field, FINEST_COLOUR_MM)
    };
    Maps {
        lesions: lesions(&c.score.lesions, [&before.scars, &after.scars]),
        parts: (c.score.lesions.iter())
            .map(|l| l.outlines.each_ref().map(Vec::len))
            .collect(),
        relief: [&before.relief, &after.relief].map(|r| drawn(&r.height, FINEST_MM)),
        redness: images.map(|i| share(i, HAEMOGLOBIN)),
        pigment: images.map(|i| share(i, MELANIN)),
        reduction: c.frame.before_reduction,
    }
}

/// Number (from 1) of the lesion at each pixel of both visits, 0 outside.
fn lesions(lesions: &[Lesion], scars: [&Scars; 2]) -> [Array2<u32>; 2] {
    [0, 1].map(|visit| {
        let mut numbers = vec![0; scars[visit].count + 1];
        for (i, lesion) in lesions.iter().enumerate() {
            for &label in &lesion.outlines[visit] {
                if let Some(number) = numbers.get_mut(label as usize) {
                    *number = i as u32 + 1;
                }
            }
        }
        scars[visit].labels.mapv(|l| numbers[l as usize])
    })
}
