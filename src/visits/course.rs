//! A course of treatment: visits, sessions, trend, and what calls for attention.

mod notes;

use super::plan::{PlannedPhoto, PlannedSeries, PlannedSession};
use super::schema::{
    Milestone, Plateau, SERIES, Series, SeriesScar, SeriesVisit, Session, Status, Trend, Trends,
};
use super::trend::{self, Point, Z95};
use crate::comparable::NO_SCALE;
use crate::date::{DAYS_PER_MONTH, Date};
use crate::report::schema::{self as pair, Comparison, Interval, Verdict};
use notes::{SWOLLEN, flags, notes};

pub use notes::{EARLY_WEEKS, MAINTENANCE_DAYS, SWOLLEN_DAYS, USUAL_WEEKS};

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
        .notes
        .extend(first.and_then(|c| c.warnings.iter().find(|w| w.code == NO_SCALE).cloned()));
    series
}

fn visit(
    photo: &PlannedPhoto,
    outcome: &Outcome,
    baseline: Option<&PlannedPhoto>,
    sessions: &[PlannedSession],
) -> SeriesVisit {
    let blank = blank(photo, baseline, sessions);
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
            // Said once of the course, not at each visit.
            warnings: (c.warnings.iter().filter(|w| w.code != NO_SCALE))
                .cloned()
                .collect(),
            ..with_photo(&c.after)
        },
    }
}

/// What a photo's dates say, before it was looked at.
fn blank(
    photo: &PlannedPhoto,
    baseline: Option<&PlannedPhoto>,
    sessions: &[PlannedSession],
) -> SeriesVisit {
    let days = baseline.and_then(|b| photo.days_since(b));
    let since = photo.date.and_then(|date| {
        let last = sessions.iter().rev().find(|s| s.date < date);
        last.map(|s| date.days_since(s.date))
    });
    SeriesVisit {
        visit: photo.visit.clone(),
        date: photo.when(),
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
        sessions_before: baseline.and_then(|b| {
            let (from, to) = (b.date?, photo.date?);
            let between = |s: &&PlannedSession| s.date >= from && s.date < to;
            Some(sessions.iter().filter(between).count())
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
    }
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
            days: baseline
                .and_then(|b| b.date)
                .map(|first| session.date.days_since(first)),
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

#[cfg(test)]
mod tests;
