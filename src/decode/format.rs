//! What a file is, by its first bytes.

use std::path::Path;

use image::ImageFormat;

use super::exif;
use crate::error::Error;

/// A format that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Tiff,
    /// HEIC or another HEIF, with HEVC pictures in it.
    Heif,
    /// A camera's raw file.
    #[cfg(feature = "raw")]
    Raw,
    /// PNG or WebP.
    Other(ImageFormat),
}

const EXPORT: &str = "open it in a photo program and export it as JPEG";
pub(super) const PHONE: &str = "export it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible; \
                     or share the photo as JPEG)";
#[cfg(feature = "raw")]
pub(super) const DEVELOP: &str =
    "develop it in the camera maker's program and export it as JPEG or 16-bit TIFF";
#[cfg(not(feature = "raw"))]
const DEVELOP: &str = "develop it in the camera maker's program and export it as JPEG or 16-bit \
                       TIFF (or use a scardepth that was built with its feature `raw`)";
const FRAME: &str = "take a photo, or export one frame as JPEG";

/// First bytes of formats that are known and not opened: (offset, bytes, name, remedy).
const REFUSED: &[(usize, &[u8], &str, &str)] = &[
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000", EXPORT),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000", EXPORT),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL", EXPORT),
    (0, b"\xff\x0a", "JPEG XL", EXPORT),
    (0, b"GIF8", "GIF", EXPORT),
    (0, b"8BPS", "Photoshop (PSD)", EXPORT),
    (0, b"%PDF", "PDF", EXPORT),
    (0, b"\x76\x2f\x31\x01", "OpenEXR", EXPORT),
    (0, b"II+\x00", "BigTIFF", EXPORT),
    (0, b"MM\x00+", "BigTIFF", EXPORT),
    (0, b"\x1a\x45\xdf\xa3", "a video", FRAME),
];

/// First bytes of cameras' raw files that are no TIFF.
const RAW: &[(&[u8], &str)] = &[
    (b"FUJIFILMCCD-RAW", "a raw photo (Fujifilm RAF)"),
    (b"IIRO", "a raw photo (Olympus ORF)"),
    (b"IIRS", "a raw photo (Olympus ORF)"),
    (b"MMOR", "a raw photo (Olympus ORF)"),
    (b"IIU\x00", "a raw photo (Panasonic RW2)"),
    (b"FOVb", "a raw photo (Sigma X3F)"),
];

/// What a file of the ISO base media format holds (ISO 14496-12, box `ftyp`), by its brands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brand {
    Heif,
    Avif,
    Cr3,
    Video,
}

impl Brand {
    /// By the major brand; where that says no more than "pictures", by the compatible ones.
    fn of(bytes: &[u8]) -> Self {
        /// More brands than any file lists.
        const MOST: usize = 32;
        let length = bytes.first_chunk().map_or(0, |&b| u32::from_be_bytes(b));
        let end = (length as usize).min(bytes.len()).min(16 + 4 * MOST);
        let compatible = bytes.get(16..end).unwrap_or_default().chunks_exact(4);
        let one = |brand: &[u8]| match brand {
            b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" => Some(Self::Heif),
            b"avif" | b"avis" => Some(Self::Avif),
            b"crx " => Some(Self::Cr3),
            _ => None,
        };
        match bytes.get(8..12).unwrap_or_default() {
            b"mif1" | b"mif2" | b"msf1" | b"miaf" => {
                compatible.into_iter().find_map(one).unwrap_or(Self::Heif)
            }
            major => one(major).unwrap_or(Self::Video),
        }
    }
}

/// What the bytes are, or why they cannot be opened.
pub(super) fn recognise(path: &Path, bytes: &[u8]) -> Result<Format, Error> {
    let unsupported = |format: &str, remedy: &'static str| Error::Unsupported {
        file: path.to_path_buf(),
        format: format.to_string(),
        remedy,
    };
    if bytes.is_empty() {
        return Err(Error::Truncated {
            file: path.to_path_buf(),
            source: None,
        });
    }
    for &(offset, magic, name, remedy) in REFUSED {
        if bytes.get(offset..).is_some_and(|b| b.starts_with(magic)) {
            return Err(unsupported(name, remedy));
        }
    }
    if let Some(&(_, name)) = RAW.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return raw(path, name);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return match Brand::of(bytes) {
            Brand::Heif => Ok(Format::Heif),
            Brand::Avif => Err(unsupported("AVIF", EXPORT)),
            Brand::Cr3 => raw(path, "a raw photo (Canon CR3)"),
            Brand::Video => Err(video(path)),
        };
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    match image::guess_format(bytes) {
        Ok(ImageFormat::Tiff) if is_raw(bytes) => raw(path, "a raw photo"),
        Ok(ImageFormat::Tiff) => Ok(Format::Tiff),
        Ok(format @ (ImageFormat::Png | ImageFormat::WebP)) => Ok(Format::Other(format)),
        Ok(format) => Err(unsupported(&format!("{format:?}").to_uppercase(), EXPORT)),
        Err(_) => Err(Error::NotAnImage {
            file: path.to_path_buf(),
        }),
    }
}

/// A camera's raw file: developed with the feature `raw`, else refused.
#[cfg(feature = "raw")]
fn raw(_: &Path, _: &str) -> Result<Format, Error> {
    Ok(Format::Raw)
}

#[cfg(not(feature = "raw"))]
fn raw(path: &Path, name: &str) -> Result<Format, Error> {
    Err(Error::Unsupported {
        file: path.to_path_buf(),
        format: name.to_string(),
        remedy: DEVELOP,
    })
}

/// Moving pictures.
pub(super) fn video(path: &Path) -> Error {
    Error::Unsupported {
        file: path.to_path_buf(),
        format: "a video".to_string(),
        remedy: FRAME,
    }
}

/// A photo for bright screens, whose numbers mean other light than those of all other photos.
pub(super) fn high_dynamic_range(path: &Path) -> Error {
    Error::Unsupported {
        file: path.to_path_buf(),
        format: "an HDR photo (PQ or HLG)".to_string(),
        remedy: "export it as an ordinary (SDR) JPEG",
    }
}

/// Whether a TIFF is a camera's raw file (NEF, CR2, ARW, DNG, PEF...), whose first picture is only
/// a preview.
fn is_raw(bytes: &[u8]) -> bool {
    /// Photometric interpretations of sensor data (DNG 1.7, colour filter array and linear raw).
    const SENSOR: [u32; 2] = [32_803, 34_892];
    let tiff = exif::Directory::of_tiff(bytes);
    bytes.get(8..10) == Some(b"CR")
        || tiff.has(exif::DNG_VERSION)
        || tiff
            .number(exif::PHOTOMETRIC)
            .is_some_and(|p| SENSOR.contains(&p))
        || (tiff.number(exif::NEW_SUBFILE_TYPE) == Some(1) && tiff.has(exif::SUB_IFDS))
}
