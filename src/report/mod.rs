//! What a comparison leaves behind: `result.json`, masks, a table, the aligned photo, a page to read.

pub mod schema;
pub mod words;

mod chart;
mod colours;
mod course;
mod drawn;
pub mod fate;
mod folder;
mod html;
mod labels;
mod outlines;
mod pdf;
mod pictures;
mod settings;
mod table;

pub use settings::{Paper, Settings};

use std::path::Path;

use image::{GrayImage, RgbImage};
use ndarray::Array2;
use rayon::prelude::*;

use crate::error::{Cause, Error};
use crate::files;
use crate::raster::Field;
use crate::visits::schema::{Cohort, Series};
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
    /// The after photo as a screen shows it, on its own grid; looked at only where nothing was
    /// compared.
    pub after: Option<RgbImage>,
    /// What scar outlines and the views of relief and colour are drawn from; `None` where nothing
    /// was compared.
    pub maps: Option<Maps>,
}

/// Numbers by pixel behind the pictures, all over the whole before photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Maps {
    /// `id` of the lesion each pixel belongs to, 0 outside, before and after.
    pub lesions: [Array2<u32>; 2],
    /// Index of height as [`crate::relief::Relief::height`], dents < 0.
    /// This and the ones below may be on a coarser grid.
    pub relief: [Field; 2],
    /// Haemoglobin by density, free of shading, up to a constant of the photo.
    pub redness: [Field; 2],
    /// Melanin by density, free of shading, up to a constant of the photo.
    pub pigment: [Field; 2],
    /// px of the before photo per pixel of `lesions`.
    pub reduction: f64,
    /// How many outlines each lesion is made of before and after, in the lesions' order.
    pub parts: Vec<[usize; 2]>,
}

/// The file with everything that was measured.
pub const RESULT: &str = "result.json";
/// The page to read.
pub const REPORT: &str = "report.html";
/// The same on paper.
pub const PRINT: &str = "report.pdf";
/// Mask of the scars of the first photo.
pub const SCARS_BEFORE: &str = "scars-before.png";
/// Mask of the scars of the second photo.
pub const SCARS_AFTER: &str = "scars-after.png";
/// Mask of what was measured in both.
pub const MEASURED: &str = "measured.png";
const LESIONS: &str = "lesions.csv";
const ALIGNED_AFTER: &str = "aligned-after.jpg";

/// Every file a result may have. The one that makes a folder a result stands last: it is written
/// last and taken away first.
const FILES: [&str; 8] = [
    SCARS_BEFORE,
    SCARS_AFTER,
    MEASURED,
    LESIONS,
    ALIGNED_AFTER,
    REPORT,
    PRINT,
    RESULT,
];

/// Quality of `aligned-after.jpg`: its error stays under the skin's own texture.
const ALIGNED_QUALITY: u8 = 92;

/// The first photo of a course, as its folder holds it for the pages: small, without metadata.
pub const BASELINE: &str = "baseline.jpg";

/// The bytes of [`BASELINE`] from the upright photo.
///
/// # Errors
/// If the picture cannot be a JPEG.
pub fn baseline_jpeg(photo: &RgbImage) -> Result<Vec<u8>, Cause> {
    drawn::baseline(photo)
}

/// The report of a course, on the screen and on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPages {
    /// Text of [`REPORT`].
    pub page: String,
    /// Bytes of [`PRINT`].
    pub print: Vec<u8>,
}

/// Both reports of a course, given its folder with [`BASELINE`] and the visits' results.
///
/// # Errors
/// If a picture cannot be made small; pictures that are missing or damaged are left out.
pub fn series_pages(
    series: &Series,
    folder: &Path,
    settings: &Settings,
) -> Result<SeriesPages, Cause> {
    let course = course::read(series, folder)?;
    Ok(SeriesPages {
        page: html::course(series, &course),
        print: pdf::course(series, &course, settings.paper)?,
    })
}

/// `index.html` of all patients, given the folder in which `cohort.json` lies.
///
/// # Errors
/// As [`series_pages`].
pub fn cohort_page(cohort: &Cohort, root: &Path) -> Result<String, Cause> {
    html::cohort(cohort, root)
}

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
    write_with(folder, comparison, pictures, &Settings::default())
}

/// Puts "before" and "after" in the place of the photos' file names, which may name a patient.
pub fn anonymous(comparison: &mut Comparison) {
    comparison.before.file = words::page::BEFORE.to_lowercase();
    comparison.after.file = words::page::AFTER.to_lowercase();
}

/// As [`fn@write`], with settings.
///
/// # Errors
/// As [`fn@write`].
pub fn write_with(
    folder: &Path,
    comparison: &Comparison,
    pictures: &Pictures,
    settings: &Settings,
) -> Result<(), Error> {
    let fill = |stage: &Path| {
        let save = |name: &str, bytes: Result<Vec<u8>, Cause>| {
            let path = stage.join(name);
            bytes
                .and_then(|bytes| Ok(files::write(&path, &bytes)?))
                .map_err(|source| Error::Unwritable {
                    path: folder.join(name),
                    source,
                })
        };
        let masks = [
            (SCARS_BEFORE, &pictures.scars_before),
            (SCARS_AFTER, &pictures.scars_after),
            (MEASURED, &pictures.measured),
        ];
        let masks = || -> Vec<Result<(), Error>> {
            let saved = masks.par_iter();
            let saved = saved.map(|(name, mask)| save(name, pictures::png(mask)));
            saved.collect()
        };
        let aligned = || match &pictures.aligned_after {
            Some(aligned) => {
                let full = pictures::Colour::Full;
                let bytes = pictures::jpeg(aligned, ALIGNED_QUALITY, full);
                save(ALIGNED_AFTER, bytes)
            }
            None => Ok(()),
        };
        let ((masks, aligned), drawn) = rayon::join(
            || rayon::join(masks, aligned),
            || drawn::draw(comparison, pictures),
        );
        masks.into_iter().collect::<Result<(), Error>>()?;
        aligned?;
        let drawn = drawn.map_err(|source| Error::Unwritable {
            path: folder.join(REPORT),
            source,
        })?;
        save(LESIONS, table::lesions(&comparison.lesions, &drawn.told()))?;
        let (page, print) = rayon::join(
            || html::page(comparison, &drawn).into_bytes(),
            || pdf::document(comparison, pictures, &drawn, settings.paper),
        );
        save(REPORT, Ok(page))?;
        save(PRINT, print)?;
        save(RESULT, Ok(json(comparison).into_bytes()))
    };
    // Among the workers, as in `pipeline::compare`.
    folder::replace(folder, |stage| rayon::scope(|_| fill(stage)))
}

#[cfg(test)]
pub(crate) mod tests;
