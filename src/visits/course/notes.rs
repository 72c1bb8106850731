//! What a visit or a course calls attention to, each with its remedy.

use super::is_comparable;
use crate::report::schema::Warning;
use crate::visits::plan::{PlannedPhoto, PlannedSeries, PlannedSession};
use crate::visits::schema::{Series, Session, Status};

/// Days after the last session when maintenance is usual.
pub const MAINTENANCE_DAYS: i64 = 365;

/// Usual weeks between two sessions, from and to.
pub const USUAL_WEEKS: [f64; 2] = [4.0, 6.0];

/// Weeks after the last session before which a verdict is early: new collagen is laid down for three
/// months and longer.
pub const EARLY_WEEKS: i64 = 12;

/// Days after a session within which swelling and redness hide dents: oedema after needling and
/// fractional lasers is gone in days, erythema in one to two weeks.
pub const SWOLLEN_DAYS: i64 = 14;

/// What to mind in reading a visit.
pub(super) fn flags(
    photo: &PlannedPhoto,
    since: Option<i64>,
    sessions: &[PlannedSession],
) -> Vec<Warning> {
    let mut flags = photo.flags.clone();
    if let Some(days) = since.filter(|&d| d <= SWOLLEN_DAYS) {
        flags.push(warning(
            SWOLLEN,
            format!(
                "Taken {} after a session: swelling fills dents and redness hides them.",
                counted(days, "day")
            ),
            "Wait four weeks after a session before taking the photo.",
        ));
    }
    if sessions.iter().any(|s| Some(s.date) == photo.date) {
        flags.push(warning(
            "session-day",
            "Taken on the day of a session, and counted as taken before it.".to_string(),
            "Take the photo before the session.",
        ));
    }
    flags
}

/// Code of the flag of a photo taken too early after a session.
pub(super) const SWOLLEN: &str = "swollen";

fn counted(n: i64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn warning(code: &str, message: String, remedy: &str) -> Warning {
    Warning {
        code: code.to_string(),
        message,
        remedy: remedy.to_string(),
    }
}

/// What the course as a whole calls attention to.
pub(super) fn notes(series: &Series, planned: &PlannedSeries) -> Vec<Warning> {
    let mut notes = Vec::new();
    let Some(baseline) = series.baseline_visit() else {
        return vec![warning(
            "no-baseline",
            "No photo of this view could be opened.".to_string(),
            "Look at the reasons beside each photo.",
        )];
    };
    if series.visits[0].status == Status::Failed {
        notes.push(warning(
            "baseline-later",
            format!(
                "The first photo could not be opened; all are compared with that of {}.",
                baseline.date
            ),
            "Find a copy of the first photo that opens.",
        ));
    }
    if series
        .visits
        .iter()
        .filter(|v| v.status != Status::Failed)
        .count()
        == 1
    {
        notes.push(warning(
            "one-visit",
            "Only one photo of this view can be used, so there is no change to tell.".to_string(),
            "Add later photos; check that the view is called the same at every visit.",
        ));
    }
    notes.extend(newest_lost(series));
    if baseline.flags.iter().any(|f| f.code == SWOLLEN) {
        notes.push(warning(
            "baseline-swollen",
            "The first photo was taken on skin that may have been swollen from a session: later \
             scars can look worse than they are."
                .to_string(),
            "Use a photo from before the treatment as the first one.",
        ));
    }
    notes.extend(session_notes(series, planned));
    notes
}

/// A photo newer than the last comparison: what is said of the course is older than it seems.
fn newest_lost(series: &Series) -> Option<Warning> {
    let newest = series.visits.last()?;
    let compared = |status: Status| status == Status::Compared;
    let told = series.visits.iter().rev().find(|v| compared(v.status))?;
    let what = match newest.status {
        Status::NotComparable => "cannot be compared with the first one",
        Status::Failed => "could not be opened",
        Status::Baseline | Status::Compared => return None,
    };
    Some(warning(
        "newest-lost",
        format!(
            "The newest photo, of {}, {what}: all that is said here ends with that of {}.",
            newest.date, told.date
        ),
        "See the reason beside it, and take it again if the patient is still there.",
    ))
}

/// What the dates of treatment call attention to.
fn session_notes(series: &Series, planned: &PlannedSeries) -> Vec<Warning> {
    let mut notes = intervals(&series.sessions);
    let Some(last) = planned.sessions.last() else {
        return notes;
    };
    let latest = series
        .visits
        .iter()
        .zip(&planned.photos)
        .rev()
        .find(|(v, _)| is_comparable(v))
        .and_then(|(_, photo)| photo.date);
    let ripe = last.date.plus_days(7 * EARLY_WEEKS);
    if let (Some(latest), Some(ripe)) = (latest, ripe)
        && latest < ripe
    {
        let days = latest.days_since(last.date);
        let message = if days > 0 {
            format!(
                "The latest comparable photo was taken {} after the last session; skin goes on \
                 building collagen for months, so this is not yet the final result.",
                counted(days, "day")
            )
        } else {
            "The latest comparable photo is no younger than the last session, whose effect it \
             cannot show."
                .to_string()
        };
        let remedy = format!("Photograph again after {ripe}, before judging the course.");
        notes.push(warning("too-early", message, &remedy));
    }
    let due = last.date.plus_days(MAINTENANCE_DAYS);
    let seen = planned.photos.last().and_then(|p| p.date);
    if let Some(due) = due.filter(|&due| seen.is_some_and(|seen| seen >= due)) {
        notes.push(warning(
            "maintenance-due",
            format!(
                "A year had passed since the last session on {due}: yearly maintenance is usual."
            ),
            "Talk about maintenance at the next visit.",
        ));
    }
    notes
}

/// Sessions sooner or later than usual.
fn intervals(sessions: &[Session]) -> Vec<Warning> {
    let [least, most] = USUAL_WEEKS;
    let apart = |outside: &dyn Fn(f64) -> bool| -> Vec<String> {
        sessions
            .iter()
            .filter_map(|s| Some((&s.date, s.weeks_since_previous?)))
            .filter(|(_, weeks)| outside(*weeks))
            .map(|(date, weeks)| format!("{date} ({weeks:.1} weeks)"))
            .collect()
    };
    let rows = [
        (
            "sessions-close",
            apart(&|w| w < least),
            "sooner",
            "Skin that is still healing swells; photos between such sessions say little.",
        ),
        (
            "sessions-far",
            apart(&|w| w > most),
            "later",
            "Longer waits do no harm to the measurement; only the course takes longer.",
        ),
    ];
    rows.into_iter()
        .filter(|(_, found, ..)| !found.is_empty())
        .map(|(code, found, word, remedy)| {
            let message = format!(
                "Sessions followed {word} than the usual {least:.0} to {most:.0} weeks: {}.",
                found.join(", ")
            );
            warning(code, message, remedy)
        })
        .collect()
}
