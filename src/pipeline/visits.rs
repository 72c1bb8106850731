//! Both visits on one grid: shading, relief and scars in units of the healthy skin they share.

use crate::comparable::Lights;
use crate::filter::{enlarge, gaussian};
use crate::measure::{Both, Visit};
use crate::normalise::Matched;
use crate::raster::{Field, LinearImage, Mask, map, zip2};
use crate::relief::canvas::{self, Look};
use crate::relief::{self, Light, Relief, Side, Small};
use crate::segment::{Ground, Scars, segment};
use crate::units::PixelsPerMm;

use super::Options;
use super::brink::leave_out;

/// Both visits, and what their skin's colour says.
#[derive(Debug, Clone)]
pub struct Seen {
    pub both: Both,
    /// Erythema and melanin index over the measured skin; see [`crate::quality`].
    pub redness: [Option<f64>; 2],
    pub pigment: [Option<f64>; 2],
    /// Where the light of both comes from.
    pub lights: Lights,
}

/// Where the light of both photos comes from, and nothing else of what [`see`] sees.
#[must_use]
pub fn lights(matched: &Matched, measured: &Mask, scale: PixelsPerMm, options: &Options) -> Lights {
    let of = |image: &LinearImage| Lit::of(image, measured, scale, options);
    let (before, after) = rayon::join(|| of(&matched.before), || of(matched.after.image()));
    let lamps = lamps(&before, &after, &options.relief);
    said([&before, &after], lamps)
}

fn said(photos: [&Lit; 2], lamps: [Lamp; 2]) -> Lights {
    let azimuth = |lamp: Lamp| {
        (lamp.light.directionality >= relief::LEAST_DIRECTIONAL)
            .then(|| lamp.light.azimuth_deg(lamp.side))
    };
    Lights {
        azimuths_deg: lamps.map(azimuth),
        gap: photos[0].sided - photos[1].sided,
        directionality: lamps.map(|lamp| crate::quality::from_a_side(lamp.light.directionality)),
    }
}

/// Shading, relief and scars of both visits. Scars on the `brink` are left out, and `measured` with them.
///
/// Of a recoloured `copy` the first photo stands for both: its surface is the same by construction.
#[must_use]
pub fn see(
    matched: &Matched,
    measured: &mut Mask,
    brink: &Mask,
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
    let lamps = lamps(&before, &after, &options.relief);
    let lights = said([&before, &after], lamps);
    let lit = |lit: &Lit, lamp: Lamp| {
        let azimuth = lamp.light.azimuth_deg(lamp.side).to_radians();
        lit.look.clone().lit_from(azimuth)
    };
    let reduction = relief::feature_reduction(scale);
    let Small {
        share,
        scale: small,
        ..
    } = &before.small;
    let (looks, texture_gap) =
        canvas::agreed(lit(&before, lamps[0]), lit(&after, lamps[1]), share, *small);
    let dents = relief::dents(looks.each_ref(), share, *small);
    let size = measured.dim();
    let larger = |field: &Field| enlarge(field, size, reduction);
    let reliefs = [0, 1].map(|i| Relief {
        index: map(&larger(&dents[i].logit), |l| -l),
        height: map(&larger(&dents[i].depth), |v| -v),
        light: lamps[i].light,
        side: lamps[i].side,
    });
    let seeds = zip2(&reliefs[0].index, &reliefs[1].index, f32::min);
    let ground = Ground::of(measured, scale);
    let mut scars = (reliefs.each_ref())
        .map(|relief| segment(&relief.index, &seeds, &ground, scale, &options.segment));
    leave_out(&mut scars, brink, measured);
    let healthy = outside(measured, &scars);
    let visit = |lit: &Lit, relief: Relief, scars: Scars| {
        let small = &lit.small;
        let finest = small.scale.px(options.relief.finest_mm) as f32;
        Visit {
            shading: larger(&gaussian(&small.shading.field, finest)),
            relief,
            scars,
        }
    };
    let ([relief_b, relief_a], [scars_b, scars_a]) = (reliefs, scars);
    let before = visit(&before, relief_b, scars_b);
    let after = visit(&after, relief_a, scars_a);
    Seen {
        both: Both {
            before,
            after,
            healthy,
            texture_gap,
        }
        .in_one_gain(),
        redness: images.map(|i| crate::quality::redness(i, measured)),
        pigment: images.map(|i| crate::quality::pigment(i, measured)),
        lights,
    }
}

/// A photo's shading, and what its light makes of it from either side.
#[derive(Debug, Clone)]
struct Lit {
    small: Small,
    look: Look,
    /// The light, its axis as texture and network see it.
    found: Light,
    /// How far the skin looks as if the light came from the axis' side, a logit; below 0: from the
    /// opposite one.
    evidence: f64,
    /// See [`relief::broad_slope`].
    broad: f64,
    /// See [`relief::sidedness`].
    sided: f64,
}

/// Where the light is taken to come from in a photo.
#[derive(Debug, Clone, Copy)]
struct Lamp {
    light: Light,
    side: Side,
}

impl Lit {
    fn of(image: &LinearImage, skin: &Mask, scale: PixelsPerMm, options: &Options) -> Self {
        let small = relief::small(image, skin, scale, &options.shading);
        let found = relief::find_light(
            &small.shading.field,
            &small.skin,
            small.scale,
            &options.relief,
        );
        let look = Look::of(&small, 0.0, found.directionality);
        let places = relief::places(&look, &small.share, small.scale);
        let azimuth = found.axis_deg.to_radians();
        let logits = relief::lit_from(&look, azimuth, &small.share, &places, small.scale);
        let slope = |light: Light| relief::broad_slope(&small.luminance, &small.skin, light);
        let turned = |turn: f64| {
            let axis_deg = found.axis_deg + turn;
            slope(Light { axis_deg, ..found })
        };
        let sided = relief::sidedness(found, logits, [turned(0.0), turned(90.0)]);
        let (found, evidence) = relief::confirmed(found, logits);
        Self {
            look,
            found,
            evidence,
            broad: slope(found),
            sided,
            small,
        }
    }
}

const SIDES: [Side; 2] = [Side::Axis, Side::Opposite];

/// From where the light came in each photo.
///
/// Each photo speaks for itself. Since both show the same skin, the sign of the correlation of their
/// slopes says whether their sides agree, with every pixel's texture.
fn lamps(before: &Lit, after: &Lit, options: &relief::Options) -> [Lamp; 2] {
    /// Logit that full correlation stands for.
    const SHARED: f64 = 6.0;
    /// Logit that skin stands for which grows brighter toward one end by one natural logarithm per
    /// standard deviation of place, and the steepest slope believed: beyond it a shadow or another
    /// part of the body begins.
    const BROAD: f64 = 4.0;
    const BROADEST: f64 = 0.3;
    let odd = |lit: &Lit| {
        let small = &lit.small;
        relief::reconstruct(&small.shading.field, lit.found, small.scale, options).odd
    };
    let (odd_b, odd_a) = rayon::join(|| odd(before), || odd(after));
    let shared = relief::correlation(&odd_b, &odd_a, &before.small.skin).unwrap_or(0.0);
    let speaks = [before, after].map(|lit| {
        let logit = lit.evidence + BROAD * lit.broad.clamp(-BROADEST, BROADEST);
        [logit, -logit]
    });
    let mut best = (f64::NEG_INFINITY, [Side::Axis; 2]);
    for b in 0..2 {
        for a in 0..2 {
            let agree = if b == a { shared } else { -shared };
            let merit = speaks[0][b] + speaks[1][a] + SHARED * agree;
            if merit > best.0 {
                best = (merit, [SIDES[b], SIDES[a]]);
            }
        }
    }
    let (_, [side_b, side_a]) = best;
    let lamp = |lit: &Lit, side: Side| Lamp {
        light: lit.found,
        side,
    };
    [lamp(before, side_b), lamp(after, side_a)]
}

/// Measured skin outside the scars of both visits.
fn outside(measured: &Mask, scars: &[Scars; 2]) -> Mask {
    let mut healthy = measured.clone();
    for scars in scars {
        healthy.zip_mut_with(&scars.labels, |h, &l| *h &= l == 0);
    }
    healthy
}
