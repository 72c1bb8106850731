//! A course of treatment: visits, sessions, trend, and what calls for attention.

use super::date::{DAYS_PER_MONTH, Date};
use super::plan::{PlannedPhoto, PlannedSeries, PlannedSession};
use super::schema::{
    Milestone, Plateau, SERIES, Series, SeriesScar, SeriesVisit, Session, Status, Trend, Trends,
};
use super::trend::{self, Point, Z95};
use crate::report::schema::{self as pair, Comparison, Interval, Verdict, Warning};

/// What a photo of a series came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Failed {
        reason: String,
        blake3: Option<String>,
    },
    Baseline(Box<pair::Visit>),
    /// Compared with the baseline, or found not comparable.
    Compared(Box<Comparison>),
}

/// Days after a session within which swelling and redness hide dents: oedema after needling and
/// fractional lasers is gone in days, erythema in one to two weeks.
pub const SWOLLEN_DAYS: i64 = 14;

/// Weeks after the last session before which a verdict is early: new collagen is laid down for three
/// months and longer.
pub const EARLY_WEEKS: i64 = 12;

/// Usual weeks between two sessions, from and to.
pub const USUAL_WEEKS: [f64; 2] = [4.0, 6.0];

/// Days after the last session when maintenance is usual.
pub const MAINTENANCE_DAYS: i64 = 365;

/// Fewest visits of a plateau.
const PLATEAU_VISITS: usize = 3;

/// Least length of a plateau, weeks.
const PLATEAU_WEEKS: f64 = 8.0;

/// Largest change of area, percent points, that a plateau may hide: a whole band of improvement
/// unseen is not standing still.
const PLATEAU_HIDES: f64 = 25.0;

/// A series from its photos' outcomes (one for each planned photo) and the scars that were followed.
#[must_use]
pub fn assemble(planned: &PlannedSeries, outcomes: &[Outcome], scars: Vec<SeriesScar>) -> Series {
    let baseline = planned
        .photos
        .iter()
        .zip(outcomes)
        .find(|(_, o)| matches!(o, Outcome::Baseline(_)))
        .map(|(photo, _)| photo);
    let visits: Vec<SeriesVisit> = planned
        .photos
        .iter()
        .zip(outcomes)
        .map(|(photo, outcome)| visit(photo, outcome, baseline, &planned.sessions))
        .collect();
    let sessions = sessions(&planned.sessions, baseline);
    let trusted: Vec<&SeriesVisit> = visits.iter().filter(|v| is_trusted(v)).collect();
    let best = trusted
        .iter()
        .filter_map(|v| Some((area(v)?.value?, *v)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .and_then(|(_, v)| milestone(v));
    let latest = visits.iter().rev().find(|v| is_comparable(v));
    let first = outcomes.iter().find_map(|o| match o {
        Outcome::Compared(c) => Some(c),
        _ => None,
    });
    let mut series = Series {
        schema: SERIES.to_string(),
        tool: pair::Tool::default(),
        options: first.map(|c| c.options.clone()).unwrap_or_default(),
        patient: planned.patient.clone(),
        view: planned.view.clone(),
        scale: first.map(|c| c.scale.clone()),
        baseline: baseline.map(|b| b.visit.clone()),
        sessions,
        trend: trends(&trusted),
        best,
        latest: latest.and_then(milestone),
        plateau: plateau(&trusted),
        scars,
        notes: Vec::new(),
        visits,
    };
    series.notes = notes(&series, planned);
    series
}

fn visit(
    photo: &PlannedPhoto,
    outcome: &Outcome,
    baseline: Option<&PlannedPhoto>,
    sessions: &[PlannedSession],
) -> SeriesVisit {
    let days = baseline.map(|b| photo.date.days_since(b.date));
    let last = sessions.iter().rev().find(|s| s.date < photo.date);
    let since = last.map(|s| photo.date.days_since(s.date));
    let blank = SeriesVisit {
        visit: photo.visit.clone(),
        date: photo.date.to_string(),
        date_source: photo.date_source,
        file: photo.file.clone(),
        folder: None,
        status: Status::Failed,
        failure: None,
        blake3: None,
        width: None,
        height: None,
        days,
        months: days.map(|d| d as f64 / DAYS_PER_MONTH),
        sessions_before: baseline.map(|b| {
            let between = |s: &&PlannedSession| s.date >= b.date && s.date < photo.date;
            sessions.iter().filter(between).count()
        }),
        days_since_session: since,
        quality: None,
        scars: None,
        baseline_scars: None,
        redness: None,
        pigment: None,
        measured_fraction: None,
        change: None,
        flags: flags(photo, since, sessions),
        warnings: Vec::new(),
    };
    let with_photo = |visit: &pair::Visit| SeriesVisit {
        blake3: Some(visit.blake3.clone()),
        width: Some(visit.width),
        height: Some(visit.height),
        quality: Some(visit.quality.clone()),
        redness: visit.redness,
        pigment: visit.pigment,
        ..blank.clone()
    };
    match outcome {
        Outcome::Failed { reason, blake3 } => SeriesVisit {
            failure: Some(reason.clone()),
            blake3: blake3.clone(),
            ..blank
        },
        Outcome::Baseline(visit) => SeriesVisit {
            status: Status::Baseline,
            ..with_photo(visit)
        },
        Outcome::Compared(c) => SeriesVisit {
            status: if c.change.verdict == Verdict::NotComparable {
                Status::NotComparable
            } else {
                Status::Compared
            },
            folder: Some(photo.folder.clone()),
            scars: Some(c.after.scars.clone()),
            baseline_scars: Some(c.before.scars.clone()),
            measured_fraction: c.registration.confident_fraction,
            change: Some(c.change.clone()),
            warnings: c.warnings.clone(),
            ..with_photo(&c.after)
        },
    }
}

fn warning(code: &str, message: String, remedy: &str) -> Warning {
    Warning {
        code: code.to_string(),
        message,
        remedy: remedy.to_string(),
    }
}

/// What to mind in reading a visit.
fn flags(photo: &PlannedPhoto, since: Option<i64>, sessions: &[PlannedSession]) -> Vec<Warning> {
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
    if sessions.iter().any(|s| s.date == photo.date) {
        flags.push(warning(
            "session-day",
            "Taken on the day of a session, and counted as taken before it.".to_string(),
            "Take the photo before the session.",
        ));
    }
    for (what, given) in [("roi", &photo.roi), ("points", &photo.points)] {
        if given.is_some() {
            flags.push(warning(
                "not-used",
                format!("The manifest's \u{201c}{what}\u{201d} is not used in courses yet."),
                "Use it with scardepth compare.",
            ));
        }
    }
    flags
}

/// Code of the flag of a photo taken too early after a session.
const SWOLLEN: &str = "swollen";

fn counted(n: i64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn is_comparable(visit: &SeriesVisit) -> bool {
    visit.status == Status::Compared
}

/// Comparable, and not taken on swollen skin, which looks better than it is.
fn is_trusted(visit: &SeriesVisit) -> bool {
    is_comparable(visit) && visit.flags.iter().all(|f| f.code != SWOLLEN)
}

fn area(visit: &SeriesVisit) -> Option<&Interval> {
    visit.change.as_ref().map(|c| &c.area_percent)
}

fn milestone(visit: &SeriesVisit) -> Option<Milestone> {
    Some(Milestone {
        visit: visit.visit.clone(),
        date: visit.date.clone(),
        folder: visit.folder.clone(),
        change: visit.change.clone()?,
    })
}

fn sessions(planned: &[PlannedSession], baseline: Option<&PlannedPhoto>) -> Vec<Session> {
    let weeks = |earlier: Date, later: Date| later.days_since(earlier) as f64 / 7.0;
    let mut sessions: Vec<Session> = Vec::new();
    for (i, session) in planned.iter().enumerate() {
        let before = planned[..i].iter().rev().find(|s| s.date < session.date);
        sessions.push(Session {
            date: session.date.to_string(),
            treatment: session.treatment.clone(),
            weeks_since_previous: before.map(|s| weeks(s.date, session.date)),
            days: baseline.map(|b| session.date.days_since(b.date)),
        });
    }
    sessions
}

fn trends(visits: &[&SeriesVisit]) -> Trends {
    let of = |interval: fn(&pair::Change) -> &Interval| {
        let points = |x: &dyn Fn(&SeriesVisit) -> Option<f64>| -> Vec<Point> {
            let later = visits.iter().filter_map(|v| {
                let i = interval(v.change.as_ref()?);
                Some(Point {
                    x: x(v)?,
                    y: i.value?,
                    standard_uncertainty: (i.high? - i.low?) / (2.0 * Z95),
                })
            });
            let baseline = Point {
                x: 0.0,
                y: 0.0,
                standard_uncertainty: 0.0,
            };
            std::iter::once(baseline).chain(later).collect()
        };
        let by_month = points(&|v| v.months);
        let by_session = points(&|v| v.sessions_before.map(|n| n as f64));
        // Of two numbers of sessions only, a line is not a trend.
        let mut numbers: Vec<f64> = by_session.iter().map(|p| p.x).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        Some(Trend {
            visits: by_month.len(),
            per_month: trend::slope(&by_month)?,
            per_session: (numbers.len() > 2)
                .then(|| trend::slope(&by_session))
                .flatten(),
        })
    };
    Trends {
        area_percent: of(|c| &c.area_percent),
        contrast_percent: of(|c| &c.contrast_percent),
        volume_index_percent: of(|c| &c.volume_index_percent),
    }
}

/// The longest stretch up to the last visit in which no two visits differ detectably.
///
/// Two visits' changes against one baseline differ detectably when by more than their smallest
/// detectable changes in quadrature.
fn plateau(visits: &[&SeriesVisit]) -> Option<Plateau> {
    let known: Vec<(&SeriesVisit, f64, f64)> = visits
        .iter()
        .filter_map(|v| {
            let i = area(v)?;
            Some((*v, i.value?, i.smallest_detectable?))
        })
        .collect();
    let mut could_hide: f64 = 0.0;
    let mut from = known.len();
    while from > 0 {
        let (_, value, smallest) = known[from - 1];
        let pairs = known[from..]
            .iter()
            .map(|&(_, v, s)| ((v - value).abs(), s.hypot(smallest)));
        let mut widest = could_hide;
        let mut alike = true;
        for (difference, detectable) in pairs {
            alike &= difference <= detectable;
            widest = widest.max(detectable);
        }
        if !alike || widest > PLATEAU_HIDES {
            break;
        }
        could_hide = widest;
        from -= 1;
    }
    let stretch = &known[from..];
    let (first, last) = (stretch.first()?.0, stretch.last()?.0);
    let weeks = (last.days? - first.days?) as f64 / 7.0;
    (stretch.len() >= PLATEAU_VISITS && weeks >= PLATEAU_WEEKS).then(|| Plateau {
        since: first.visit.clone(),
        date: first.date.clone(),
        visits: stretch.len(),
        weeks,
        could_hide_percent: could_hide,
    })
}

/// What the course as a whole calls attention to.
fn notes(series: &Series, planned: &PlannedSeries) -> Vec<Warning> {
    let mut notes = Vec::new();
    let Some(baseline) = series.baseline_visit() else {
        return vec![warning(
            "no-baseline",
            "No photo of this view could be read.".to_string(),
            "Look at the reasons beside each photo.",
        )];
    };
    if series.visits[0].status == Status::Failed {
        notes.push(warning(
            "baseline-later",
            format!(
                "The first photo could not be read; all are compared with that of {}.",
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
            "There is only one photo of this view that can be read, so there is no change to tell."
                .to_string(),
            "Add later photos; check that the view is called the same at every visit.",
        ));
    }
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

/// What the dates of treatment call attention to.
fn session_notes(series: &Series, planned: &PlannedSeries) -> Vec<Warning> {
    let mut notes = Vec::new();
    let weeks = |i: usize| series.sessions[i].weeks_since_previous;
    let apart = |outside: &dyn Fn(f64) -> bool| -> Vec<String> {
        (0..series.sessions.len())
            .filter(|&i| weeks(i).is_some_and(outside))
            .map(|i| {
                format!(
                    "{} ({:.1} weeks)",
                    series.sessions[i].date,
                    weeks(i).unwrap_or(0.0)
                )
            })
            .collect()
    };
    let [least, most] = USUAL_WEEKS;
    for (code, found, word, remedy) in [
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
    ] {
        if !found.is_empty() {
            notes.push(warning(
                code,
                format!(
                    "Sessions followed {word} than the usual {least:.0} to {most:.0} weeks: {}.",
                    found.join(", ")
                ),
                remedy,
            ));
        }
    }
    let latest = series
        .visits
        .iter()
        .zip(&planned.photos)
        .rev()
        .find(|(v, _)| is_comparable(v));
    let (Some((_, photo)), Some(last)) = (latest, planned.sessions.last()) else {
        return notes;
    };
    let ripe = last.date.plus_days(7 * EARLY_WEEKS);
    if let Some(ripe) = ripe.filter(|&ripe| photo.date < ripe) {
        let when = photo.date.days_since(last.date);
        notes.push(warning(
            "too-early",
            if when > 0 {
                format!(
                    "The latest comparable photo was taken {} after the last session; skin goes on \
                     building collagen for months, so this is not yet the final result.",
                    counted(when, "day")
                )
            } else {
                "The latest comparable photo is older than the last session, whose effect it cannot \
                 show."
                    .to_string()
            },
            &format!("Photograph again after {ripe}, before judging the course."),
        ));
    }
    let due = last.date.plus_days(MAINTENANCE_DAYS);
    let seen = planned.photos.last().map(|p| p.date);
    if let Some(due) = due.filter(|&due| seen.is_some_and(|seen| seen >= due)) {
        notes.push(warning(
            "maintenance-due",
            format!("The last session was a year ago on {due}: yearly maintenance is usual."),
            "Talk about maintenance at the next visit.",
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
