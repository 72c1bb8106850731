//! Any two small pictures through the whole path.
//!
//! A byte for each side of each picture, one for the scale, one for how the pictures go together; then
//! pixels, over and over where they do not suffice. Sides have up to 64 px and a scale is 16 px/mm or
//! more, so that the network is shown some 30 px a side and a whole comparison takes a second or so.

#![no_main]

use image::{Rgb, RgbImage};
use scardepth::decode::Photo;
use scardepth::pipeline::{Options, Scale, compare};
use scardepth::raster::Mask;
use scardepth::register::Affine;
use scardepth::units::PixelsPerMm;

// Bits of the sixth byte.
/// The second picture is the first with some noise.
const ALIKE: u8 = 1;
/// The second picture is brighter.
const BRIGHTER: u8 = 2;
/// The second picture is known to lie where the first does.
const MARKED: u8 = 4;
/// The left half of the first picture is measured.
const REGION: u8 = 8;

const SAME_PLACE: Affine = Affine {
    linear: [[1.0, 0.0], [0.0, 1.0]],
    origin: [0.0, 0.0],
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&[a, b, c, d, scale, ways], pixels)) = bytes.split_first_chunk::<6>() else {
        return;
    };
    if pixels.is_empty() {
        return;
    }
    let mut stream = pixels.iter().copied().cycle();
    let mut next = || stream.next().unwrap_or_default();
    let side = |v: u8| 1 + u32::from(v % 64);
    let mut draw = |width: u8, height: u8| {
        RgbImage::from_fn(side(width), side(height), |_, _| {
            Rgb([next(), next(), next()])
        })
    };
    let first = draw(a, b);
    let mut second = if ways & ALIKE == 0 {
        draw(c, d)
    } else {
        let mut second = first.clone();
        for p in second.pixels_mut() {
            p.0 = p.0.map(|v| v.saturating_add(next() & 7));
        }
        second
    };
    if ways & BRIGHTER != 0 {
        for p in second.pixels_mut() {
            p.0 = p.0.map(|v| v.saturating_add(v / 4));
        }
    }
    let (width, height) = first.dimensions();
    let options = Options {
        scale: PixelsPerMm::new(f64::from(16 + scale % 48)).map(Scale::PerMm),
        start: (ways & MARKED != 0).then_some(SAME_PLACE),
        region: (ways & REGION != 0).then(|| {
            Mask::from_shape_fn((height as usize, width as usize), |(_, x)| {
                2 * x < width as usize
            })
        }),
        ..Options::default()
    };
    let [before, after] = [first, second].map(|p| Photo::from_rgb8("fuzz", p));
    let told = format!("{:?}", compare(&before, &after, &options).comparison);
    assert!(!told.contains("NaN") && !told.contains("inf"), "{told}");
});
