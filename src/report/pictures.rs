//! Pictures as files: masks as PNG, photos as JPEG, and both small enough for a page.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops;
use image::{ExtendedColorType, GrayImage, ImageEncoder, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

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
    imageops::thumbnail(photo, size.0, size.1)
}

/// A mask reduced to `size`: set where at least half of the area was.
pub(super) fn reduced_mask(mask: &GrayImage, size: (u32, u32)) -> GrayImage {
    let mut small = if mask.dimensions() == size {
        mask.clone()
    } else {
        imageops::thumbnail(mask, size.0, size.1)
    };
    for p in small.pixels_mut() {
        p[0] = if p[0] >= 128 { 255 } else { 0 };
    }
    small
}

/// Bytes as a `data:` address (RFC 2397).
pub(super) fn data_address(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", base64(bytes))
}

/// Bytes as base64 (RFC 4648).
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            if i <= group.len() {
                out.push(DIGITS[(bits >> (18 - 6 * i) & 63) as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
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
    fn pictures_are_fitted_and_never_enlarged() {
        assert_eq!(fit((4000, 3000), 1600), (1600, 1200));
        assert_eq!(fit((400, 300), 1600), (400, 300));
        assert_eq!(fit((1, 100_000), 1600), (1, 1600));
    }
}
