//! What the report's pictures are drawn from: which scar each pixel belongs to, relief, redness and
//! pigment of both visits.

use ndarray::Array2;

use super::outcome::Compared;
use crate::filter::{gaussian, reduce};
use crate::raster::{Field, LinearImage, each, planes_from_rows, row};
use crate::relief::Relief;
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
    let (before, after) = (&c.found.seen.both.before, &c.found.seen.both.after);
    let shrink = {
        let (rows, columns) = c.found.laid.measured.dim();
        (rows.max(columns) as f64 / LONGEST).max(1.0)
    };
    let drawn = |field: &Field, finest_mm: f64| {
        let sigma = c.frame.scale.px(finest_mm) as f32;
        reduce(&gaussian(field, sigma), shrink)
    };
    let images = [
        &c.found.laid.matched.before,
        c.found.laid.matched.after.image(),
    ];
    let colours = |image: &LinearImage| colours(image).map(|f| drawn(&f, FINEST_COLOUR_MM));
    let relief = |relief: &Relief| drawn(&relief.height, FINEST_MM);
    let both = |of: &(dyn Fn(usize) -> [Field; 3] + Sync)| rayon::join(|| of(0), || of(1));
    let reliefs = [&before.relief, &after.relief];
    let (fields_b, fields_a) = both(&|visit| {
        let [redness, pigment] = colours(images[visit]);
        [relief(reliefs[visit]), redness, pigment]
    });
    let [relief_b, redness_b, pigment_b] = fields_b;
    let [relief_a, redness_a, pigment_a] = fields_a;
    Maps {
        lesions: lesions(&c.found.score.lesions, [&before.scars, &after.scars]),
        parts: (c.found.score.lesions.iter())
            .map(|l| l.outlines.each_ref().map(Vec::len))
            .collect(),
        relief: [relief_b, relief_a],
        redness: [redness_b, redness_a],
        pigment: [pigment_b, pigment_a],
        reduction: c.frame.before_reduction,
    }
}

/// Redness and pigment.
fn colours(image: &LinearImage) -> [Field; 2] {
    planes_from_rows(image.height(), image.width(), |y, [redness, pigment]| {
        let [r, g, b] = image.planes.each_ref().map(|plane| row(plane, y));
        let out = redness.iter_mut().zip(pigment);
        for ((redness, pigment), ((&r, &g), &b)) in out.zip(r.iter().zip(g).zip(b)) {
            let [r, g, b] = [r, g, b].map(|v| -(v.max(0.0) + DARKEST).ln());
            let share = |of: [f32; 3]| of[0] * r + of[1] * g + of[2] * b;
            (*redness, *pigment) = (share(HAEMOGLOBIN), share(MELANIN));
        }
    })
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
        each(&scars[visit].labels, |l| numbers[l as usize])
    })
}
