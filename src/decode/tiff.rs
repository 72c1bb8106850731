//! TIFF of the kinds that photos rarely have: printing inks, CIELab, a palette. All others go the way
//! of PNG and WebP.

use std::io::Cursor;
use std::path::Path;

use image::ImageFormat;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{TiffError, TiffResult};

use super::exif::{self, Directory};
use super::photo::{Samples, Unpacked};
use super::{Options, check_size, colour, unpack};
use crate::error::Error;

/// How a TIFF's numbers are meant (TIFF 6.0, tag `PhotometricInterpretation`).
const GREY: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u16 = 3;
const INKS: u16 = 5;
const CIELAB: u16 = 8;
/// The same with a and b shifted to be positive.
const ICC_LAB: u16 = 9;

const COLOUR_MAP: Tag = Tag::ColorMap;

/// Pixels of the first picture in `bytes`, after its header was found to be within the limits.
pub(super) fn unpack(path: &Path, bytes: &[u8], options: &Options) -> Result<Unpacked, Error> {
    if has_endless_text(bytes) {
        return Err(Error::Corrupt {
            file: path.to_path_buf(),
            source: "a text in its header is longer than the file".into(),
        });
    }
    let directory = Directory::of_tiff(bytes);
    let kind = directory.number(exif::PHOTOMETRIC).unwrap_or_default() as u16;
    if !matches!(kind, PALETTE | INKS | CIELAB | ICC_LAB) {
        return unpack::unpack(path, bytes, ImageFormat::Tiff, options);
    }
    let notes = directory.notes();
    drop(directory);
    let refused = |e| refuse(path, e);
    // The decoder knows these as numbers only, which is all that is asked of it.
    let plain = match kind {
        PALETTE => Some(reinterpreted(bytes, GREY)),
        CIELAB | ICC_LAB => Some(reinterpreted(bytes, RGB)),
        _ => None,
    };
    let mut decoder = Decoder::new(Cursor::new(plain.as_deref().unwrap_or(bytes)))
        .map_err(refused)?
        .with_limits(limits(options));
    let size = decoder.dimensions().map_err(refused)?;
    check_size(path, size, options)?;
    let colour_type = decoder.colortype().map_err(refused)?;
    let stored = match (kind, colour_type) {
        (PALETTE, ColorType::Gray(8))
        | (INKS, ColorType::CMYK(8 | 16))
        | (CIELAB | ICC_LAB, ColorType::RGB(8 | 16)) => read(&mut decoder, colour_type),
        _ => return Err(rare(path)),
    };
    let stored = stored.map_err(refused)?;

    let mut caveats = Vec::new();
    let profile = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    let (samples, profile) = match kind {
        PALETTE => {
            let map = decoder.get_tag_u16_vec(COLOUR_MAP).map_err(refused)?;
            (looked_up(&stored, &map).ok_or_else(|| rare(path))?, profile)
        }
        INKS => (
            colour::of_inks(&stored, profile.as_deref(), &mut caveats),
            None,
        ),
        // Lab is absolute: it needs no profile.
        _ => (colour::of_lab(&stored, kind == CIELAB), None),
    };
    Ok(Unpacked {
        size: (size.0 as usize, size.1 as usize),
        channels: 3,
        samples,
        opaque: None,
        profile,
        notes,
        caveats,
    })
}

/// Most bytes that the decoder may ask for.
fn limits(options: &Options) -> Limits {
    /// 16-bit inks.
    const BYTES_PER_PIXEL: f64 = 8.0;
    let most = (options.limit_megapixels * 1e6 * BYTES_PER_PIXEL) as usize;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = most;
    limits.intermediate_buffer_size = most;
    // Profiles of printing presses have a few megabytes.
    limits.ifd_value_size = 16 << 20;
    limits
}

/// The first directory of a TIFF as it stands in the file (TIFF 6.0, section 2): all that must be known
/// before, or changed for, a decoder that reads it again.
struct Entries<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Entries<'a> {
    /// Bytes of one entry: tag, type, count, value or where it is.
    const LENGTH: usize = 12;
    const TYPE: usize = 2;
    const COUNT: usize = 4;
    const VALUE: usize = 8;

    fn of(bytes: &'a [u8]) -> Self {
        let little = bytes.first() == Some(&b'I');
        Self { bytes, little }
    }

    fn short(&self, at: usize) -> Option<u16> {
        let pair = *self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let (a, b) = (self.short(at)?, self.short(at.checked_add(2)?)?);
        let (low, high) = if self.little { (a, b) } else { (b, a) };
        Some((usize::from(high) << 16) | usize::from(low))
    }

    /// Where each entry is.
    fn places(&self) -> impl Iterator<Item = usize> {
        let first = self.long(4).unwrap_or_default();
        let count = usize::from(self.short(first).unwrap_or_default());
        (0..count).map(move |i| first + 2 + Self::LENGTH * i)
    }
}

/// A text that claims more bytes than the whole file has. The decoder would refuse it too, but prints
/// to the terminal when it does (tiff 0.11.3, `Entry::val`).
fn has_endless_text(bytes: &[u8]) -> bool {
    const ASCII: u16 = 2;
    let entries = Entries::of(bytes);
    let is_text = |at: usize| entries.short(at + Entries::TYPE) == Some(ASCII);
    let length = |at: usize| entries.long(at + Entries::COUNT).unwrap_or_default();
    entries
        .places()
        .any(|at| is_text(at) && length(at) > bytes.len())
}

/// A copy that says its numbers are meant as `kind`; unchanged where it does not say what they are.
fn reinterpreted(bytes: &[u8], kind: u16) -> Vec<u8> {
    const PHOTOMETRIC: u16 = 262;
    let entries = Entries::of(bytes);
    let found = entries
        .places()
        .find(|&at| entries.short(at) == Some(PHOTOMETRIC));
    let mut copy = bytes.to_vec();
    let value = found.and_then(|at| copy.get_mut(at + Entries::VALUE..at + Entries::VALUE + 2));
    if let Some(value) = value {
        value.copy_from_slice(&if entries.little {
            kind.to_le_bytes()
        } else {
            kind.to_be_bytes()
        });
    }
    copy
}

/// Interleaved samples, also of a file that stores one channel after the other.
fn read(decoder: &mut Decoder<Cursor<&[u8]>>, colour: ColorType) -> TiffResult<Samples> {
    let mut result = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut result)?;
    let channels = usize::from(colour.num_samples());
    let planar = layout.planes > 1;
    match result {
        DecodingResult::U8(v) => Ok(Samples::Eight(interleaved(v, channels, planar))),
        DecodingResult::U16(v) => Ok(Samples::Sixteen(interleaved(v, channels, planar))),
        DecodingResult::I8(v) => Ok(Samples::Eight(interleaved(
            v.into_iter().map(i8::cast_unsigned).collect(),
            channels,
            planar,
        ))),
        DecodingResult::I16(v) => Ok(Samples::Sixteen(interleaved(
            v.into_iter().map(i16::cast_unsigned).collect(),
            channels,
            planar,
        ))),
        _ => Err(TiffError::UnsupportedError(
            tiff::TiffUnsupportedError::UnsupportedSampleFormat(Vec::new()),
        )),
    }
}

fn interleaved<T: Copy>(samples: Vec<T>, channels: usize, planar: bool) -> Vec<T> {
    if !planar {
        return samples;
    }
    let pixels = samples.len() / channels;
    (0..pixels * channels)
        .map(|i| samples[i % channels * pixels + i / channels])
        .collect()
}

/// The colours that a palette's numbers stand for.
fn looked_up(indices: &Samples, map: &[u16]) -> Option<Samples> {
    let Samples::Eight(indices) = indices else {
        return None;
    };
    let [red, green, blue] = [0, 1, 2].map(|c| map.get(c * 256..(c + 1) * 256));
    let (red, green, blue) = (red?, green?, blue?);
    let mut colours = Vec::with_capacity(indices.len() * 3);
    for &i in indices {
        let i = usize::from(i);
        colours.extend([red[i], green[i], blue[i]]);
    }
    Some(Samples::Sixteen(colours))
}

fn rare(path: &Path) -> Error {
    Error::Unsupported {
        file: path.to_path_buf(),
        format: "a TIFF of a rare kind".to_string(),
        remedy: unpack::PLAINER,
    }
}

fn refuse(path: &Path, e: TiffError) -> Error {
    let file = path.to_path_buf();
    match e {
        TiffError::UnsupportedError(_) | TiffError::LimitsExceeded => rare(path),
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::Truncated {
                file,
                source: Some(Box::new(e)),
            }
        }
        e => Error::Corrupt {
            file,
            source: Box::new(e),
        },
    }
}
