//! Both visits on one grid: shading, relief and scars in units of the healthy skin they share.

use crate::filter::gaussian;
use crate::measure::Visit;
use crate::normalise::Matched;
use crate::raster::{LinearImage, Mask};
use crate::relief::{self, Reconstruction, Relief, Side};
use crate::segment::{Scars, segment};
use crate::shading::{Shading, shade};
use crate::units::PixelsPerMm;

use super::Options;

/// What both visits show on the skin measured in both.
#[derive(Debug, Clone)]
pub struct Both {
    pub before: Visit,
    pub after: Visit,
    /// Measured skin that looks like a dent in neither visit.
    pub healthy: Mask,
}

/// Rounds of telling healthy skin from dents; the third changes little.
const ROUNDS: usize = 3;

/// Depth, healthy-texture units, from which a pixel is no example of healthy skin.
const NOT_HEALTHY: f32 = 2.5;

/// Both visits, and what their skin's colour says.
#[derive(Debug, Clone)]
pub struct Seen {
    pub both: Both,
    /// Erythema and melanin index over the measured skin; see [`crate::quality`].
    pub redness: [Option<f64>; 2],
    pub pigment: [Option<f64>; 2],
}

/// Shading, relief and scars of both visits.
///
/// Of a recoloured `copy` the first photo stands for both: its surface is the same by construction.
#[must_use]
pub fn see(
    matched: &Matched,
    measured: &Mask,
    copy: bool,
    scale: PixelsPerMm,
    options: &Options,
) -> Seen {
    let images = [&matched.before, matched.after.image()];
    let (before, after) = rayon::join(
        || reconstructed(images[0], measured, scale, options),
        || (!copy).then(|| reconstructed(images[1], measured, scale, options)),
    );
    let after = after.unwrap_or_else(|| before.clone());
    let sides = sides(&before.1, &after.1, measured);
    let mut healthy = measured.clone();
    let mut reliefs = reliefs(&before.1, &after.1, sides, &healthy, scale);
    for _ in 0..ROUNDS {
        healthy = measured.clone();
        for relief in &reliefs {
            healthy.zip_mut_with(&relief.index, |h, &v| *h &= v > -NOT_HEALTHY);
        }
        reliefs = self::reliefs(&before.1, &after.1, sides, &healthy, scale);
    }
    let [relief_b, relief_a] = reliefs;
    let visit = |shading: Shading, relief: Relief| {
        let scars = segment(&relief.index, measured, scale, &options.segment);
        let smooth = gaussian(&shading.field, scale.px(options.relief.finest_mm) as f32);
        Visit {
            shading: smooth,
            relief,
            scars,
        }
    };
    let before = visit(before.0, relief_b);
    let after = visit(after.0, relief_a);
    let healthy = outside(measured, [&before.scars, &after.scars]);
    Seen {
        both: Both {
            before,
            after,
            healthy,
        },
        redness: images.map(|i| crate::quality::redness(i, measured)),
        pigment: images.map(|i| crate::quality::pigment(i, measured)),
    }
}

fn reconstructed(
    image: &LinearImage,
    skin: &Mask,
    scale: PixelsPerMm,
    options: &Options,
) -> (Shading, Reconstruction) {
    let shading = shade(image, skin, scale, &options.shading);
    let light = relief::find_light(&shading.field, skin, scale, &options.relief);
    let reconstruction = relief::reconstruct(&shading.field, light, scale, &options.relief);
    (shading, reconstruction)
}

/// From which side the light came in each photo.
///
/// Each photo speaks for itself through the skewness of its relief; and since both show the same
/// skin, the sign of the correlation of their odd parts says whether their sides agree.
fn sides(before: &Reconstruction, after: &Reconstruction, measured: &Mask) -> [Side; 2] {
    /// Weight of full correlation against full evidence of one photo: the shared texture speaks with
    /// every pixel, skewness with the few in dents.
    const SHARED: f64 = 4.0;
    /// Blobs whose texture is compared: narrow enough to be everywhere, wide enough to be no noise.
    const COMPARED: std::ops::Range<usize> = 0..3;
    let own = [before, after].map(|r| relief::side_evidence(r, measured));
    let shared: f64 = COMPARED
        .filter_map(|i| relief::correlation(&before.blobs[i].odd, &after.blobs[i].odd, measured))
        .sum::<f64>()
        / COMPARED.len() as f64;
    let all = [
        [Side::Axis, Side::Axis],
        [Side::Axis, Side::Opposite],
        [Side::Opposite, Side::Axis],
        [Side::Opposite, Side::Opposite],
    ];
    let merit = |s: &[Side; 2]| {
        let sign = s.map(|s| f64::from(s.sign()));
        sign[0] * own[0] + sign[1] * own[1] + SHARED * sign[0] * sign[1] * shared
    };
    all.into_iter()
        .reduce(|best, s| if merit(&s) > merit(&best) { s } else { best })
        .unwrap_or([Side::Axis; 2])
}

fn reliefs(
    before: &Reconstruction,
    after: &Reconstruction,
    sides: [Side; 2],
    healthy: &Mask,
    scale: PixelsPerMm,
) -> [Relief; 2] {
    [
        relief::relief(before, sides[0], healthy, scale),
        relief::relief(after, sides[1], healthy, scale),
    ]
}

/// Measured skin outside the scars of both visits.
fn outside(measured: &Mask, scars: [&Scars; 2]) -> Mask {
    let mut healthy = measured.clone();
    for scars in scars {
        healthy.zip_mut_with(&scars.labels, |h, &l| *h &= l == 0);
    }
    healthy
}

/// Angle between the lights of both photos, degrees, 0 to 180; `None` if one shows no side.
#[must_use]
pub fn light_turn_deg(both: &Both) -> Option<f64> {
    let azimuth = |relief: &Relief| {
        (relief.light.directionality >= relief::LEAST_DIRECTIONAL)
            .then(|| relief.light.azimuth_deg(relief.side))
    };
    let turn = (azimuth(&both.before.relief)? - azimuth(&both.after.relief)?).rem_euclid(360.0);
    Some(turn.min(360.0 - turn))
}
