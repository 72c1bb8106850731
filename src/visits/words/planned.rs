//! A plan in words: what would be compared with what, and how many photos there are.

use super::by_reason;
use crate::report::words::{counted, date, dated};
use crate::visits::plan::{Plan, PlannedSeries};
use crate::visits::schema::{DateSource, Failure};

/// What would be compared with what, and why the rest would not.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    for series in &plan.series {
        text += &planned(series);
    }
    let list = |title: &str, files: Vec<[&str; 2]>| {
        if files.is_empty() {
            return String::new();
        }
        let lines = by_reason(&files);
        format!("\n{title} ({}):\n  {}\n", files.len(), lines.join("\n  "))
    };
    text += &list(
        "Cannot be used",
        (plan.failures.iter())
            .map(|f| [&*f.file, &*f.reason])
            .collect(),
    );
    text += &list(
        "Passed over",
        (plan.passed_over.iter())
            .map(|f| [&*f.file, &*f.reason])
            .collect(),
    );
    text += &list(
        "To be known",
        (plan.remarks.iter())
            .map(|f| [&*f.file, &*f.reason])
            .collect(),
    );
    let patients: std::collections::BTreeSet<&str> =
        plan.series.iter().map(|s| s.patient.as_str()).collect();
    text + &format!(
        "\n{}, {}, {}: {} can be used, {} cannot.\n{}{}",
        counted(patients.len(), "patient"),
        counted(plan.series.len(), "view"),
        counted(plan.photos() + photos_of(&plan.failures), "photo"),
        plan.photos(),
        photos_of(&plan.failures),
        wrong_lines(&plan.failures),
        passed_over(plan.passed_over.len())
    )
}

/// Failures that are photos: a line of the manifest can be wrong, too.
pub(in crate::visits) fn photos_of(failures: &[Failure]) -> usize {
    failures.iter().filter(|f| f.is_photo()).count()
}

pub(super) fn wrong_lines(failures: &[Failure]) -> String {
    match failures.len() - photos_of(failures) {
        0 => String::new(),
        n => format!("{} of the manifest cannot be used.\n", counted(n, "line")),
    }
}

fn passed_over(files: usize) -> String {
    match files {
        0 => String::new(),
        n => format!("{} passed over.\n", counted(n, "other file")),
    }
}

/// Who told a date.
fn by(source: DateSource) -> &'static str {
    match source {
        DateSource::Manifest => "manifest",
        DateSource::Name => "name",
        DateSource::Exif => "camera",
        DateSource::Order => "order of names",
    }
}

fn planned(series: &PlannedSeries) -> String {
    let mut text = format!("{}, {}\n", series.patient, series.view);
    for (i, photo) in series.photos.iter().enumerate() {
        let role = if i == 0 {
            "first photo"
        } else {
            "compared with it"
        };
        let named = if photo.visit == photo.when() {
            String::new()
        } else {
            format!(" \u{201c}{}\u{201d}", photo.visit)
        };
        text += &format!(
            "  {} (by {}){named}  {}  {role}\n",
            date(&photo.when()),
            by(photo.date_source),
            photo.file
        );
        for flag in &photo.flags {
            text += &format!("    mind: {}\n", dated(&flag.message));
        }
    }
    if series.photos.is_empty() {
        text += "  none of its photos can be opened\n";
    }
    for session in &series.sessions {
        let day = date(&session.date.to_string());
        text += &format!("  {day} treatment: {}\n", session.treatment);
    }
    text
}
