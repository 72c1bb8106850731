//! Words of the pages on many visits and many patients.

use super::measure::caution;
use super::{counted, date, dated, from_where, mark, number, page, percent, signed};
use crate::comparable::NO_SCALE;
use crate::report::fate::Fate;
use crate::report::schema::{Change, Scale, ScaleSource, Verdict};
use crate::visits::schema::{
    CohortRow, Plateau, Series, SeriesVisit, Slope, Status, Summary, Trend,
};

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
pub const FAILURES_TABLE: &str = "Table of unusable photos";
pub const DATE: &str = "Date";
/// Of light that comes from nearly everywhere.
pub const NO_SIDE: &str = "no side";
pub const NO_VERDICT: &str = "No visit could be compared with the first photo yet.";
pub const SCARS: &str = "Each scar over the visits";
pub const SCARS_NOTE: &str = "The largest scars. Percent: depth times area against the first photo; a single scar is far less sure \
     than the total, and called improved or worse only where its range leaves out 0 and the total changed. Each \
     visit\u{2019}s own report numbers its scars anew (there no.).";
pub const KNOW: &str = "What to know";

pub const COHORT: &str = "All patients";
pub const SEARCH: &str = "Search";
pub const VERDICT: &str = "Verdict";
pub const ANY: &str = "all";
pub const NONE_YET: &str = "not compared";
pub const PATIENT: &str = "Patient";
pub const VIEW: &str = "View";
pub const MEASURE: &str = "Measure";
pub const FIRST_AND_LAST: &str = "First and latest";
pub const LATEST: &str = "Latest visit";
pub const SMALLEST: &str = "Smallest detectable";
pub const PHOTOS: &str = "Photos";
pub const SHOWN: &str = "Shown";
/// Beside a view's number of photos, after how many.
pub const UNOPENED: &str = "could not be opened";
pub const FAILURES: &str = "Photos that could not be used";
pub const FILE: &str = "File";
pub const REASON: &str = "Why, and what to do";

#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Baseline => "first photo",
        Status::Compared => "compared",
        Status::NotComparable => "not comparable",
        Status::Failed => "could not be opened",
    }
}

/// What a view's photos cannot show, in few words.
#[must_use]
pub fn limited(change: &Change) -> Option<&'static str> {
    caution(change)?;
    let nothing = change.area_percent.smallest_detectable >= Some(100.0);
    Some(if nothing {
        "these photos cannot show a change"
    } else {
        "these photos can only show large changes"
    })
}

/// Where a view without a comparison tells why it has none, if its row's notes do not.
#[must_use]
pub fn refused(row: &CohortRow) -> Option<&'static str> {
    (row.not_comparable > 0).then_some("photos that cannot be compared; its page says why")
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

/// A note on a course in a few words, by its code.
#[must_use]
pub fn note(code: &str) -> String {
    match code {
        "no-baseline" => "no photo could be opened",
        "baseline-later" => "the first photo could not be opened",
        "one-visit" => "only one photo can be used",
        "newest-lost" => "the newest photo could not be used",
        "baseline-swollen" => "the first photo may show swelling",
        "too-early" => "too early to judge the last session",
        "maintenance-due" => "yearly maintenance is due",
        "sessions-close" => "sessions close together",
        "sessions-far" => "sessions far apart",
        crate::comparable::NO_SCALE => "on a guessed scale",
        other => return other.replace('-', " "),
    }
    .to_string()
}

/// Whose course, seen from where.
#[must_use]
pub fn title(series: &Series) -> String {
    format!("{}: {}, {}", COURSE, series.patient, series.view)
}

/// Fewer views than this have no median worth the name.
const LEAST_MEDIAN: usize = 3;

/// The cohort in a few sentences; what counts none is left out.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    let mut told = counted(summary.patients, "patient");
    if summary.series != summary.patients {
        told += &format!(", {}", counted(summary.series, "view"));
    }
    told += &format!(
        ", {}. {}",
        counted(summary.photos, "photo"),
        outcomes(summary)
    );
    let latest = &summary.latest;
    if let Some(median) = latest.area_percent_median
        && latest.series >= LEAST_MEDIAN
    {
        told += &format!(" Median change of scar area: {} %.", signed(median, 0));
    }
    told += &match (summary.not_comparable, summary.failed) {
        (0, 0) => String::new(),
        (n, 0) => format!(" {} could not be compared.", counted(n, "photo")),
        (0, n) => format!(" {} could not be used.", counted(n, "photo")),
        (n, m) => format!(
            " {} could not be compared, {m} could not be used.",
            counted(n, "photo")
        ),
    };
    told
}

/// How many views are called changed on a scale that nobody gave, a sentence.
#[must_use]
pub fn on_a_guess(views: &[CohortRow]) -> Option<String> {
    let guess = |row: &&CohortRow| {
        let changed = |v: Verdict| matches!(v, Verdict::Improved | Verdict::Worse);
        let latest = row.latest.as_ref();
        latest.is_some_and(|l| changed(l.verdict())) && row.notes.iter().any(|n| n == NO_SCALE)
    };
    let count = views.iter().filter(guess).count();
    (count > 0).then(|| {
        format!(
            "{} on a guessed scale, which may void it: nobody said how much skin the photos show.",
            counted(count, "change")
        )
    })
}

/// What became of the views by their latest visits.
fn outcomes(summary: &Summary) -> String {
    let latest = &summary.latest;
    let count = |verdict: &str| latest.verdicts.get(verdict).copied().unwrap_or(0);
    let show = |n: usize| if n == 1 { "shows" } else { "show" };
    let told: Vec<(usize, String)> = [
        (count("improved"), "improved".to_string()),
        (count("worse"), "got worse".to_string()),
        (
            count("no detectable change"),
            format!(
                "{} no detectable change",
                show(count("no detectable change"))
            ),
        ),
        (
            summary.series.saturating_sub(latest.series),
            "could not be compared yet".to_string(),
        ),
    ]
    .into_iter()
    .filter(|t| t.0 > 0)
    .collect();
    let said = |(n, what): &(usize, String)| format!("{n} {what}");
    match &told[..] {
        _ if latest.series == 0 => "None could be compared yet.".to_string(),
        [(1, _)] if count("no detectable change") == 1 => {
            "The latest visit shows no detectable change.".to_string()
        }
        [(1, what)] => format!("At the latest visit the scars {what}."),
        [one] => format!("At their latest visits all {}.", said(one)),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(said).collect();
            format!(
                "At their latest visits {} and {}.",
                most.join(", "),
                said(last)
            )
        }
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visits::schema::Group;

    fn cohort(views: usize, verdicts: &[(&str, usize)]) -> Summary {
        Summary {
            patients: views,
            series: views,
            photos: 2 * views,
            latest: Group {
                series: verdicts.iter().map(|v| v.1).sum(),
                verdicts: verdicts
                    .iter()
                    .map(|(v, n)| ((*v).to_string(), *n))
                    .collect(),
                area_percent_median: Some(-33.0),
                ..Group::default()
            },
            ..Summary::default()
        }
    }

    #[test]
    fn few_patients_are_told_without_zeros() {
        let none = "no detectable change";
        for (summary, told) in [
            (
                cohort(1, &[("improved", 1)]),
                "1 patient, 2 photos. At the latest visit the scars improved.",
            ),
            (
                cohort(1, &[(none, 1)]),
                "1 patient, 2 photos. The latest visit shows no detectable change.",
            ),
            (
                cohort(2, &[]),
                "2 patients, 4 photos. None could be compared yet.",
            ),
            (
                cohort(3, &[("improved", 2), (none, 1)]),
                "3 patients, 6 photos. At their latest visits 2 improved and 1 shows no detectable \
                 change. Median change of scar area: \u{2212}33 %.",
            ),
            (
                cohort(4, &[("improved", 1), ("worse", 1)]),
                "4 patients, 8 photos. At their latest visits 1 improved, 1 got worse and 2 could not \
                 be compared yet.",
            ),
            (
                cohort(2, &[(none, 2)]),
                "2 patients, 4 photos. At their latest visits all 2 show no detectable change.",
            ),
        ] {
            assert_eq!(super::summary(&summary), told);
        }
        let mut views = cohort(2, &[("improved", 1), ("worse", 1)]);
        (views.patients, views.not_comparable, views.failed) = (1, 1, 2);
        assert_eq!(
            super::summary(&views),
            "1 patient, 2 views, 4 photos. At their latest visits 1 improved and 1 got worse. 1 photo \
             could not be compared, 2 could not be used."
        );
    }

    #[test]
    fn notes_are_words() {
        assert_eq!(note("one-visit"), "only one photo can be used");
        assert_eq!(note("something-new"), "something new");
    }
}
