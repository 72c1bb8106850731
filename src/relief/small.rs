//! A photo at the scale of features.

use crate::filter::reduce;
use crate::raster::{Field, LinearImage, Mask, each, from_rows, row, weights, zip3};
use crate::shading::{Shading, shade};
use crate::units::PixelsPerMm;

/// Scale, px/mm, at which features are looked at: an ice pick of 0.8 mm is 6 px wide.
const FEATURE_SCALE: f64 = 8.0;

/// Working px per feature px.
#[must_use]
pub fn feature_reduction(scale: PixelsPerMm) -> f64 {
    (scale.get() / FEATURE_SCALE).max(1.0)
}

/// A photo's light on skin at the scale of features.
#[derive(Debug, Clone)]
pub struct Small {
    pub shading: Shading,
    /// Linear luminance.
    pub luminance: Field,
    /// Share of each px that is skin.
    pub share: Field,
    /// Mostly skin.
    pub skin: Mask,
    pub scale: PixelsPerMm,
}

/// A photo brought to the scale of features, and the shading of its skin there; what is not skin has
/// no part in a px that is skin as well.
#[must_use]
pub fn small(
    image: &LinearImage,
    skin: &Mask,
    scale: PixelsPerMm,
    options: &crate::shading::Options,
) -> Small {
    let reduction = feature_reduction(scale);
    let scale = scale.reduced(reduction);
    let share = reduce(&weights(skin), reduction);
    let reduced = |plane: &Field| {
        if reduction > 1.0 {
            reduced_skin(plane, skin, &share, reduction)
        } else {
            plane.clone()
        }
    };
    let image = LinearImage {
        planes: image.planes.each_ref().map(reduced),
    };
    let skin = each(&share, |s| s > 0.5);
    Small {
        shading: shade(&image, &skin, scale, options),
        luminance: image.luminance(),
        share,
        skin,
        scale,
    }
}

/// Means over the skin in each px; over all of it where there is none.
fn reduced_skin(plane: &Field, skin: &Mask, share: &Field, reduction: f64) -> Field {
    let open: Field = from_rows(plane.nrows(), plane.ncols(), |y, out| {
        for ((o, &v), &s) in out.iter_mut().zip(row(plane, y)).zip(row(skin, y)) {
            *o = if s { v } else { 0.0 };
        }
    });
    let all = reduce(plane, reduction);
    zip3(
        &reduce(&open, reduction),
        share,
        &all,
        |open, share, all| {
            if share > 0.0 { open / share } else { all }
        },
    )
}
