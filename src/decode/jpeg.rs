//! JPEG: unpacked strictly, so that a file with a hole is refused rather than filled with grey.

use std::path::Path;

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::exif::Directory;
use super::photo::{Samples, Unpacked};
use super::{LONGEST_SIDE, Options, check_size, colour};
use crate::error::Error;

/// Most scans of a progressive picture: encoders write about 10, and each goes over all pixels anew,
/// so that a small file of many takes minutes.
const MOST_SCANS: usize = 40;

const ORDINARY: &str = "export it as an ordinary JPEG";

/// Pixels of the JPEG in `bytes`, after its header was found to be within the limits.
pub(super) fn unpack(path: &Path, bytes: &[u8], options: &Options) -> Result<Unpacked, Error> {
    let file = || path.to_path_buf();
    let failed = |e: DecodeErrors| refuse(path, bytes, e);
    // Cameras leave odd bytes between their headers; only the picture itself is read strictly.
    let reading = DecoderOptions::default()
        .set_max_width(LONGEST_SIDE as usize)
        .set_max_height(LONGEST_SIDE as usize)
        .jpeg_set_max_scans(MOST_SCANS)
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), reading);
    decoder.decode_headers().map_err(failed)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    check_size(path, (width as u32, height as u32), options)?;
    if !is_complete(bytes) {
        return Err(Error::Truncated {
            file: file(),
            source: None,
        });
    }
    if !is_ordinarily_sampled(bytes) {
        return Err(Error::Unsupported {
            file: file(),
            format: "a JPEG whose colours are finer than its brightness".to_string(),
            remedy: ORDINARY,
        });
    }
    let stored = decoder.input_colorspace().unwrap_or(ColorSpace::RGB);
    let wanted = match stored {
        ColorSpace::Luma | ColorSpace::CMYK | ColorSpace::YCCK => stored,
        ColorSpace::MultiBand(_) => {
            return Err(Error::Unsupported {
                file: file(),
                format: format!("a JPEG of {} channels", stored.num_components()),
                remedy: "export it as a colour JPEG",
            });
        }
        _ => ColorSpace::RGB,
    };
    decoder.set_options(
        reading
            .set_strict_mode(true)
            .jpeg_set_out_colorspace(wanted),
    );
    let samples = decoder.decode().map_err(failed)?;

    let mut caveats = Vec::new();
    let mut profile = decoder.icc_profile();
    let (channels, samples) = match wanted {
        ColorSpace::Luma => (1, Samples::Eight(samples)),
        ColorSpace::RGB => (3, Samples::Eight(samples)),
        _ => {
            let inks = Samples::Eight(inks(samples, wanted));
            let rgb = colour::of_inks(&inks, profile.take().as_deref(), &mut caveats);
            (3, rgb)
        }
    };
    Ok(Unpacked {
        size: (width, height),
        channels,
        samples,
        opaque: None,
        profile,
        notes: Directory::of_exif(decoder.exif().cloned()).notes(),
        caveats,
    })
}

/// Cyan, magenta, yellow, black with 255 for full ink, of stored CMYK or YCCK.
///
/// Every CMYK JPEG in use is Adobe's, which stores 255 for no ink; YCCK is the same with cyan,
/// magenta and yellow as the `YCbCr` of what they let through (Adobe Technical Note 5116).
fn inks(mut stored: Vec<u8>, space: ColorSpace) -> Vec<u8> {
    for p in stored.chunks_exact_mut(4) {
        if space == ColorSpace::YCCK {
            let (y, cb, cr) = (
                f32::from(p[0]),
                f32::from(p[1]) - 128.0,
                f32::from(p[2]) - 128.0,
            );
            // JFIF 1.02, YCbCr to RGB; `as u8` stops at 0 and 255.
            p[0] = (y + 1.402 * cr).round() as u8;
            p[1] = (y - 0.344_136 * cb - 0.714_136 * cr).round() as u8;
            p[2] = (y + 1.772 * cb).round() as u8;
        } else {
            p[0] = 255 - p[0];
            p[1] = 255 - p[1];
            p[2] = 255 - p[2];
        }
        p[3] = 255 - p[3];
    }
    stored
}

fn refuse(path: &Path, bytes: &[u8], e: DecodeErrors) -> Error {
    let file = path.to_path_buf();
    match e {
        DecodeErrors::Unsupported(_) => Error::Unsupported {
            file,
            format: "a JPEG of a rare kind (lossless, arithmetic or 12-bit)".to_string(),
            remedy: ORDINARY,
        },
        e if is_complete(bytes) => Error::Corrupt {
            file,
            source: Box::new(e),
        },
        e => Error::Truncated {
            file,
            source: Some(Box::new(e)),
        },
    }
}

/// Whether the end marker follows the picture's data.
fn is_complete(bytes: &[u8]) -> bool {
    Segments { bytes, at: 2 }.any(|(marker, _)| marker == END_OF_IMAGE)
}

/// Whether the first component (brightness) is stored at least as finely as every other (ITU-T T.81,
/// B.2.2). No camera writes it the other way, and the decoder trips over it.
fn is_ordinarily_sampled(bytes: &[u8]) -> bool {
    let mut frames = Segments { bytes, at: 2 }.filter(|(marker, _)| {
        matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
    });
    // Precision, height, width and the number of components; then three bytes for each.
    const FIXED: usize = 6;
    frames.all(|(_, frame)| {
        let components = frame.get(FIXED..).unwrap_or_default().chunks_exact(3);
        let factors = components.map(|c| (c[1] >> 4, c[1] & 0xf));
        let mut factors = factors.take(frame.get(FIXED - 1).map_or(0, |&n| usize::from(n)));
        factors
            .next()
            .is_none_or(|(h, v)| factors.all(|(other_h, other_v)| other_h <= h && other_v <= v))
    })
}

const END_OF_IMAGE: u8 = 0xd9;

/// Marker and content of each segment (ITU-T T.81, annex B), past the entropy-coded data of every
/// scan, to the end marker or to where the file ends.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(&[prefix, marker]) = self.bytes.get(self.at..self.at + 2) {
            match (prefix, marker) {
                (0xff, END_OF_IMAGE) => {
                    self.at = self.bytes.len();
                    return Some((marker, &[]));
                }
                // A stuffed zero, a fill byte, a restart marker: no segment follows.
                (0xff, 0x00 | 0xd0..=0xd8) => self.at += 2,
                (0xff, 0xff) => self.at += 1,
                (0xff, _) => {
                    let &[high, low] = self.bytes.get(self.at + 2..self.at + 4)? else {
                        return None;
                    };
                    let content = self.at + 4;
                    self.at += 2 + usize::from(u16::from_be_bytes([high, low]));
                    let content = self.bytes.get(content..self.at);
                    return Some((marker, content.unwrap_or_default()));
                }
                // Bytes between the headers belong to nobody; in a scan they are the picture.
                _ => self.at += self.bytes[self.at..].iter().position(|&b| b == 0xff)?,
            }
        }
        None
    }
}
