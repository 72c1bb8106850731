//! Words of the pages on many visits and many patients.

use super::{date, number, page, signed};
use crate::report::fate::Fate;
use crate::report::schema::Warning;
use crate::visits::schema::{Plateau, Series, Slope, Status, Summary, Trend};

pub const COURSE: &str = "Scars over the visits";
pub const BASELINE: &str = "First photo";
pub const CHOOSE_VISIT: &str = "Visit that is compared with the first photo";
pub const COURSE_NOTE: &str = "Every photo is laid onto the first one and in its light. Each scar is \
     outlined as that visit\u{2019}s comparison with the first photo saw it; choose one to see it at every visit.";
pub const CHART: &str = "Scar area over time, against the first photo";
pub const CHART_NOTE: &str = "Points: change of the scar area. Bars: 95 % interval. Grey: changes that these photos cannot tell \
     from none. Dashed: treatment sessions.";
pub const VISITS: &str = "The visits";
pub const VISITS_TABLE: &str = "Table of the visits";
pub const FAILURES_TABLE: &str = "Table of unusable photos";
pub const DATE: &str = "Date";
pub const STATUS: &str = "Photo";
pub const NOTES: &str = "Notes";
pub const REPORT: &str = "Report";
pub const OPEN: &str = "open";
pub const NO_VERDICT: &str = "No visit could be compared with the first photo yet.";
pub const SCARS: &str = "Each scar over the visits";
pub const SCARS_NOTE: &str = "The largest scars. Percent: depth times area against the first photo; a single scar is far less sure \
     than the total.";
pub const KNOW: &str = "What to know";
pub const SESSION: &str = "Treatment";

pub const COHORT: &str = "All patients";
pub const SEARCH: &str = "Search";
pub const VERDICT: &str = "Verdict";
pub const ANY: &str = "all";
pub const NONE_YET: &str = "not compared";
pub const PATIENT: &str = "Patient";
pub const VIEW: &str = "View";
pub const FIRST_AND_LAST: &str = "First and latest";
pub const LATEST: &str = "Latest visit";
pub const AREA_CHANGE: &str = "Scar area";
pub const SMALLEST: &str = "Smallest detectable";
pub const PHOTOS: &str = "Photos";
pub const SHOWN: &str = "Shown";
pub const FAILURES: &str = "Photos that could not be used";
pub const FILE: &str = "File";
pub const REASON: &str = "Why, and what to do";

#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Baseline => "first photo",
        Status::Compared => "compared",
        Status::NotComparable => "not comparable",
        Status::Failed => "could not be read",
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

/// How fast the scars change, in a sentence.
#[must_use]
pub fn trend(trend: &Trend) -> String {
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

/// What speaks against the latest photo, whether or not it could be compared.
#[must_use]
pub fn lacked(series: &Series) -> Vec<&Warning> {
    let latest = series.visits.last();
    latest.map_or_else(Vec::new, |v| v.flags.iter().chain(&v.warnings).collect())
}

/// Whose course, seen from where.
#[must_use]
pub fn title(series: &Series) -> String {
    format!("{}: {}, {}", COURSE, series.patient, series.view)
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The cohort in a sentence.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    let latest = &summary.latest;
    let count = |verdict: &str| latest.verdicts.get(verdict).copied().unwrap_or(0);
    let mut told = format!(
        "{}, {}, {}. At their latest visit {} improved, {} got worse, {} show no detectable change.",
        counted(summary.patients, "patient"),
        counted(summary.series, "view"),
        counted(summary.photos, "photo"),
        count("improved"),
        count("worse"),
        count("no detectable change")
    );
    if let Some(median) = latest.area_percent_median {
        told += &format!(" Median change of scar area: {} %.", signed(median, 0));
    }
    if summary.not_comparable + summary.failed > 0 {
        told += &format!(
            " {} photos could not be compared, {} not be read.",
            summary.not_comparable, summary.failed
        );
    }
    told
}
