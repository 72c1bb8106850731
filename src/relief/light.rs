//! The light a photo was taken in: its axis from the texture, its side told apart elsewhere.

use super::Options;
use crate::filter::{gaussian, gradient};
use crate::raster::{Field, Mask, row};
use crate::units::PixelsPerMm;

/// The light a photo was taken in, as its shading shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Light {
    /// Axis along which shading varies most, degrees, 0 to 180 exclusive, from +x (right) toward +y
    /// (down).
    pub axis_deg: f64,
    /// 0: from everywhere or along the camera's axis; 0.5: one oblique light on an isotropic surface.
    pub directionality: f64,
}

/// From which end of its axis the light comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Axis,
    Opposite,
}

impl Side {
    #[must_use]
    pub fn sign(self) -> f32 {
        match self {
            Self::Axis => 1.0,
            Self::Opposite => -1.0,
        }
    }
}

impl Light {
    /// Where the light comes from, degrees, 0 to 360 exclusive, from +x (right) toward +y (down).
    #[must_use]
    pub fn azimuth_deg(&self, side: Side) -> f64 {
        match side {
            Side::Axis => self.axis_deg.rem_euclid(360.0),
            Side::Opposite => (self.axis_deg + 180.0).rem_euclid(360.0),
        }
    }
}

/// Directionality below which the light shows no side.
pub const LEAST_DIRECTIONAL: f64 = 0.04;

/// The light's axis from the structure tensor of fine shading on skin (Bigün & Granlund 1987).
///
/// On an isotropic surface E[(∂s/∂u)²] is three times E[(∂s/∂v)²] for light along u, since s is a
/// derivative of height along u itself.
#[must_use]
pub fn find_light(shading: &Field, skin: &Mask, scale: PixelsPerMm, options: &Options) -> Light {
    let fine = gaussian(shading, scale.px(options.finest_mm).max(0.7) as f32);
    let (dx, dy) = gradient(&fine);
    let inside = crate::filter::erode(skin, scale.px(2.0 * options.finest_mm).max(2.0) as f32);
    let mut steep: Vec<f32> = Vec::new();
    for y in 0..dx.nrows() {
        let gradients = row(&dx, y).iter().zip(row(&dy, y)).zip(row(&inside, y));
        steep.extend(
            gradients
                .filter(|&(_, &m)| m)
                .map(|((x, y), _)| x.hypot(*y)),
        );
    }
    // A glint or a leftover contour must not outvote the skin: gradients count up to the 90th
    // percentile only.
    let cap = crate::stats::quantile(&mut steep, 0.9).unwrap_or(0.0);
    let (mut xx, mut xy, mut yy) = (0.0f64, 0.0f64, 0.0f64);
    for y in 0..dx.nrows() {
        for ((&gx, &gy), &m) in row(&dx, y).iter().zip(row(&dy, y)).zip(row(&inside, y)) {
            let size = gx.hypot(gy);
            if m && size > 0.0 {
                let weight = f64::from((cap / size).min(1.0)).powi(2);
                xx += weight * f64::from(gx * gx);
                xy += weight * f64::from(gx * gy);
                yy += weight * f64::from(gy * gy);
            }
        }
    }
    let total = xx + yy;
    let spread = (xx - yy).hypot(2.0 * xy);
    let axis = 0.5 * (2.0 * xy).atan2(xx - yy).to_degrees();
    Light {
        axis_deg: axis.rem_euclid(180.0),
        directionality: if total > 0.0 { spread / total } else { 0.0 },
    }
}

/// The light whose axis is where texture and network see it together, and the logit that it comes from
/// that axis' side; `logits` as [`lit_from`](super::lit_from) gives them of `found`'s axis.
///
/// Texture that runs one way (furrows, hair) turns the structure tensor's axis; of that the network,
/// which knows what a lit dent looks like, is free.
#[must_use]
pub fn confirmed(found: Light, logits: [f64; 2]) -> (Light, f64) {
    // What a lit surface says of an angle φ off its light was learned as log((1+cos φ)/(1-cos φ)).
    let [along, across] = logits.map(|l| (0.5 * l).tanh());
    let sure = along.hypot(across);
    let off = across.atan2(along);
    let texture = TEXTURE * found.directionality;
    // Axes have no sides: they are averaged as twice their angles.
    let x = texture + sure * (2.0 * off).cos();
    let y = sure * (2.0 * off).sin();
    let turn = 0.5 * y.atan2(x);
    let light = Light {
        axis_deg: (found.axis_deg + turn.to_degrees()).rem_euclid(180.0),
        ..found
    };
    // An axis that passes 0 or 180 on its way has its sides exchanged.
    let side = if (found.axis_deg + turn.to_degrees()).div_euclid(180.0) == 0.0 {
        1.0
    } else {
        -1.0
    };
    let toward = (along * turn.cos() + across * turn.sin()).clamp(-CERTAIN, CERTAIN);
    (light, side * 2.0 * toward.atanh())
}

/// Weight of the texture's axis per directionality, beside a network that is certain. (On 50 photos
/// of development phantoms the axis was off by 15.5 degrees, root mean square, by texture alone, by
/// 14.7 by the network alone, and by 8.6 to 9.0 with weights from 1 to 2.)
const TEXTURE: f64 = 1.5;

/// Nothing is believed to be more certain.
const CERTAIN: f64 = 0.98;

/// How surely the light comes from a side, the logit of it: from the texture's axis, from what the
/// network says along and across it ([`lit_from`](super::lit_from)), and from the broad slopes of
/// brightness along and across it ([`broad_slope`]).
///
/// Furrows give a ring flash an axis, and a face that curves away from it gives it a slope; together the
/// three told 139 of 146 photos of development phantoms, 40 of them flashed (logistic regression).
#[must_use]
pub fn sidedness(found: Light, logits: [f64; 2], slopes: [f64; 2]) -> f64 {
    /// Weights of directionality, logits and slopes, each as far as it is believed, and the offset.
    const DIRECTIONALITY: [f64; 2] = [15.9, 0.3];
    const LOGITS: [f64; 2] = [1.31, 2.0];
    const SLOPES: [f64; 2] = [37.4, 0.2];
    const OFFSET: f64 = -5.37;
    let part = |[weight, most]: [f64; 2], value: f64| weight * value.min(most);
    OFFSET
        + part(DIRECTIONALITY, found.directionality)
        + part(LOGITS, logits[0].hypot(logits[1]))
        + part(SLOPES, slopes[0].hypot(slopes[1]))
}

/// How much brighter skin grows toward the end of `light`'s axis, natural logarithms per standard
/// deviation of place along it; below 0: toward the opposite end. 0 where there is no skin.
///
/// Skin bulges toward the camera and is nearer to the lamp on its side, so the half that faces the
/// lamp is the brighter one, whatever the dents are like.
#[must_use]
pub fn broad_slope(luminance: &Field, skin: &Mask, light: Light) -> f64 {
    /// Pixels looked at, about; a slope over all skin is no surer of more.
    const SAMPLES: usize = 100_000;
    let step = ((skin.len() / SAMPLES) as f64).sqrt().max(1.0) as usize;
    let (sin, cos) = light.axis_deg.to_radians().sin_cos();
    let mut places: Vec<(f64, f64)> = Vec::new();
    for y in (0..skin.nrows()).step_by(step) {
        let line = row(luminance, y).iter().zip(row(skin, y)).enumerate();
        places.extend(
            line.step_by(step)
                .filter(|(_, (_, s))| **s)
                .map(|(x, (&l, _))| {
                    let along = x as f64 * cos + y as f64 * sin;
                    (along, f64::from(l.max(1e-4)).ln())
                }),
        );
    }
    let mean = |of: fn(&(f64, f64)) -> f64| crate::stats::mean(places.iter().map(of));
    let (Some(middle), Some(usual)) = (mean(|p| p.0), mean(|p| p.1)) else {
        return 0.0;
    };
    let n = places.len() as f64;
    let spread = places.iter().map(|p| (p.0 - middle).powi(2)).sum::<f64>() / n;
    let both = places
        .iter()
        .map(|p| (p.0 - middle) * (p.1 - usual))
        .sum::<f64>()
        / n;
    if spread > 0.0 {
        both / spread.sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(axis_deg: f64, directionality: f64) -> Light {
        Light {
            axis_deg,
            directionality,
        }
    }

    /// What a network says that is fairly sure of a light `off_deg` from the axis.
    fn logits(off_deg: f64) -> [f64; 2] {
        let (sin, cos) = off_deg.to_radians().sin_cos();
        [cos, sin].map(|v: f64| 2.0 * (0.9 * v).atanh())
    }

    /// Where the light comes from after all, degrees.
    fn azimuth(found: Light, logits: [f64; 2]) -> f64 {
        let (light, evidence) = confirmed(found, logits);
        assert!((0.0..180.0).contains(&light.axis_deg));
        let side = if evidence > 0.0 {
            Side::Axis
        } else {
            Side::Opposite
        };
        light.azimuth_deg(side)
    }

    #[test]
    fn no_single_sign_makes_a_flash_a_lamp() {
        let sure = |directionality, logits, slopes| {
            sidedness(found(30.0, directionality), logits, slopes) > 0.0
        };
        assert!(!sure(0.0, [0.0; 2], [0.0; 2]));
        // Furrows, a network astray, a face that curves away a little, each alone.
        assert!(!sure(0.33, [0.0; 2], [0.0; 2]));
        assert!(!sure(0.0, [9.0, 9.0], [0.0; 2]));
        assert!(!sure(0.0, [0.0; 2], [0.1, 0.1]));
        assert!(sure(0.2, [1.5, 0.0], [0.1, 0.0]));
        assert!(sure(0.2, [0.0, -1.5], [0.0, -0.1]));
    }

    #[test]
    fn texture_without_an_axis_leaves_it_to_the_network() {
        for axis in [5.0, 90.0, 175.0] {
            for off in [-170.0, -80.0, -20.0, 0.0, 30.0, 85.0, 140.0, 179.0f64] {
                let seen = azimuth(found(axis, 0.0), logits(off));
                let miss = (seen - axis - off).rem_euclid(360.0);
                assert!(miss.min(360.0 - miss) < 1e-6, "{axis} {off}: {seen}");
            }
        }
    }

    #[test]
    fn a_network_that_says_nothing_leaves_the_texture() {
        let (light, evidence) = confirmed(found(70.0, 0.3), [0.0; 2]);
        assert!((light.axis_deg - 70.0).abs() < 1e-9);
        assert!(evidence.abs() < 1e-9);
    }

    #[test]
    fn both_meet_in_between() {
        let seen = azimuth(found(170.0, 0.3), logits(40.0));
        // Past 180 the axis begins anew at 0; the light goes on.
        assert!((171.0..209.0).contains(&seen), "{seen}");
    }
}
