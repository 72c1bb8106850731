//! What a run left in its folder, read again.

use std::fs;
use std::path::Path;

use super::super::measure::SERIES_FILE;
use super::super::schema::{Cohort, Layout, PassedOver, Run, Series};
use super::COHORT_FILE;
use crate::error::Error;

/// A series from its file.
pub(super) fn stored(path: &Path) -> Result<Series, Error> {
    let bad = |problem: String| Error::BadPart {
        path: path.to_path_buf(),
        problem,
    };
    let bytes = fs::read(path).map_err(|e| bad(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))
}

/// Reads a series again, from its folder.
///
/// # Errors
/// If there is none.
pub fn series_of(folder: &Path) -> Result<Series, Error> {
    stored(&folder.join(SERIES_FILE))
}

/// Reads a run's summary again.
///
/// # Errors
/// If there is none.
pub fn cohort_of(out: &Path) -> Result<Cohort, Error> {
    let path = out.join(COHORT_FILE);
    let bad = |problem: String| Error::BadPart {
        path: path.clone(),
        problem,
    };
    let bytes = fs::read(&path).map_err(|e| bad(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))
}

/// Series folders of an earlier run that are not part of this one, relative to `out`.
#[must_use]
pub fn left_over(out: &Path, run: &Run) -> Vec<PassedOver> {
    let mut left = Vec::new();
    let folders = |path: &Path| -> Vec<String> {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|e| e.path().is_dir())
            .filter_map(|e| e.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    };
    let mut look = |folder: String| {
        if out.join(&folder).join(SERIES_FILE).is_file() && !run.series.contains(&folder) {
            left.push(PassedOver {
                file: folder + "/",
                reason: "a result of an earlier run, not part of this one".to_string(),
            });
        }
    };
    match run.layout {
        Layout::Views => folders(out).into_iter().for_each(&mut look),
        Layout::Patients => {
            for patient in folders(&out.join("patients")) {
                for view in folders(&out.join("patients").join(&patient)) {
                    look(format!("patients/{patient}/{view}"));
                }
            }
        }
    }
    left
}
