//! Words of the page on all patients.

pub use super::course::VERDICT;
use super::doubt::told_nothing;
use super::measure::caution;
use super::{counted, signed};
use crate::comparable::NO_SCALE;
use crate::report::schema::{Change, Verdict};
use crate::visits::schema::{CohortRow, Summary};

pub const COHORT: &str = "All patients";
pub const SEARCH: &str = "Search";
pub const ANY: &str = "all";
pub const NONE_YET: &str = "not compared";
pub const PATIENT: &str = "Patient";
pub const VIEW: &str = "View";
pub const FIRST_AND_LAST: &str = "First and latest";
pub const LATEST: &str = "Latest visit";
pub const PHOTOS: &str = "Photos";
pub const SHOWN: &str = "Shown";
/// Beside a view's number of photos, after how many.
pub const UNOPENED: &str = "could not be opened";
pub const FAILURES_TABLE: &str = "Table of unusable photos";
pub const FAILURES: &str = "Photos that could not be used";
pub const FILE: &str = "File";
pub const REASON: &str = "Why, and what to do";

/// What a view's photos cannot show, in few words.
#[must_use]
pub fn limited(change: &Change) -> Option<&'static str> {
    caution(change)?;
    Some(if super::shows_nothing(change) {
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
        NO_SCALE => "on a guessed scale",
        other => return other.replace('-', " "),
    }
    .to_string()
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

/// In how many views the photos could have shown no change at all, a sentence.
#[must_use]
pub fn unable(views: &[CohortRow]) -> Option<String> {
    let latest = views.iter().filter_map(|row| row.latest.as_ref());
    let count = latest.filter(|l| told_nothing(&l.change)).count();
    (count > 0).then(|| {
        format!("In {count} of them the photos could not have shown even the loss of all scars.")
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
