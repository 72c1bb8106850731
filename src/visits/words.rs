//! A plan, a course and a cohort in words, for the person at the desk.

mod nothing;
mod planned;

pub use nothing::nothing;
pub(super) use planned::photos_of;
pub use planned::plan;

use planned::wrong_lines;

use super::anonymous::Key;

use super::schema::{Cohort, Group, Run, Series, SeriesVisit, Status};
use crate::report::schema::{Verdict, word};
use crate::report::words::course::{guessed, status};
use crate::report::words::doubt::answered;
use crate::report::words::measure::{caution, explained, grounds_told};
use crate::report::words::{change, counted, date, dated, number, signed};

/// Most lines of a list before the rest is only counted.
pub(super) const MOST_LINES: usize = 20;

/// Of fewer views, quartiles and shares say less than the views one by one.
const LEAST_QUARTILES: usize = 4;

/// What stands below a visit's date, under what is told of the visit.
const INDENT: &str = "                     ";

/// Who is who in a result without names.
#[must_use]
pub fn key(key: &Key) -> String {
    let list = |names: &std::collections::BTreeMap<String, String>| -> String {
        let line = |(neutral, real): (&String, &String)| format!("  {neutral} = {real}\n");
        names.iter().map(line).collect::<Vec<_>>().concat()
    };
    format!(
        "\nWho is who (told here only):\n{}{}",
        list(&key.patients),
        list(&key.files)
    )
}

/// The real names of the files that a run could not use.
#[must_use]
pub fn unusable(run: &Run, key: &Key) -> String {
    let names: Vec<String> = run
        .unplaced
        .iter()
        .chain(&run.unreadable)
        .filter_map(|f| Some(format!("  {} = {}\n", f.file, key.files.get(&f.file)?)))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("Their names (told here only):\n{}", names.concat())
}

/// A line for each (file, reason); files that share a reason stand below it.
pub(super) fn by_reason(files: &[[&str; 2]]) -> Vec<String> {
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for &[file, reason] in files {
        match told.iter_mut().find(|t| t.0 == reason) {
            Some((_, files)) => files.push(file),
            None => told.push((reason, vec![file])),
        }
    }
    told.into_iter()
        .flat_map(|(reason, files)| match files[..] {
            [file] => vec![format!("{file}: {reason}")],
            _ => std::iter::once(format!("{reason}:"))
                .chain(files.iter().map(|f| format!("  {f}")))
                .collect(),
        })
        .collect()
}

/// A series in a few lines: the answer, every visit, the trend, what to mind.
#[must_use]
pub fn series(series: &Series) -> String {
    let mut text = format!("{}, {}\n", series.patient, series.view);
    if let Some(latest) = &series.latest {
        let baseline = series.baseline_visit().map_or("", |b| b.date.as_str());
        text += &format!(
            "  From {} to {}: {}\n",
            date(baseline),
            date(&latest.date),
            answered(&latest.change, guessed(series))
        );
        if let Some(explained) = explained(&latest.change) {
            text += &format!("  {explained}\n");
        }
        if let Some(caution) = caution(&latest.change) {
            text += &format!("  {caution}\n");
        }
    }
    for visit in &series.visits {
        text += &format!(
            "  {:<18} {}\n",
            date(&visit.date),
            told(visit, guessed(series))
        );
        for flag in &visit.flags {
            text += &format!("{INDENT}mind: {}\n", dated(&flag.message));
        }
    }
    for session in &series.sessions {
        text += &format!(
            "  {:<18} treatment: {}\n",
            date(&session.date),
            session.treatment
        );
    }
    if let Some(trend) = &series.trend.area_percent {
        let s = trend.per_month;
        text += &format!(
            "  Trend of scar area: {} points a month ({} to {}).\n",
            signed(s.value, 1),
            signed(s.low, 1),
            signed(s.high, 1)
        );
    }
    if let Some(best) = &series.best
        && series
            .latest
            .as_ref()
            .is_some_and(|l| l.visit != best.visit)
    {
        let chance = if best.change.verdict == Verdict::Improved {
            ""
        } else {
            ", which can be chance"
        };
        text += &format!(
            "  Least scar area on {}: {}{chance}.\n",
            date(&best.date),
            change(&best.change.area_percent)
        );
    }
    if let Some(plateau) = &series.plateau {
        text += &format!(
            "  Since {} ({} visits, {} weeks) nothing changed that could be told apart; up to {} \
             points could hide.\n",
            date(&plateau.date),
            plateau.visits,
            number(plateau.weeks, 0),
            number(plateau.could_hide_percent, 0)
        );
    }
    for note in &series.notes {
        text += &format!("  {} {}\n", dated(&note.message), dated(&note.remedy));
    }
    text
}

fn told(visit: &SeriesVisit, guessed: bool) -> String {
    match (visit.status, &visit.change) {
        (Status::Baseline, _) => status(Status::Baseline).to_string(),
        (Status::Failed, _) => {
            let reason = visit.failure.as_deref().unwrap_or_default();
            format!("{}: {reason}", status(Status::Failed))
        }
        (Status::NotComparable, Some(c)) => format!("not comparable: {}", c.reasons.join(" ")),
        (_, Some(c)) => {
            let changed = c.verdict != Verdict::NoDetectableChange;
            let scale = if guessed && changed {
                " (on a guessed scale)"
            } else {
                ""
            };
            format!("{}{scale}: {}", word(&c.verdict), grounds_told(c))
        }
        (_, None) => String::new(),
    }
}

/// One line for a log: a series that came to its end.
#[must_use]
pub fn ended(series: &Series) -> String {
    let failed = series
        .visits
        .iter()
        .filter(|v| v.status == Status::Failed)
        .count();
    let refused = (series.visits.iter()).any(|v| v.status == Status::NotComparable);
    let mut text = format!("{}, {}: ", series.patient, series.view);
    text += &match &series.latest {
        Some(latest) if latest.change.verdict != Verdict::NotComparable => format!(
            "{}{} on {}: {}",
            if guessed(series) {
                "on a guessed scale "
            } else {
                ""
            },
            word(&latest.change.verdict),
            date(&latest.date),
            grounds_told(&latest.change)
        ),
        _ if refused => "not comparable; its page says why".to_string(),
        _ => "nothing to compare".to_string(),
    };
    if failed > 0 {
        text += &format!(" ({} {})", counted(failed, "photo"), status(Status::Failed));
    }
    text
}

/// A whole run in a screen: what was done, what became of the patients, what could not be used.
#[must_use]
pub fn run(run: &Run, cohort: &Cohort) -> String {
    let c = &run.counts;
    let mut text = format!(
        "{}, {}, {}: {}, {} compared, {} not comparable, {} cannot be used.\n",
        counted(c.patients, "patient"),
        counted(c.series, "view"),
        counted(c.photos, "photo"),
        counted(c.baselines, "first photo"),
        c.compared,
        c.not_comparable,
        photos_of(&run.unplaced) + photos_of(&run.unreadable)
    );
    if !run.complete {
        text += "Stopped before the end: the same command goes on from here.\n";
    }
    text += &wrong_lines(&run.unplaced);
    let r = &run.this_run;
    if r.reused > 0 {
        text += &format!(
            "{} made now, {} kept from an earlier run.\n",
            counted(r.measured, "comparison"),
            r.reused
        );
    }
    text += &group("Latest visits", &cohort.summary.latest);
    for (title, groups) in [
        ("scars mostly", &cohort.summary.by_kind),
        ("skin type", &cohort.summary.by_skin_type),
    ] {
        if groups.len() > 1 {
            for (name, of) in groups {
                text += &group(&format!("  {title} {name}"), of);
            }
        }
    }
    let failures = run.unplaced.iter().chain(&run.unreadable);
    text += &listed(
        "Cannot be used",
        &failures.map(|f| [&*f.file, &*f.reason]).collect::<Vec<_>>(),
    );
    let remarks = run.remarks.iter();
    text += &listed(
        "To be known",
        &remarks.map(|r| [&*r.file, &*r.reason]).collect::<Vec<_>>(),
    );
    match c.passed_over {
        0 => text,
        n => {
            text + &format!(
                "{} passed over; run.json names them.\n",
                counted(n, "other file")
            )
        }
    }
}

/// Files with what is said of them, the first of them only.
fn listed(title: &str, files: &[[&str; 2]]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let shown = &files[..files.len().min(MOST_LINES)];
    let mut text = format!(
        "\n{title} ({}):\n  {}\n",
        files.len(),
        by_reason(shown).join("\n  ")
    );
    if files.len() > MOST_LINES {
        text += &format!("  and {} more, all in run.json\n", files.len() - MOST_LINES);
    }
    text
}

fn group(title: &str, group: &Group) -> String {
    if group.series == 0 {
        return String::new();
    }
    let verdicts = ["improved", "no detectable change", "worse"]
        .iter()
        .filter_map(|v| Some(format!("{} {v}", group.verdicts.get(*v)?)))
        .collect::<Vec<_>>()
        .join(", ");
    let mut text = format!("{title} ({}): {verdicts}", group.series);
    let bands = ["<25", "25-50", "50-75", ">75"]
        .iter()
        .filter_map(|b| Some(format!("{} by {b} %", group.bands.get(*b)?)))
        .collect::<Vec<_>>()
        .join(", ");
    if !bands.is_empty() {
        // Each by the measure that its verdict rests on.
        text += &format!(" ({bands})");
    }
    if group.series < LEAST_QUARTILES {
        return text + ".\n";
    }
    if let (Some(median), Some([low, high])) =
        (group.area_percent_median, group.area_percent_quartiles)
    {
        text += &format!(
            "; scar area, median {} % (half of them {} to {})",
            signed(median, 0),
            signed(low, 0),
            signed(high, 0)
        );
    }
    if let (Some(above), Some(smallest)) = (
        group.above_smallest_detectable,
        group.smallest_detectable_median,
    ) {
        text += &format!(
            "; {} % of these changes are above their smallest detectable one (median {} %)",
            number(100.0 * above, 0),
            number(smallest, 0)
        );
    }
    text + ".\n"
}
