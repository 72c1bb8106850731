//! A plan, a course and a cohort in words, for the person at the desk.

use super::anonymous::Key;
use super::plan::{Plan, PlannedSeries};
use super::schema::{Cohort, Group, Layout, Run, Series, SeriesVisit, Status};
use crate::report::schema::{Verdict, word};
use crate::report::words::measure::{caution, explained, grounds_told, yet_chance};
use crate::report::words::{change, counted, number, signed, verdict};

/// Most lines of a list before the rest is only counted.
const MOST_LINES: usize = 20;

/// Of fewer views, quartiles and shares say less than the views one by one.
const LEAST_QUARTILES: usize = 4;

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
        "\n{}, {}, {}; {} cannot be used, {} passed over.\n",
        counted(patients.len(), "patient"),
        counted(plan.series.len(), "view"),
        counted(plan.photos(), "photo"),
        plan.failures.len(),
        plan.passed_over.len()
    )
}

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

fn planned(series: &PlannedSeries) -> String {
    let mut text = format!("{}, {}\n", series.patient, series.view);
    for (i, photo) in series.photos.iter().enumerate() {
        let role = if i == 0 {
            "baseline"
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
            photo.when(),
            word(&photo.date_source),
            photo.file
        );
        for flag in &photo.flags {
            text += &format!("    mind: {}\n", flag.message);
        }
    }
    for session in &series.sessions {
        text += &format!("  {} treatment: {}\n", session.date, session.treatment);
    }
    text
}

/// Why a folder holds nothing to measure, and what to name instead.
#[must_use]
pub fn nothing(plan: &Plan, layout: Layout) -> String {
    let remedy = match layout {
        Layout::Views => {
            "name the folder of one patient\u{2019}s photos, or use `scardepth batch` for a folder \
             that holds one for each patient"
        }
        Layout::Patients => {
            "name a folder that holds one for each patient, or use `scardepth series` for a single \
             patient\u{2019}s photos"
        }
    };
    let files: Vec<[&str; 2]> = (plan.failures.iter())
        .map(|f| [&*f.file, &*f.reason])
        .collect();
    if files.is_empty() {
        return format!("there is no photo in it; {remedy}");
    }
    let lines = by_reason(&files[..files.len().min(MOST_LINES)]);
    format!(
        "none of its {} can be used; {remedy}\n  {}",
        counted(files.len(), "photo"),
        lines.join("\n  ")
    )
}

/// A line for each (file, reason); files that share a reason stand below it.
fn by_reason(files: &[[&str; 2]]) -> Vec<String> {
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
            "  From {baseline} to {}: {}\n",
            latest.date,
            verdict(&latest.change)
        );
        if let Some(explained) = explained(&latest.change) {
            text += &format!("  {explained}\n");
        }
        if let Some(caution) = caution(&latest.change) {
            text += &format!("  {caution}\n");
        }
    }
    for visit in &series.visits {
        text += &format!("  {:<12} {}\n", visit.date, told(visit));
        if let Some(chance) = visit
            .change
            .as_ref()
            .and_then(|c| yet_chance(&c.area_percent))
        {
            text += &format!("               {chance}\n");
        }
        for flag in &visit.flags {
            text += &format!("               mind: {}\n", flag.message);
        }
    }
    for session in &series.sessions {
        text += &format!("  {:<12} treatment: {}\n", session.date, session.treatment);
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
        let area = &best.change.area_percent;
        text += &format!("  Least scar area on {}: {}.\n", best.date, change(area));
    }
    if let Some(plateau) = &series.plateau {
        text += &format!(
            "  Since {} ({} visits, {} weeks) nothing changed that could be told apart; up to {} \
             points could hide.\n",
            plateau.date,
            plateau.visits,
            number(plateau.weeks, 0),
            number(plateau.could_hide_percent, 0)
        );
    }
    for note in &series.notes {
        text += &format!("  {} {}\n", note.message, note.remedy);
    }
    text
}

fn told(visit: &SeriesVisit) -> String {
    match (visit.status, &visit.change) {
        (Status::Baseline, _) => "baseline".to_string(),
        (Status::Failed, _) => {
            format!(
                "cannot be read: {}",
                visit.failure.as_deref().unwrap_or_default()
            )
        }
        (Status::NotComparable, Some(c)) => format!("not comparable: {}", c.reasons.join(" ")),
        (_, Some(c)) => format!("{}: {}", word(&c.verdict), grounds_told(c)),
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
    let mut text = format!("{}, {}: ", series.patient, series.view);
    text += &match &series.latest {
        Some(latest) if latest.change.verdict != Verdict::NotComparable => format!(
            "{} on {}: {}",
            word(&latest.change.verdict),
            latest.date,
            grounds_told(&latest.change)
        ),
        _ => "nothing to compare".to_string(),
    };
    if failed > 0 {
        text += &format!(" ({} not readable)", counted(failed, "photo"));
    }
    text
}

/// A whole run in a screen: what was done, what became of the patients, what could not be used.
#[must_use]
pub fn run(run: &Run, cohort: &Cohort) -> String {
    let c = &run.counts;
    let mut text = format!(
        "{}, {}, {}: {} compared, {} not comparable, {}, {} cannot be used.\n",
        counted(c.patients, "patient"),
        counted(c.series, "view"),
        counted(c.photos, "photo"),
        c.compared,
        c.not_comparable,
        counted(c.baselines, "baseline"),
        c.failed
    );
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
    let failures: Vec<[&str; 2]> = run
        .unplaced
        .iter()
        .chain(&run.unreadable)
        .map(|f| [&*f.file, &*f.reason])
        .collect();
    if !failures.is_empty() {
        let shown = &failures[..failures.len().min(MOST_LINES)];
        text += &format!("\nCannot be used:\n  {}\n", by_reason(shown).join("\n  "));
        if failures.len() > MOST_LINES {
            text += &format!(
                "  and {} more, all in run.json\n",
                failures.len() - MOST_LINES
            );
        }
    }
    if c.passed_over > 0 {
        text += &format!(
            "{} passed over (listed in run.json).\n",
            counted(c.passed_over, "file")
        );
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
