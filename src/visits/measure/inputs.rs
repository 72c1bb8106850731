//! What a comparison is made from: photos, settings, and what lies beside them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::course::Outcome;
use super::super::plan::PlannedPhoto;
use super::super::plan::opened::without_path;
use super::super::work;
use super::Setup;
use crate::decode::{Photo, decode};
use crate::error::Error;
use crate::pipeline::{self, Scale};
use crate::register::points;
use crate::skin::roi;

/// The settings of a comparison with this baseline: its scale is the baseline's.
pub(super) fn options(baseline: &PlannedPhoto, setup: &Setup) -> pipeline::Options {
    pipeline::Options {
        scale: baseline.px_per_mm.map(Scale::PerMm).or(setup.options.scale),
        ..setup.options.clone()
    }
}

/// The options with what the manifest names beside the photos: the baseline's region, the photo's points.
pub(super) fn marked(
    setup: &Setup,
    [baseline, photo]: [&PlannedPhoto; 2],
    pixels: [&Photo; 2],
    options: pipeline::Options,
) -> Result<pipeline::Options, Error> {
    let sizes = pixels.map(|p| (p.width, p.height));
    let region = baseline.roi.as_ref();
    let start = photo.points.as_ref();
    Ok(pipeline::Options {
        region: region
            .map(|file| roi::read(&setup.root.join(file), sizes[0], setup.limits))
            .transpose()?,
        start: start
            .map(|file| points::read(&setup.root.join(file), sizes))
            .transpose()?,
        ..options
    })
}

/// What is wrong with a file beside the photos, with its name in the folder that is measured, or
/// without any.
pub(super) fn without_folders(
    error: &Error,
    setup: &Setup,
    [baseline, photo]: [&PlannedPhoto; 2],
) -> String {
    let mut text = error.to_string();
    let beside = [(&baseline.roi, "region"), (&photo.points, "points")];
    for (file, what) in beside {
        if let Some(file) = file {
            let path = setup.root.join(file).display().to_string();
            text = text.replace(&path, if setup.anonymous { what } else { file });
        }
    }
    text
}

/// A photo's pixels, or why they cannot be read, without the path: the row names the file.
pub(super) fn read(photo: &PlannedPhoto, setup: &Setup) -> Result<Photo, Outcome> {
    let read = guarded(|| decode(&photo.path, setup.limits));
    let reason = match read {
        Some(Ok(photo)) => return Ok(photo),
        Some(Err(error)) => without_path(&error, &photo.path),
        None => "the program met a fault of its own in this file; please report it".to_string(),
    };
    Err(Outcome::Failed {
        reason,
        blake3: work::hash_of(&photo.path).ok(),
    })
}

pub(super) fn changed() -> Outcome {
    Outcome::Failed {
        reason: "the file changed while it was read; run again".to_string(),
        blake3: None,
    }
}

/// A fault of our own in one photo must not cost all the others.
pub(super) fn guarded<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    // A scope runs in the pool, so that a run keeps to its threads.
    catch_unwind(AssertUnwindSafe(|| rayon::scope(|_| work()))).ok()
}
