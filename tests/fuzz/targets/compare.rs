//! Any two small pictures through the whole path: a byte for each side of each picture and one for
//! the scale, then their pixels, over and over where they do not suffice.

#![no_main]

use image::{Rgb, RgbImage};
use scardepth::decode::Photo;
use scardepth::pipeline::{Options, Scale, compare};
use scardepth::units::PixelsPerMm;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&[a, b, c, d, scale], pixels)) = bytes.split_first_chunk::<5>() else {
        return;
    };
    if pixels.is_empty() {
        return;
    }
    let mut stream = pixels.iter().copied().cycle();
    let mut draw = |width: u8, height: u8| {
        let side = |v: u8| 1 + u32::from(v % 96);
        let mut next = || stream.next().unwrap_or_default();
        let picture = RgbImage::from_fn(side(width), side(height), |_, _| {
            Rgb([next(), next(), next()])
        });
        Photo::from_rgb8("fuzz", picture)
    };
    let (before, after) = (draw(a, b), draw(c, d));
    let options = Options {
        scale: PixelsPerMm::new(f64::from(scale)).map(Scale::PerMm),
        ..Options::default()
    };
    let told = format!("{:?}", compare(&before, &after, &options).comparison);
    assert!(!told.contains("NaN") && !told.contains("inf"), "{told}");
});
