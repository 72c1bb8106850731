//! What a comparison leaves behind: `result.json`, masks, a table, the aligned photo, a page to read.

pub mod schema;
pub mod words;

mod folder;
mod html;
mod pictures;
mod table;

use std::path::Path;

use image::{GrayImage, RgbImage};

use crate::error::{Cause, Error};
use crate::files;
use schema::Comparison;

pub use table::text_cell;

/// The pictures of a result, all but `after` on the before photo's upright full-resolution grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// 255 = scar.
    pub scars_before: GrayImage,
    /// 255 = scar of the after photo.
    pub scars_after: GrayImage,
    /// 255 = measured in both visits; all 0 when not comparable.
    pub measured: GrayImage,
    /// The after photo on the before grid, in the before photo's light; `None` where the photos
    /// could not be laid onto each other.
    pub aligned_after: Option<RgbImage>,
    /// The before photo as a screen shows it.
    pub before: RgbImage,
    /// The after photo as a screen shows it, on its own grid; looked at only where there is no
    /// aligned one.
    pub after: Option<RgbImage>,
}

/// The file with everything that was measured.
pub const RESULT: &str = "result.json";
/// The page to read.
pub const REPORT: &str = "report.html";
const SCARS_BEFORE: &str = "scars-before.png";
const SCARS_AFTER: &str = "scars-after.png";
const MEASURED: &str = "measured.png";
const LESIONS: &str = "lesions.csv";
const ALIGNED_AFTER: &str = "aligned-after.jpg";

/// Every file a result may have. The one that makes a folder a result stands last: it is written
/// last and taken away first.
const FILES: [&str; 7] = [
    SCARS_BEFORE,
    SCARS_AFTER,
    MEASURED,
    LESIONS,
    ALIGNED_AFTER,
    REPORT,
    RESULT,
];

/// Quality of `aligned-after.jpg`: its error stays under the skin's own texture.
const ALIGNED_QUALITY: u8 = 92;

/// The text of `result.json`.
#[must_use]
pub fn json(comparison: &Comparison) -> String {
    // Strings, numbers and maps with string keys cannot fail to become JSON.
    serde_json::to_string_pretty(comparison).unwrap_or_default() + "\n"
}

/// Whether a result may be written to `folder`: it is missing, empty, or an earlier result.
///
/// # Errors
/// If it is a file, cannot be looked into, or holds what is not ours.
pub fn check_folder(folder: &Path) -> Result<(), Error> {
    folder::inspect(folder).map(|_| ())
}

/// Writes the result to `folder`, whole or not at all.
///
/// The folder is made if it is missing, and an earlier result in it is replaced whole. Files that
/// are not ours are never touched.
///
/// # Errors
/// If the folder is not ours to write to (see [`check_folder`]) or writing fails.
pub fn write(folder: &Path, comparison: &Comparison, pictures: &Pictures) -> Result<(), Error> {
    folder::replace(folder, |stage| {
        let save = |name: &str, bytes: Result<Vec<u8>, Cause>| {
            let path = stage.join(name);
            bytes
                .and_then(|bytes| Ok(files::write(&path, &bytes)?))
                .map_err(|source| Error::Unwritable {
                    path: folder.join(name),
                    source,
                })
        };
        save(SCARS_BEFORE, pictures::png(&pictures.scars_before))?;
        save(SCARS_AFTER, pictures::png(&pictures.scars_after))?;
        save(MEASURED, pictures::png(&pictures.measured))?;
        save(LESIONS, table::lesions(&comparison.lesions))?;
        if let Some(aligned) = &pictures.aligned_after {
            save(ALIGNED_AFTER, pictures::jpeg(aligned, ALIGNED_QUALITY))?;
        }
        save(
            REPORT,
            html::page(comparison, pictures).map(String::into_bytes),
        )?;
        save(RESULT, Ok(json(comparison).into_bytes()))
    })
}

#[cfg(test)]
pub(crate) mod tests;
