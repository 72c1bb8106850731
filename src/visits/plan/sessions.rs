//! Treatments, from the manifest.

use std::ffi::OsStr;

use super::PlannedSession;
use super::place::Outcome;
use crate::visits::manifest::{self, Manifest};
use crate::visits::schema::Failure;

/// Treatments by patient: of rows with a photo on its date, of rows without on their own.
pub(super) fn sessions(manifest: &Manifest, only: Option<&OsStr>, outcome: &mut Outcome) {
    for row in &manifest.rows {
        let Some(treatment) = &row.treatment else {
            continue;
        };
        let photo = row
            .file
            .as_ref()
            .and_then(|file| outcome.placed.iter().find(|p| p.file == *file));
        let date = row.date.or(photo.and_then(|p| p.date));
        let patient = row
            .patient
            .clone()
            .or_else(|| photo.map(|p| p.patient.to_string_lossy().into_owned()))
            .or_else(|| only.map(|o| o.to_string_lossy().into_owned()));
        match (date, patient) {
            (Some(date), Some(patient)) => {
                let session = PlannedSession {
                    date,
                    treatment: treatment.clone(),
                };
                outcome.sessions.entry(patient).or_default().push(session);
            }
            (_, None) => outcome.failures.push(Failure {
                patient: None,
                view: None,
                visit: None,
                file: manifest::NAME.to_string(),
                reason: format!(
                    "{}, line {}: the treatment belongs to no patient; fill in the column patient",
                    manifest::NAME,
                    row.line
                ),
            }),
            (None, Some(patient)) if photo.is_some() => outcome.failures.push(Failure {
                patient: Some(patient),
                view: None,
                visit: None,
                file: manifest::NAME.to_string(),
                reason: format!(
                    "{}, line {}: the treatment has no date, nor has its photo; fill in the column \
                     date",
                    manifest::NAME,
                    row.line
                ),
            }),
            // Its photo is among the failures already.
            (None, Some(_)) => {}
        }
    }
    for sessions in outcome.sessions.values_mut() {
        sessions.sort();
        sessions.dedup();
    }
}
