//! Takes lamp and camera out: both photos in one light and at one sharpness.
//!
//! What is measured later is high-passed log light in units of healthy texture, so it does not hang
//! on exposure or white balance; the gains found here serve the pictures, and the matched sharpness
//! serves the measures: a scar must not fade because one photo is soft.

use image::RgbImage;
use rayon::prelude::*;

use crate::decode::{linear_to_srgb, srgb_to_linear};
use crate::filter::{Between, Rows, Taps, bilinear, gaussian, gaussian_masked, warp_all};
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

/// The after photo on the before grid, in the before photo's light, for looking at.
///
/// `size` is the before photo's (width, height). Where the after photo does not reach it is hatched
/// as empty paper is: black would look like skin in the dark.
#[must_use]
pub fn picture(after: &RgbImage, map: &FullMap, gains: &Gains, size: (u32, u32)) -> RgbImage {
    let width = size.0 as usize;
    let longer = width.max(size.1 as usize);
    let (right, bottom) = (
        f64::from(after.width()) - 0.5,
        f64::from(after.height()) - 0.5,
    );
    let stored = (after.height() as usize, after.width() as usize);
    let tables = Tables::new();
    let across: Vec<Between> = (0..width)
        .map(|x| Between::new(map.working(x as f64, 0.0).0, map.x.ncols()))
        .collect();
    let mut data = vec![0u8; width * size.1 as usize * 3];
    data.par_chunks_mut((width * 3).max(1))
        .enumerate()
        .for_each(|(y, line)| {
            let v = map.working(0.0, y as f64).1;
            let [xs, ys, falloff] = [map.x, map.y, &gains.falloff].map(|f| Rows::new(f, v));
            for (x, (pixel, &place)) in line.chunks_exact_mut(3).zip(&across).enumerate() {
                let (u, v) = (map.out(xs.at(place)), map.out(ys.at(place)));
                if u >= -0.5 && v >= -0.5 && u <= right && v <= bottom {
                    let falloff = falloff.at(place).exp();
                    let taps = Taps::around(u as f32, v as f32, stored);
                    let values: [f32; 3] = taps.of(after.as_raw(), stored);
                    for (c, o) in pixel.iter_mut().enumerate() {
                        *o = tables.through(values[c], gains.channels[c] * falloff);
                    }
                } else {
                    pixel.copy_from_slice(&hatched(x, y, longer));
                }
            }
        });
    RgbImage::from_raw(size.0, size.1, data).unwrap_or_default()
}

/// Paper with lines aslant, a fixed number of them along the longer side of a picture of any size.
fn hatched(x: usize, y: usize, longer: usize) -> [u8; 3] {
    const LINES: usize = 70;
    const PAPER: [u8; 3] = [236, 233, 227];
    const LINE: [u8; 3] = [206, 201, 192];
    let apart = (longer / LINES).max(4);
    if (x + y) % apart < apart.div_ceil(8) {
        LINE
    } else {
        PAPER
    }
}

/// sRGB to light and back by table: a power per sample would cost more than the warp.
struct Tables {
    light: Vec<f32>,
    code: Vec<u8>,
}

impl Tables {
    /// Steps of light in the table back to sRGB: under half a code in the darkest tones.
    const STEPS: usize = 1 << 14;

    fn new() -> Self {
        Self {
            light: (0..=255)
                .map(|v| srgb_to_linear(f64::from(v) / 255.0) as f32)
                .collect(),
            code: (0..=Self::STEPS)
                .map(|i| {
                    let code = linear_to_srgb(i as f64 / Self::STEPS as f64) * 255.0;
                    code.round().clamp(0.0, 255.0) as u8
                })
                .collect(),
        }
    }

    fn through(&self, code: f32, gain: f32) -> u8 {
        let code = code.clamp(0.0, 255.0);
        let low = code as usize;
        let (a, b) = (self.light[low], self.light[(low + 1).min(255)]);
        let light = (a + (code - low as f32) * (b - a)) * gain;
        self.code[(light.clamp(0.0, 1.0) * Self::STEPS as f32) as usize]
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
