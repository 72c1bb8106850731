//! Takes lamp and camera out: both photos in one light and at one sharpness.
//!
//! What is measured later is high-passed log light in units of healthy texture, so it does not hang
//! on exposure or white balance; the gains found here serve the pictures, and the matched sharpness
//! serves the measures: a scar must not fade because one photo is soft.

mod picture;

pub use picture::{Shown, picture};

use rayon::prelude::*;

use crate::filter::{bilinear, gaussian, gaussian_masked, warp_all};
use crate::raster::{Field, LinearImage, Mask, from_rows, map, masked, row, weights, zip2};
use crate::stats::{median, median_and_sigma};
use crate::units::PixelsPerMm;

/// The after photo on the before photo's grid.
///
/// Only [`align`] makes one, so nothing later can measure a photo that was not aligned.
#[derive(Debug, Clone)]
pub struct AlignedImage {
    image: LinearImage,
}

impl AlignedImage {
    #[must_use]
    pub fn image(&self) -> &LinearImage {
        &self.image
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.image.width()
    }
}

/// Sees `after` through the map: pixel p of the result is `after` at (x, y) of p, bicubic in
/// linear light. Where the map is the identity the values are `after`'s own.
#[must_use]
pub fn align(after: &LinearImage, x: &Field, y: &Field) -> AlignedImage {
    AlignedImage {
        image: LinearImage {
            planes: warp_all(after.planes.each_ref(), x, y),
        },
    }
}

/// What turns the after photo's light into the before photo's.
#[derive(Debug, Clone)]
pub struct Gains {
    /// Factor on linear red, green, blue.
    pub channels: [f32; 3],
    /// Natural logarithm of a further factor, by pixel of the before grid: fall-off and vignetting.
    pub falloff: Field,
}

/// Standard deviation, mm, of what counts as fall-off: wider than any scar.
const FALLOFF_MM: f64 = 12.0;

/// Linear light below which a ratio says nothing.
const DARKEST: f32 = 0.003;

/// Robust gains over skin that both photos show (median of log ratios).
#[must_use]
pub fn gains(
    before: &LinearImage,
    after: &AlignedImage,
    common: &Mask,
    scale: PixelsPerMm,
) -> Gains {
    let ratio = |b: &Field, a: &Field| zip2(b, a, |b, a| b.max(DARKEST) / a.max(DARKEST));
    // The logarithm keeps the order, so the middle one's is the middle one.
    let log_median = |ratio: &Field| median(&mut masked(ratio, common)).map_or(0.0, f32::ln);
    let channels: Vec<f32> = (0..3)
        .into_par_iter()
        .map(|c| log_median(&ratio(&before.planes[c], &after.image.planes[c])).exp())
        .collect();
    let luminance = ratio(&before.luminance(), &after.image.luminance());
    let middle = log_median(&luminance);
    let sigma = scale.px(FALLOFF_MM) as f32;
    let falloff = gaussian_masked(&map(&luminance, |v| v.ln() - middle), common, sigma, 0.0);
    Gains {
        channels: [channels[0], channels[1], channels[2]],
        falloff,
    }
}

/// Both photos at the sharpness of the softer one.
#[derive(Debug, Clone)]
pub struct Matched {
    pub before: LinearImage,
    pub after: AlignedImage,
    /// Standard deviation, working px, of the blur given to the before photo; 0 if it was the softer.
    pub before_blur: f32,
    /// The same for the after photo.
    pub after_blur: f32,
}

/// Widest blur tried, working px: beyond it the photos are not worth comparing.
pub const MOST_BLUR_PX: f32 = 4.0;

/// Blurs the sharper photo until its finest texture on common skin stands in the same proportion to
/// its coarser texture as in the softer one.
#[must_use]
pub fn match_sharpness(before: LinearImage, after: AlignedImage, common: &Mask) -> Matched {
    let luminances = [before.luminance(), after.image.luminance()];
    let [b, a] = [&luminances[0], &luminances[1]].map(|l| fineness(l, common));
    let (mut before_blur, mut after_blur) = (0.0, 0.0);
    // Differences under 5 % are within what the ratio is known to.
    if b > 1.05 * a {
        before_blur = blur_to(&luminances[0], common, a);
    } else if a > 1.05 * b {
        after_blur = blur_to(&luminances[1], common, b);
    }
    drop(luminances);
    let blurred = |image: LinearImage, sigma: f32| {
        if sigma > 0.0 {
            LinearImage {
                planes: image.planes.map(|plane| gaussian(&plane, sigma)),
            }
        } else {
            image
        }
    };
    Matched {
        before: blurred(before, before_blur),
        after: AlignedImage {
            image: blurred(after.image, after_blur),
        },
        before_blur,
        after_blur,
    }
}

/// Finest texture over coarser texture of log luminance, robust standard deviations.
fn fineness(luminance: &Field, common: &Mask) -> f32 {
    let log = map(luminance, |v| v.max(DARKEST).ln());
    let blurs = [0.6, 1.2, 4.0].map(|sigma| gaussian(&log, sigma));
    let sigma = |a: &Field, b: &Field| {
        median_and_sigma(&mut masked(&zip2(a, b, |a, b| a - b), common)).map_or(0.0, |m| m.1)
    };
    sigma(&blurs[0], &blurs[1]) / sigma(&blurs[1], &blurs[2]).max(1e-6)
}

/// The blur that brings a photo's fineness down to `target`, by bisection.
fn blur_to(luminance: &Field, common: &Mask, target: f32) -> f32 {
    let (mut low, mut high) = (0.0, MOST_BLUR_PX);
    for _ in 0..7 {
        let middle = 0.5 * (low + high);
        if fineness(&gaussian(luminance, middle), common) > target {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Where each before pixel lies in the after photo, at full resolution.
pub struct FullMap<'a> {
    pub x: &'a Field,
    pub y: &'a Field,
    /// Full-resolution px per working px of the before and of the after photo.
    pub before_reduction: f64,
    pub after_reduction: f64,
}

impl FullMap<'_> {
    /// The place in the after photo, full-resolution px, of a place in the before photo.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (u, v) = self.working(x, y);
        (
            self.out(bilinear(self.x, u, v)),
            self.out(bilinear(self.y, u, v)),
        )
    }

    /// As [`Self::at`], and carried on in a straight line beyond the middles of the outermost working
    /// pixels.
    #[must_use]
    pub fn carried_on(&self, x: f64, y: f64) -> (f64, f64) {
        let (rows, columns) = self.x.dim();
        let last = |n: usize| (n - 1) as f64 * self.before_reduction;
        let first = 0.5 * (self.before_reduction - 1.0);
        let (cx, cy) = (
            x.clamp(first, first + last(columns)),
            y.clamp(first, first + last(rows)),
        );
        let edge = self.at(cx, cy);
        let within = self.at(2.0 * cx - x, 2.0 * cy - y);
        (2.0 * edge.0 - within.0, 2.0 * edge.1 - within.1)
    }

    /// Working px of a place in the before photo.
    #[must_use]
    pub fn working(&self, x: f64, y: f64) -> (f32, f32) {
        let into =
            |p: f64| ((p - 0.5 * (self.before_reduction - 1.0)) / self.before_reduction) as f32;
        (into(x), into(y))
    }

    /// Full-resolution px of a working px of the after photo.
    fn out(&self, p: f32) -> f64 {
        f64::from(p) * self.after_reduction + 0.5 * (self.after_reduction - 1.0)
    }
}

/// Skin of the after photo seen on the before grid: where the four pixels around the place are skin.
#[must_use]
pub fn align_mask(after: &Mask, x: &Field, y: &Field) -> Mask {
    let (rows, columns) = after.dim();
    let share = weights(after);
    from_rows(x.nrows(), x.ncols(), |r, out| {
        for ((o, &x), &y) in out.iter_mut().zip(row(x, r)).zip(row(y, r)) {
            let inside =
                x >= 0.0 && y >= 0.0 && x <= (columns - 1) as f32 && y <= (rows - 1) as f32;
            *o = inside && bilinear(&share, x, y) > 0.999;
        }
    })
}
