//! Both visits on one grid: shading, relief and scars in units of the healthy skin they share.

use crate::filter::{enlarge, gaussian};
use crate::measure::Visit;
use crate::normalise::Matched;
use crate::raster::{Field, LinearImage, Mask, map, zip2};
use crate::relief::features::Surroundings;
use crate::relief::{self, Light, Relief, Side, Small};
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
        || Lit::of(images[0], measured, scale, options),
        || (!copy).then(|| Lit::of(images[1], measured, scale, options)),
    );
    let after = after.unwrap_or_else(|| before.clone());
    let sides = sides(&before, &after, measured, scale, &options.relief);
    let dented = |lit: &Lit, side: Side| -> Field {
        let reduction = relief::feature_reduction(scale);
        let azimuth = lit.light(side).azimuth_deg(side);
        let dents = relief::dents(&lit.small, &lit.surroundings, azimuth);
        enlarge(&dents, measured.dim(), reduction)
    };
    let indices = agreed(
        dented(&before, sides[0]),
        dented(&after, sides[1]),
        scale,
        options.agreement,
    );
    let scars = indices
        .each_ref()
        .map(|index| segment(index, measured, scale, &options.segment));
    let healthy = outside(measured, &scars);
    let [index_b, index_a] = indices;
    let [scars_b, scars_a] = scars;
    let visit = |lit: &Lit, side: Side, index: Field, scars: Scars| {
        let finest = scale.px(options.relief.finest_mm) as f32;
        let light = lit.light(side);
        let reconstruction = relief::reconstruct(&lit.shading.field, light, scale, &options.relief);
        Visit {
            shading: gaussian(&lit.shading.field, finest),
            relief: Relief {
                index,
                height: relief::height_in_units(&reconstruction, side, &healthy, scale),
                light,
                side,
            },
            scars,
        }
    };
    let before = visit(&before, sides[0], index_b, scars_b);
    let after = visit(&after, sides[1], index_a, scars_a);
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

/// The indices of both visits, with differences that the photographs alone explain taken back.
///
/// Both photos show the same skin, so what they do not differ in clearly is taken from both: half
/// their mean, half their own. A difference d, smoothed over the width of a rim, is kept to the share
/// d²/(d² + doubt²) (Wiener), where `doubt` is what two photos of unchanged skin differ by.
fn agreed(before: Field, after: Field, scale: PixelsPerMm, doubt: f64) -> [Field; 2] {
    /// Standard deviation, mm, over which a difference is smoothed.
    const RIM_MM: f64 = 0.4;
    if doubt <= 0.0 || before == after {
        return [before, after];
    }
    let difference = gaussian(
        &zip2(&after, &before, |a, b| a - b),
        scale.px(RIM_MM) as f32,
    );
    let doubt = (doubt * doubt) as f32;
    let kept = map(&difference, |d| d * d * d / (d * d + doubt));
    let mean = zip2(&before, &after, |b, a| 0.5 * (b + a));
    [
        zip2(&mean, &kept, |m, d| m - 0.5 * d),
        zip2(&mean, &kept, |m, d| m + 0.5 * d),
    ]
}

/// A photo's shading, and what its light makes of it from either side.
#[derive(Debug, Clone)]
struct Lit {
    shading: Shading,
    small: Small,
    surroundings: Surroundings,
    /// The best light on the axis' side and on the opposite one, each with how dented the skin then
    /// looks.
    lights: [(Light, f64); 2],
}

/// Turns, degrees, of the light's axis that are tried: wrinkles and furrows can turn the axis found
/// from the texture by this much.
const TURNS_DEG: [f64; 3] = [0.0, -30.0, 30.0];

/// How many times more dented the skin must look under a turned light for that to be believed.
const TURN_NEEDS: f64 = 1.05;

impl Lit {
    fn of(image: &LinearImage, skin: &Mask, scale: PixelsPerMm, options: &Options) -> Self {
        let shading = shade(image, skin, scale, &options.shading);
        let found = relief::find_light(&shading.field, skin, scale, &options.relief);
        let small = relief::small(&shading, skin, scale);
        let surroundings = Surroundings::of(&small.shading, &small.skin, small.scale);
        let lights = [Side::Axis, Side::Opposite].map(|side| {
            let tried = TURNS_DEG.map(|turn| {
                let light = Light {
                    axis_deg: found.axis_deg + turn,
                    ..found
                };
                let azimuth = light.azimuth_deg(side);
                (light, relief::dentedness(&small, &surroundings, azimuth))
            });
            let [straight, ..] = tried;
            let needed = TURN_NEEDS * straight.1;
            let turned = tried.into_iter().filter(|t| t.1 > needed);
            turned
                .reduce(|best, t| if t.1 > best.1 { t } else { best })
                .unwrap_or(straight)
        });
        Self {
            shading,
            small,
            surroundings,
            lights,
        }
    }

    fn light(&self, side: Side) -> Light {
        self.lights[usize::from(side == Side::Opposite)].0
    }
}

/// From which side the light came in each photo.
///
/// Each photo speaks for itself: from the right side it shows more of what dents look like. And since
/// both show the same skin, the sign of the correlation of their slopes says whether their sides
/// agree, with every pixel's texture.
fn sides(
    before: &Lit,
    after: &Lit,
    measured: &Mask,
    scale: PixelsPerMm,
    options: &relief::Options,
) -> [Side; 2] {
    /// Weight of full correlation against one photo's full evidence.
    const SHARED: f64 = 2.0;
    let own = [before, after].map(|lit| {
        let [axis, opposite] = lit.lights.map(|(_, dentedness)| dentedness);
        if axis + opposite > 0.0 {
            (axis - opposite) / (axis + opposite)
        } else {
            0.0
        }
    });
    let odd = |lit: &Lit| {
        relief::reconstruct(&lit.shading.field, lit.light(Side::Axis), scale, options)
            .texture
            .odd
    };
    let (odd_b, odd_a) = rayon::join(|| odd(before), || odd(after));
    let shared = relief::correlation(&odd_b, &odd_a, measured).unwrap_or(0.0);
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

/// Measured skin outside the scars of both visits.
fn outside(measured: &Mask, scars: &[Scars; 2]) -> Mask {
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
