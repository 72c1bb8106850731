//! Photos for the benchmarks, made in memory from a phantom: no files, the same pixels every time.

use image::{RgbImage, imageops};
use scardepth::decode::Photo;
use scardepth::phantom::{Spec, render_pair};
use scardepth::pipeline::{Options, Scale};
use scardepth::units::PixelsPerMm;

/// Scale of the photos, px/mm: that of the work, so that no stage sees fewer pixels than are named.
pub const PX_PER_MM: f64 = 16.0;

/// Width and height of a photo of about 1 megapixel.
const ONE: (u32, u32) = (1152, 864);

/// A pair of 1 megapixel, 8-bit sRGB.
pub fn pair() -> [RgbImage; 2] {
    let spec = Spec {
        px_per_mm: PX_PER_MM,
        width: ONE.0,
        height: ONE.1,
        seed: 21,
        ..Spec::default()
    };
    let pair = render_pair(&spec).expect("the spec is one that can be drawn");
    [pair.before.rgb, pair.after.rgb]
}

/// The photo `times` by `times` side by side, every other one mirrored so that no seam is a step, each a
/// little larger than the one before: what comes back to the pixel would be taken for a watermark.
#[allow(dead_code)]
pub fn tiled(photo: &RgbImage, times: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let mut out = RgbImage::new(times * width, times * height);
    for row in 0..times {
        for column in 0..times {
            let larger = |n: u32| n + n * (row * times + column) / 100;
            let whole = imageops::resize(
                photo,
                larger(width),
                larger(height),
                imageops::FilterType::CatmullRom,
            );
            let mut tile = imageops::crop_imm(&whole, 0, 0, width, height).to_image();
            if column % 2 == 1 {
                imageops::flip_horizontal_in_place(&mut tile);
            }
            if row % 2 == 1 {
                imageops::flip_vertical_in_place(&mut tile);
            }
            let (x, y) = (column * width, row * height);
            imageops::replace(&mut out, &tile, i64::from(x), i64::from(y));
        }
    }
    out
}

pub fn scale() -> PixelsPerMm {
    PixelsPerMm::new(PX_PER_MM).expect("within the range that is accepted")
}

#[allow(dead_code)]
pub fn options() -> Options {
    Options {
        scale: Some(Scale::PerMm(scale())),
        ..Options::default()
    }
}

#[allow(dead_code)]
pub fn photos() -> [Photo; 2] {
    let [before, after] = pair();
    [
        Photo::from_rgb8("before", before),
        Photo::from_rgb8("after", after),
    ]
}
