//! Pictures and pages of a course, for people.

use std::path::Path;

use image::RgbImage;

use super::schema::{Cohort, Series};
use super::work;
use crate::error::{Cause, Error};
use crate::report;

pub(super) use crate::report::BASELINE;

/// Beside `cohort.json`.
pub(super) const INDEX: &str = "index.html";

pub(super) fn baseline_jpeg(photo: &RgbImage) -> Result<Vec<u8>, Error> {
    report::baseline_jpeg(photo).map_err(|source| failed(Path::new(BASELINE), source))
}

/// The page of a course, and the same on paper.
pub(super) fn series(
    series: &Series,
    folder: &Path,
    settings: &report::Settings,
) -> Result<(), Error> {
    let path = folder.join(report::REPORT);
    let pages =
        report::series_pages(series, folder, settings).map_err(|source| failed(&path, source))?;
    work::put(&path, pages.page.as_bytes())?;
    work::put(&folder.join(report::PRINT), &pages.print)
}

/// The page of all patients.
pub(super) fn cohort(cohort: &Cohort, out: &Path) -> Result<(), Error> {
    let path = out.join(INDEX);
    let page = report::cohort_page(cohort, out).map_err(|source| failed(&path, source))?;
    work::put(&path, page.as_bytes())
}

fn failed(path: &Path, source: Cause) -> Error {
    Error::Unwritable {
        path: path.to_path_buf(),
        source,
    }
}
