//! Pictures and pages of a course, for people.

use std::path::Path;

use image::RgbImage;
use image::imageops::thumbnail;

use super::schema::{Cohort, Series};
use crate::error::{Cause, Error};

/// The baseline photo, made small.
pub(super) const BASELINE: &str = "baseline.jpg";

/// Longer side of [`BASELINE`] at most, px.
const BASELINE_PX: u32 = 1600;

/// Quality of [`BASELINE`], which is only looked at.
const BASELINE_QUALITY: u8 = 85;

pub(super) fn baseline_jpeg(photo: &RgbImage) -> Result<Vec<u8>, Error> {
    let longer = photo.width().max(photo.height());
    let small;
    let picture = if longer > BASELINE_PX {
        let side =
            |n: u32| (u64::from(n) * u64::from(BASELINE_PX) / u64::from(longer)).max(1) as u32;
        small = thumbnail(photo, side(photo.width()), side(photo.height()));
        &small
    } else {
        photo
    };
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let encoded = match (u16::try_from(width), u16::try_from(height)) {
        (Ok(w), Ok(h)) => jpeg_encoder::Encoder::new(&mut bytes, BASELINE_QUALITY)
            .encode(picture.as_raw(), w, h, jpeg_encoder::ColorType::Rgb)
            .map_err(Cause::from),
        _ => Err(Cause::from("the picture is too large for a JPEG")),
    };
    encoded.map_err(|source| Error::Unwritable {
        path: BASELINE.into(),
        source,
    })?;
    Ok(bytes)
}

/// The page of a course. Drawn by `report` once it can.
#[allow(clippy::unnecessary_wraps)] // It will write a file.
pub(super) fn series(_series: &Series, _folder: &Path) -> Result<(), Error> {
    Ok(())
}

/// The page of all patients. Drawn by `report` once it can.
#[allow(clippy::unnecessary_wraps)] // It will write a file.
pub(super) fn cohort(_cohort: &Cohort, _out: &Path) -> Result<(), Error> {
    Ok(())
}
