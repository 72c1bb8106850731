//! Words of the page on a patient's course of visits.

use super::{date, dated, from_where, mark, number, page, percent, signed};
use crate::comparable::NO_SCALE;
use crate::report::fate::Fate;
use crate::report::schema::{Scale, ScaleSource};
use crate::visits::schema::{Plateau, Series, SeriesVisit, Slope, Status, Trend};

/// Name of what the chart scrolls in where the page is narrow.
pub const CHART_SCROLLS: &str = "Chart of the visits";

pub const COURSE: &str = "Scars over the visits";
pub const BASELINE: &str = "First photo";
pub const CHOOSE_VISIT: &str = "Visit that is compared with the first photo";
/// Under the photos, and what follows it where there is a visit with scars to choose.
pub const COURSE_NOTE: &str = "Every photo is laid onto the first one and in its light.";
pub const COURSE_OUTLINES: &str = "Each scar is outlined as that visit\u{2019}s comparison with the first \
     photo saw it; choose one to see it at every visit.";
pub const CHART: &str = "Scar area over time, against the first photo";
pub const CHART_NOTE: &str = "Points: change of the scar area. Bars: 95 % interval. Grey: changes that these photos cannot tell \
     from none.";
pub const CHART_SESSIONS: &str = "Dashed: treatment sessions.";
/// Before the visits with their measures.
pub const RESTED: &str =
    "Open squares: the measure that the verdict rests on where that is not the scar area,";
pub const VISITS: &str = "The visits";
pub const VISITS_NOTE: &str = "A date opens that visit\u{2019}s own report. Below each change stands the smallest that could have \
     been told from none.";
/// Of the table's last columns, on the screen and on paper.
pub const MEASURED_NOTE: &str = "Skin measured: the share of the first photo\u{2019}s. Light: from where, and how much of it one lamp \
     from the side drew.";
pub const SKIN_MEASURED: &str = "Skin measured";
/// How much of it, in brackets.
pub const LIGHT_FROM: &str = "Light (of 100)";
/// [`page::SMALLEST`] for a narrow column.
pub const DETECTABLE_FROM: &str = "Detectable from";
pub const VISITS_TABLE: &str = "Table of the visits";
pub const DATE: &str = "Date";
pub const VERDICT: &str = "Verdict";
pub const MEASURE: &str = "Measure";
/// Of light that comes from nearly everywhere.
pub const NO_SIDE: &str = "no side";
pub const NO_VERDICT: &str = "No visit could be compared with the first photo yet.";
pub const SCARS: &str = "Each scar over the visits";
pub const SCARS_NOTE: &str = "The largest scars. Percent: depth times area against the first photo; a single scar is far less sure \
     than the total, and called improved or worse only where its range leaves out 0 and the total changed. Each \
     visit\u{2019}s own report numbers its scars anew (there no.).";
pub const KNOW: &str = "What to know";

#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Baseline => "first photo",
        Status::Compared => "compared",
        Status::NotComparable => "not comparable",
        Status::Failed => "could not be opened",
    }
}

/// A scar at a visit at which it has no change in size; `found`: the visit's photo shows it.
#[must_use]
pub fn without_size(told: Fate, found: bool) -> &'static str {
    match told {
        Fate::Once if found => "found here, not in the first photo",
        Fate::Once => "not found",
        other => page::fate(other),
    }
}

/// The number that a scar has in a visit's own report.
#[must_use]
pub fn own_number(number: u32) -> String {
    format!("there no. {number}")
}

/// How sure single scars are.
#[must_use]
pub fn scars_note(series: &Series) -> String {
    let assumed = |s: &Scale| s.source == ScaleSource::Assumed;
    if series.scale.as_ref().is_some_and(assumed) {
        format!("{SCARS_NOTE} {}", page::KINDS_GUESSED)
    } else {
        SCARS_NOTE.to_string()
    }
}

/// Of which visit a legend counts the scars.
#[must_use]
pub fn counted_at(visit: &SeriesVisit) -> String {
    format!("counted at the visit of {}", date(&visit.date))
}

/// The share of the first photo's skin that a visit could measure.
#[must_use]
pub fn measured(visit: &SeriesVisit) -> String {
    visit
        .measured_fraction
        .map_or_else(|| page::UNKNOWN.to_string(), percent)
}

/// Where a visit's light came from and, of 100, how much of it: `the left (52)`.
#[must_use]
pub fn light(visit: &SeriesVisit) -> String {
    let Some(quality) = &visit.quality else {
        return page::UNKNOWN.to_string();
    };
    let from = quality.light_azimuth_deg.map(from_where);
    match quality.light_directionality.map(mark) {
        Some(share) => format!("{} ({share})", from.unwrap_or(NO_SIDE)),
        None => from.unwrap_or(page::UNKNOWN).to_string(),
    }
}

/// Whether nobody said how large the skin is.
#[must_use]
pub fn guessed(series: &Series) -> bool {
    series.notes.iter().any(|n| n.code == NO_SCALE)
}

/// How fast the scars change, in a sentence; nothing on a guessed scale.
#[must_use]
pub fn trend(series: &Series) -> Option<String> {
    let trend = series.trend.area_percent.as_ref();
    trend.filter(|_| !guessed(series)).map(pace)
}

fn pace(trend: &Trend) -> String {
    let slope = |s: &Slope| {
        format!(
            "{} % ({} to {})",
            signed(s.value, 1),
            signed(s.low, 1),
            signed(s.high, 1)
        )
    };
    let mut told = format!(
        "Over {} visits the scar area changed by {} of its first size a month",
        trend.visits,
        slope(&trend.per_month)
    );
    if let Some(session) = &trend.per_session {
        told += &format!(", and by {} a session", slope(session));
    }
    if trend.per_month.low <= 0.0 && trend.per_month.high >= 0.0 {
        told += ", which could be chance";
    }
    told + "."
}

#[must_use]
pub fn plateau(plateau: &Plateau) -> String {
    format!(
        "Nothing detectable has changed since {} ({} visits, {} weeks); a change of up to {} % could \
         have passed unseen.",
        date(&plateau.date),
        plateau.visits,
        number(plateau.weeks, 0),
        number(plateau.could_hide_percent, 0)
    )
}

/// What is to be minded in reading a visit.
#[must_use]
pub fn notes(visit: &SeriesVisit) -> String {
    let warned = visit.flags.iter().chain(&visit.warnings);
    let told: Vec<String> = visit
        .failure
        .iter()
        .chain(warned.map(|w| &w.message))
        .map(|message| dated(message))
        .collect();
    told.join(" ")
}

/// Whose course, seen from where.
#[must_use]
pub fn title(series: &Series) -> String {
    format!("{}: {}, {}", COURSE, series.patient, series.view)
}
