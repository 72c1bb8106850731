//! File -> [`Photo`]: upright, colour-managed, with its capture date.
//!
//! The content decides what a file is, never its name. The header is read and checked before any
//! pixel is unpacked, so that a small file cannot ask for all of the memory. What is cut off or
//! damaged is refused: half a photo would be measured as skin that changed. Both photos of a pair
//! go through this one decoder.
//!
//! Of the metadata only the orientation, the colour profile, the capture date and how the camera was
//! set are read; names and places are never looked at.

mod caveat;
mod colour;
mod exif;
mod format;
mod heif;
mod jpeg;
mod orientation;
mod photo;
#[cfg(feature = "raw")]
mod raw;
mod tiff;
mod unpack;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use crate::error::Error;
use crate::files;

pub use caveat::Caveat;
pub use colour::{linear_to_srgb, srgb_to_linear};
pub use photo::{Photo, Shot, Source};

/// Limits on what is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Most pixels of a photo, in millions; default 120, above the largest sensors sold today.
    /// Raise it for stitched pictures, if there is memory for about 20 bytes a pixel.
    pub limit_megapixels: f64,
    /// Fewest pixels a side; default 32. Below it nothing on skin can be told apart.
    pub smallest_side: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit_megapixels: 120.0,
            smallest_side: 32,
        }
    }
}

/// Longest side, px, of any photo: what a JPEG can hold, and the result holds one of the photo's size.
const LONGEST_SIDE: u32 = 65_535;

/// Most bytes of a file for each pixel allowed: 16-bit RGBA, unpacked.
const FILE_BYTES_PER_PIXEL: f64 = 8.0;

/// Opens the photo at `path`.
///
/// JPEG (baseline, progressive, grey, CMYK), HEIC, PNG, TIFF (also CMYK, CIELab and palette) and WebP
/// with 8 or 16 bits a channel.
///
/// # Errors
/// If there is no such file, it is not a photo, not of a supported format, damaged, or outside the
/// limits of `options`.
pub fn decode(path: &Path, options: &Options) -> Result<Photo, Error> {
    let bytes = files::read(path, most_bytes(options) as u64)?;
    decode_bytes(path, &bytes, options)
}

/// Opens the photo whose file holds `bytes`; `path` is for its name only, and nothing is read.
///
/// # Errors
/// As [`decode`].
pub fn decode_bytes(path: &Path, bytes: &[u8], options: &Options) -> Result<Photo, Error> {
    let open = || {
        let unpacked = match format::recognise(path, bytes)? {
            format::Format::Jpeg => jpeg::unpack(path, bytes, options),
            format::Format::Heif => heif::unpack(path, bytes, options),
            #[cfg(feature = "raw")]
            format::Format::Raw => raw::unpack(path, bytes, options),
            format::Format::Tiff => tiff::unpack(path, bytes, options),
            format::Format::Other(format) => unpack::unpack(path, bytes, format, options),
        }?;
        Ok(Photo::new(path, bytes, unpacked))
    };
    // Other people's decoders stand behind this line. None is known to panic; should one, it must
    // cost its own photo and not a night's batch.
    panic::catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|_| {
        Err(Error::Corrupt {
            file: path.to_path_buf(),
            source: "the decoder gave up on it".into(),
        })
    })
}

/// When the photo at `path` was taken by the camera's clock, ISO 8601; `None` where nothing says it.
/// Reads no pixels.
#[must_use]
pub fn taken(path: &Path) -> Option<String> {
    // Of a TIFF the whole file is read: one too large to be opened is not asked.
    let most = most_bytes(&Options::default());
    let asked = fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() as f64 <= most);
    asked.then(|| exif::Directory::of_file(path).taken())?
}

/// Most bytes of a file that can hold an allowed photo.
fn most_bytes(options: &Options) -> f64 {
    options.limit_megapixels * 1e6 * FILE_BYTES_PER_PIXEL
}

/// Refuses a photo by its header's size.
fn check_size(path: &Path, (width, height): (u32, u32), options: &Options) -> Result<(), Error> {
    if f64::from(width) * f64::from(height) > options.limit_megapixels * 1e6 {
        return Err(Error::TooLarge {
            file: path.to_path_buf(),
            width,
            height,
            limit_megapixels: options.limit_megapixels,
        });
    }
    if width.max(height) > LONGEST_SIDE {
        return Err(Error::TooLong {
            file: path.to_path_buf(),
            width,
            height,
            limit: LONGEST_SIDE,
        });
    }
    if width.min(height) < options.smallest_side {
        return Err(Error::TooSmall {
            file: path.to_path_buf(),
            width,
            height,
            needed: options.smallest_side,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
