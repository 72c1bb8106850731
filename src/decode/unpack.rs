//! PNG, WebP and everyday TIFF: unpacked by the `image` crate.

use std::io::Cursor;
use std::path::Path;

use image::error::{ImageError, LimitErrorKind, UnsupportedErrorKind};
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::caveat::Caveat;
use super::colour::{self, Encoding};
use super::exif::Directory;
use super::photo::{Samples, Unpacked};
use super::{Options, check_size, format};
use crate::error::Error;

/// Most bytes the decoder may ask for, for each pixel: the picture itself at 16-bit RGBA and as much
/// again while it is unpacked.
const WORKING_BYTES_PER_PIXEL: u64 = 16;
/// And for what comes along with any picture: profiles of printing presses have a few megabytes.
const WORKING_BYTES: u64 = 32 << 20;

/// What to do with a picture of a rare kind.
pub(super) const PLAINER: &str = "export it as JPEG, or as 8- or 16-bit RGB";

/// Pixels of the picture in `bytes`, after its header was found to be within the limits.
///
/// Alpha is not laid over any background: the colours as stored are what the camera saw. Where it
/// is 0 there is no photo: such pixels turn white and are marked as not opaque.
pub(super) fn unpack(
    path: &Path,
    bytes: &[u8],
    format: ImageFormat,
    options: &Options,
) -> Result<Unpacked, Error> {
    let failed = |e: ImageError| refuse(path, bytes, format, e);
    // A PNG unpacks its profile with its header: its size must be known before that.
    let pixels = match png_size(bytes) {
        Some(size) => {
            check_size(path, size, options)?;
            u64::from(size.0) * u64::from(size.1)
        }
        None => (options.limit_megapixels * 1e6) as u64,
    };
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(pixels * WORKING_BYTES_PER_PIXEL + WORKING_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    check_size(path, (width, height), options)?;

    let mut caveats = Vec::new();
    let mut profile = decoder.icc_profile().map_err(failed)?;
    // Newer than profiles, and above them where both are there (PNG, third edition, 4.3).
    match code_points(bytes, format) {
        None => {}
        Some(Encoding::Srgb) => profile = None,
        Some(Encoding::Profile(instead)) => profile = Some(instead),
        Some(Encoding::HighDynamicRange) => return Err(format::high_dynamic_range(path)),
        Some(Encoding::Unknown) => caveats.push(Caveat::ProfileNotUsed),
    }
    if matches!(decoder.color_type(), ColorType::Rgb32F | ColorType::Rgba32F) {
        return Err(Error::Unsupported {
            file: path.to_path_buf(),
            format: "a picture of floating-point numbers".to_string(),
            remedy: "export it as JPEG or 16-bit TIFF",
        });
    }
    let directory = match format {
        ImageFormat::Tiff => Directory::of_tiff(bytes),
        _ => Directory::of_exif(decoder.exif_metadata().ok().flatten()),
    };
    let notes = directory.notes();
    // It holds a copy of the file.
    drop(directory);
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    let (channels, samples, opaque) = split(image);
    Ok(Unpacked {
        size: (width as usize, height as usize),
        channels,
        samples,
        opaque,
        profile,
        notes,
        caveats,
    })
}

/// A PNG's width and height, px, which stand at a fixed place (PNG, third edition, 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(..8) != Some(b"\x89PNG\r\n\x1a\n") || bytes.get(12..16) != Some(b"IHDR") {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    Some((number(16)?, number(20)?))
}

/// How a PNG with a `cICP` chunk writes its colours; `None` if there is none.
fn code_points(bytes: &[u8], format: ImageFormat) -> Option<Encoding> {
    if format != ImageFormat::Png {
        return None;
    }
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize;
        let kind = bytes.get(at + 4..at + 8)?;
        match kind {
            b"cICP" => {
                let &[primaries, transfer, ..] = bytes.get(at + 8..at + 12)? else {
                    return None;
                };
                return Some(colour::of_code_points(primaries.into(), transfer.into()));
            }
            b"IDAT" | b"IEND" => return None,
            _ => at = at.checked_add(12)?.checked_add(length)?,
        }
    }
}

/// Channels, samples and, where some pixels are fully transparent, which are not.
fn split(image: DynamicImage) -> (usize, Samples, Option<Vec<bool>>) {
    match image {
        DynamicImage::ImageLuma8(i) => (1, Samples::Eight(i.into_raw()), None),
        DynamicImage::ImageLuma16(i) => (1, Samples::Sixteen(i.into_raw()), None),
        DynamicImage::ImageRgb16(i) => (3, Samples::Sixteen(i.into_raw()), None),
        DynamicImage::ImageLumaA8(i) => {
            let (samples, opaque) = without_alpha(&i.into_raw(), 1, u8::MAX);
            (1, Samples::Eight(samples), opaque)
        }
        DynamicImage::ImageLumaA16(i) => {
            let (samples, opaque) = without_alpha(&i.into_raw(), 1, u16::MAX);
            (1, Samples::Sixteen(samples), opaque)
        }
        DynamicImage::ImageRgba8(i) => {
            let (samples, opaque) = without_alpha(&i.into_raw(), 3, u8::MAX);
            (3, Samples::Eight(samples), opaque)
        }
        DynamicImage::ImageRgba16(i) => {
            let (samples, opaque) = without_alpha(&i.into_raw(), 3, u16::MAX);
            (3, Samples::Sixteen(samples), opaque)
        }
        other => (3, Samples::Eight(other.into_rgb8().into_raw()), None),
    }
}

/// The colours of pixels of `colours` channels and alpha; `white` where alpha is 0.
pub(super) fn without_alpha<T: Copy + Default + PartialEq>(
    pixels: &[T],
    colours: usize,
    white: T,
) -> (Vec<T>, Option<Vec<bool>>) {
    let mut samples = Vec::with_capacity(pixels.len() / (colours + 1) * colours);
    let mut opaque = Vec::with_capacity(pixels.len() / (colours + 1));
    for pixel in pixels.chunks_exact(colours + 1) {
        let there = pixel[colours] != T::default();
        opaque.push(there);
        if there {
            samples.extend_from_slice(&pixel[..colours]);
        } else {
            samples.extend(std::iter::repeat_n(white, colours));
        }
    }
    let any = opaque.iter().any(|&o| !o);
    (samples, any.then_some(opaque))
}

fn refuse(path: &Path, bytes: &[u8], format: ImageFormat, e: ImageError) -> Error {
    let file = path.to_path_buf();
    let name = match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Tiff => "TIFF",
        _ => "WebP",
    };
    match e {
        ImageError::Unsupported(e) => Error::Unsupported {
            file,
            format: match e.kind() {
                UnsupportedErrorKind::GenericFeature(what) => format!("this {name} ({what})"),
                _ => format!("a {name} of this kind"),
            },
            remedy: PLAINER,
        },
        ImageError::Limits(e) if matches!(e.kind(), LimitErrorKind::InsufficientMemory) => {
            Error::Unsupported {
                file,
                format: format!("a {name} that needs this much memory"),
                remedy: "export the photo smaller, or as JPEG",
            }
        }
        e if is_cut_off(bytes, format) || is_end_of_file(&e) => Error::Truncated {
            file,
            source: Some(Box::new(e)),
        },
        e => Error::Corrupt {
            file,
            source: Box::new(e),
        },
    }
}

/// Whether the container's own account of its end is not met.
fn is_cut_off(bytes: &[u8], format: ImageFormat) -> bool {
    match format {
        ImageFormat::Png => !bytes.windows(4).any(|chunk| chunk == b"IEND"),
        ImageFormat::WebP => match bytes.get(4..8) {
            Some(&[a, b, c, d]) => {
                (bytes.len() as u64) < 8 + u64::from(u32::from_le_bytes([a, b, c, d]))
            }
            _ => true,
        },
        _ => false,
    }
}

/// Whether the file ended early, however deep the decoder hides it.
fn is_end_of_file(e: &ImageError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(e);
    while let Some(c) = cause {
        if c.downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof)
        {
            return true;
        }
        cause = c.source();
    }
    false
}
