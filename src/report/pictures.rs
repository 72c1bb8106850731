//! Pictures as files: masks as PNG, photos as JPEG, and both small enough for a page.

use std::ops::Range;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use multiversion::multiversion;
use rayon::prelude::*;

use crate::error::Cause;

/// A mask as PNG: the fast level and filter, a hundredth of the time of the balanced ones and, for
/// masks, of nearly the same size.
pub(super) fn png(mask: &GrayImage) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Up).write_image(
        mask.as_raw(),
        mask.width(),
        mask.height(),
        ExtendedColorType::L8,
    )?;
    Ok(bytes)
}

/// How finely a JPEG keeps colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// At every pixel: redness is judged by eye on it.
    Full,
    /// At every second pixel each way: enough where lightness tells the same.
    Half,
}

/// A photo as JPEG.
pub(super) fn jpeg(photo: &RgbImage, quality: u8, colour: Colour) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(match colour {
        Colour::Full => SamplingFactor::R_4_4_4,
        Colour::Half => SamplingFactor::R_4_2_0,
    });
    encoder.encode(
        photo.as_raw(),
        u16::try_from(photo.width())?,
        u16::try_from(photo.height())?,
        ColorType::Rgb,
    )?;
    Ok(bytes)
}

/// A size (width, height) of at most `longest` px a side, in the same proportion, never enlarged.
pub(super) fn fit((width, height): (u32, u32), longest: u32) -> (u32, u32) {
    let factor = f64::from(longest) / f64::from(width.max(height).max(1));
    let side = |n: u32| ((f64::from(n) * factor.min(1.0)).round() as u32).max(1);
    (side(width), side(height))
}

/// A photo reduced to `size`.
pub(super) fn reduced(photo: &RgbImage, size: (u32, u32)) -> RgbImage {
    if photo.dimensions() == size {
        return photo.clone();
    }
    let whole = Cut {
        left: 0,
        top: 0,
        size: photo.dimensions(),
    };
    reduced_cut(photo, whole, size)
}

/// A part of a photo, in its pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub left: u32,
    pub top: u32,
    /// (width, height)
    pub size: (u32, u32),
}

/// A part of a photo reduced to `size`.
pub(super) fn reduced_cut(photo: &RgbImage, cut: Cut, size: (u32, u32)) -> RgbImage {
    let data = means::<3>(photo.as_raw(), photo.width(), cut, size);
    RgbImage::from_raw(size.0, size.1, data).expect("3 bytes a pixel")
}

/// A mask reduced to `size`: set where at least half of the area was.
pub(super) fn reduced_mask(mask: &GrayImage, size: (u32, u32)) -> GrayImage {
    let whole = Cut {
        left: 0,
        top: 0,
        size: mask.dimensions(),
    };
    let mut data = means::<1>(mask.as_raw(), mask.width(), whole, size);
    for v in &mut data {
        *v = if *v >= 128 { 255 } else { 0 };
    }
    GrayImage::from_raw(size.0, size.1, data).expect("a byte a pixel")
}

/// The means of the areas of a part of a picture of `N` channels and `width` pixels a line that fall
/// to each pixel of `size`, no larger than the part; a pixel that straddles an edge goes to one side,
/// as in [`image::imageops::thumbnail`].
fn means<const N: usize>(pixels: &[u8], width: u32, cut: Cut, size: (u32, u32)) -> Vec<u8> {
    let spans = |of: u32, n: u32| -> Vec<Range<usize>> {
        let ratio = of as f32 / n as f32;
        let span = |i: u32| {
            let from = i as f32 * ratio;
            let begin = (from.ceil() as u32).min(of - 1);
            begin as usize..((from + ratio).ceil() as u32).clamp(begin + 1, of) as usize
        };
        (0..n).map(span).collect()
    };
    let (across, down) = (spans(cut.size.0, size.0), spans(cut.size.1, size.1));
    let line = |y: usize| {
        let first = (cut.top as usize + y) * width as usize + cut.left as usize;
        &pixels[N * first..][..N * cut.size.0 as usize]
    };
    let widest = across.iter().map(Range::len).max().unwrap_or(0);
    let mut out = vec![0; N * size.0 as usize * size.1 as usize];
    let lines = out.par_chunks_mut((N * size.0 as usize).max(1)).enumerate();
    lines.for_each(|(y, out)| {
        let mut sums = vec![0u32; N * cut.size.0 as usize];
        for y in down[y].clone() {
            add(&mut sums, line(y));
        }
        let shares: Vec<Share> = (0..=widest).map(|n| Share::of(n * down[y].len())).collect();
        let (sums, _) = sums.as_chunks::<N>();
        for (out, span) in out.as_chunks_mut::<N>().0.iter_mut().zip(&across) {
            let share = &shares[span.len()];
            let mut total = [share.area / 2; N];
            for pixel in &sums[span.clone()] {
                for (total, v) in total.iter_mut().zip(pixel) {
                    *total += v;
                }
            }
            *out = total.map(|total| share.part(total));
        }
    });
    out
}

#[multiversion(targets("x86_64+avx2"))]
fn add(sums: &mut [u32], line: &[u8]) {
    for (sum, &v) in sums.iter_mut().zip(line) {
        *sum += u32::from(v);
    }
}

/// Sums of 8-bit values over an area divided by it; a product costs less than a quotient.
#[derive(Debug, Clone, Copy)]
struct Share {
    area: u32,
    /// [`Self::ONE`] over the area, rounded up.
    factor: u64,
}

impl Share {
    /// Exact for areas below 2^23 px: rounding the factor up adds less than the sum, which is below
    /// 256 times the area, and the next whole quotient is `ONE` over the area away.
    const BITS: u32 = 55;
    const ONE: u64 = 1 << Self::BITS;

    fn of(area: usize) -> Self {
        Self {
            area: area as u32,
            factor: Self::ONE.div_ceil(area.max(1) as u64),
        }
    }

    fn part(self, total: u32) -> u8 {
        if self.area < 1 << 23 {
            ((u64::from(total) * self.factor) >> Self::BITS) as u8
        } else {
            (total / self.area) as u8
        }
    }
}

/// Bytes as a `data:` address (RFC 2397).
pub(super) fn data_address(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", base64(bytes))
}

/// Bytes as base64 (RFC 4648).
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = |i: usize| DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
        let shown = |i: usize| if i <= group.len() { digit(i) } else { b'=' };
        out.extend([0, 1, 2, 3].map(shown));
    }
    String::from_utf8(out).expect("digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_published() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let address = data_address("text/plain", plain.as_bytes());
            assert_eq!(address, format!("data:text/plain;base64,{coded}"));
        }
    }

    #[test]
    fn pictures_are_reduced_as_published() {
        let photo = RgbImage::from_fn(97, 61, |x, y| {
            let v = x * 31 + y * 17 + x * y;
            image::Rgb([v as u8, (v / 3) as u8, (v * 7) as u8])
        });
        for size in [(96, 60), (40, 25), (1, 1), (97, 7)] {
            let expected = image::imageops::thumbnail(&photo, size.0, size.1);
            assert_eq!(reduced(&photo, size), expected, "{size:?}");
        }
    }

    #[test]
    fn pictures_are_fitted_and_never_enlarged() {
        assert_eq!(fit((4000, 3000), 1600), (1600, 1200));
        assert_eq!(fit((400, 300), 1600), (400, 300));
        assert_eq!(fit((1, 100_000), 1600), (1, 1600));
    }
}
