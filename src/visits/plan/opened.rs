//! Photos that cannot be opened, found before the work and not in its night.

use std::path::Path;

use rayon::prelude::*;

use super::{Plan, PlannedPhoto};
use crate::decode::{self, decode};
use crate::error::Error;
use crate::visits::schema::Failure;

impl Plan {
    /// Opens every photo, a thread each; those that cannot be opened leave their series, which
    /// may stay without any, and are named with the reason.
    #[must_use]
    pub fn opened(mut self, limits: &decode::Options) -> Self {
        let photos: Vec<&PlannedPhoto> = self.series.iter().flat_map(|s| &s.photos).collect();
        let reasons: Vec<Option<String>> = photos
            .par_iter()
            .map(|photo| {
                let error = decode(&photo.path, limits).err()?;
                Some(without_path(&error, &photo.path))
            })
            .collect();
        let mut reasons = reasons.into_iter();
        for series in &mut self.series {
            let (patient, view) = (&series.patient, &series.view);
            let failures = &mut self.failures;
            series.photos.retain(|photo| {
                let reason = reasons.next().flatten();
                failures.extend(reason.clone().map(|reason| Failure {
                    patient: Some(patient.clone()),
                    view: Some(view.clone()),
                    visit: Some(photo.visit.clone()),
                    file: photo.file.clone(),
                    reason,
                }));
                reason.is_none()
            });
        }
        self.failures.sort();
        self
    }
}

/// What is wrong with the file at `path`, for a row that names it.
pub(in crate::visits) fn without_path(error: &Error, path: &Path) -> String {
    let text = error.to_string();
    let path = format!("{}: ", path.display());
    text.strip_prefix(&path).unwrap_or(&text).to_string()
}
