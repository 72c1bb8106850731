//! `series.json`, `cohort.json` and `run.json`, field by field. What is here is the contract; a
//! change of it is a new version of the schema's name.
//!
//! Unknown is `None` (`null`), never 0. Dates are ISO (`2026-01-10`), percentages are of the
//! baseline's value and negative for less scar, places are pixels of the baseline photo. Times of
//! day, durations and folders of the machine are left out of `series.json` and `cohort.json`: the
//! same photos give the same bytes.

mod cohort;
mod run;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::schema::{
    Band, Change, Kind, LesionChange, LesionVisit, Quality, Scale, Scars, State, Tool, Verdict,
    Warning,
};

pub use cohort::{COHORT, Cohort, CohortRow, Group, SkinType, Summary};
pub use run::{Counts, Failure, Layout, PassedOver, RUN, Run, ThisRun};

/// The name of the layout of `series.json`.
pub const SERIES: &str = "scardepth.series/1";

/// One view of one patient over all visits. The first readable photo is the baseline; every later
/// one was compared with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// [`SERIES`].
    pub schema: String,
    pub tool: Tool,
    /// What the work was done with, by the options' names.
    pub options: BTreeMap<String, serde_json::Value>,
    /// As the folder or the manifest names the patient.
    pub patient: String,
    /// `front`, `left`...; `photo` where nothing says it.
    pub view: String,
    /// Scale of the baseline; `None` with no comparison.
    pub scale: Option<Scale>,
    /// Name of the visit that all others are compared with; `None` if no photo could be read.
    pub baseline: Option<String>,
    /// Every photo of this view by date, also those that could not be read or compared.
    pub visits: Vec<SeriesVisit>,
    /// Treatment sessions by date, from the manifest.
    pub sessions: Vec<Session>,
    pub trend: Trends,
    /// The comparable visit with the least scar area; `None` without one.
    pub best: Option<Milestone>,
    /// The last comparable visit; `None` without one.
    pub latest: Option<Milestone>,
    /// `None` unless nothing detectable has changed over the last three visits or more.
    pub plateau: Option<Plateau>,
    /// Each scar over all visits, in the order in which they were first seen.
    pub scars: Vec<SeriesScar>,
    /// What the course as a whole calls for attention to, each with its remedy.
    pub notes: Vec<Warning>,
}

/// What a photo of a series came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// All others are compared with it.
    #[serde(rename = "baseline")]
    Baseline,
    /// Compared with the baseline.
    #[serde(rename = "compared")]
    Compared,
    /// Looked at, and no change can be told; `change.reasons` says why.
    #[serde(rename = "not comparable")]
    NotComparable,
    /// Could not be read; `failure` says why.
    #[serde(rename = "failed")]
    Failed,
}

/// Where a visit's date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateSource {
    Manifest,
    /// The name of the file or its folder.
    Name,
    /// The camera's clock.
    Exif,
    /// There is none: only the order of the visits is known, by what they are called.
    Order,
}

/// One photo of a series, and what was measured against the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesVisit {
    /// The visit's name: its date, or what the folder or manifest calls it.
    pub visit: String,
    /// ISO date; where none is known (`date_source` is `order`), what the visit is called.
    pub date: String,
    pub date_source: DateSource,
    /// The photo, relative to the folder that was measured, with `/`.
    pub file: String,
    /// Subfolder of the series' folder with this visit's own `result.json`, `report.html`, masks and
    /// `aligned-after.jpg`; `None` for the baseline and for what failed.
    pub folder: Option<String>,
    pub status: Status,
    /// Why it failed, and what to do.
    pub failure: Option<String>,
    /// BLAKE3 of the file, 64 hexadecimal digits.
    pub blake3: Option<String>,
    /// Upright width and height, px.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Days since the baseline's date; by their names for week 0 and week 6.
    pub days: Option<i64>,
    /// The same in months of 30.4375 days.
    pub months: Option<f64>,
    /// Treatment sessions between the baseline and this photo.
    pub sessions_before: Option<usize>,
    /// Days since the last session before this photo.
    pub days_since_session: Option<i64>,
    pub quality: Option<Quality>,
    /// This visit's scars, and the baseline's over the same skin: the pixels measured in both.
    pub scars: Option<Scars>,
    pub baseline_scars: Option<Scars>,
    pub redness: Option<f64>,
    pub pigment: Option<f64>,
    /// Share of the baseline's skin measured in both, 0 to 1.
    pub measured_fraction: Option<f64>,
    /// Against the baseline; `None` for the baseline itself and for what failed.
    pub change: Option<Change>,
    /// What to mind in reading this visit: swelling, doubtful dates.
    pub flags: Vec<Warning>,
    /// The comparison's own warnings.
    pub warnings: Vec<Warning>,
}

/// A treatment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub date: String,
    /// As the manifest names it.
    pub treatment: String,
    /// Since the session before; `None` for the first.
    pub weeks_since_previous: Option<f64>,
    /// Days since the baseline's date; negative before it.
    pub days: Option<i64>,
}

/// Trends of the three totals; `None` with fewer than three comparable visits, the baseline counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trends {
    pub area_percent: Option<Trend>,
    pub contrast_percent: Option<Trend>,
    pub volume_index_percent: Option<Trend>,
}

/// A robust line through the changes against the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// Comparable visits, the baseline counted (as 0 change).
    pub visits: usize,
    /// Percent points a month; negative is less scar.
    pub per_month: Slope,
    /// Percent points a session; `None` where the manifest tells of fewer than two numbers of
    /// sessions.
    pub per_session: Option<Slope>,
}

/// A slope with its 95 % interval (see `visits::trend`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// A visit worth naming, with its change against the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Milestone {
    pub visit: String,
    /// As [`SeriesVisit::date`].
    pub date: String,
    /// As [`SeriesVisit::folder`].
    pub folder: Option<String>,
    pub change: Change,
}

/// A stretch of visits in which nothing detectable changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// First visit of the stretch, which lasts to the latest one.
    pub since: String,
    /// As [`SeriesVisit::date`].
    pub date: String,
    pub visits: usize,
    pub weeks: f64,
    /// Change of area, percent points, that could have passed unseen all the same.
    pub could_hide_percent: f64,
}

/// One scar over all visits. Its number is the same in `scars.csv`; a comparison's own
/// `lesions.csv` counts anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesScar {
    /// Counted from 1.
    pub id: u32,
    /// The kind most comparisons gave it.
    pub kind: Option<Kind>,
    /// Mean confidence of the comparisons that agree, times their share, 0 to 1.
    pub kind_confidence: Option<f64>,
    /// Centre where it was first seen, px of the baseline photo.
    pub x: f64,
    pub y: f64,
    /// Its bounding box over all visits, px of the baseline photo: left, top, width, height.
    pub bounds: [u32; 4],
    /// One entry for each visit of the series that was compared, in the same order.
    pub visits: Vec<ScarVisit>,
    /// Percent points of depth times area a month (Theil-Sen), where seen at two visits or more.
    pub volume_percent_per_month: Option<f64>,
}

/// A scar in one comparison with the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScarVisit {
    /// Name of the visit.
    pub visit: String,
    /// `None` where neither photo of this comparison showed it although its skin was measured.
    pub state: Option<State>,
    /// It ran together with this scar (its number), which holds the numbers.
    pub joined: Option<u32>,
    /// Number of the row in this visit's own `lesions.csv` (the largest, if several).
    pub lesion: Option<u32>,
    /// px of the baseline photo; 0 where it was not there.
    pub before_area_px: Option<f64>,
    pub after_area_px: Option<f64>,
    /// At the baseline, as this comparison saw it.
    pub before: LesionVisit,
    pub after: LesionVisit,
    pub change: LesionChange,
    /// Depth times area, percent of the baseline's; -100 where it is gone.
    pub volume_percent: Option<f64>,
}

impl Series {
    /// The baseline's entry.
    #[must_use]
    pub fn baseline_visit(&self) -> Option<&SeriesVisit> {
        self.visits.iter().find(|v| v.status == Status::Baseline)
    }

    /// The entries that were compared with the baseline.
    pub fn compared(&self) -> impl Iterator<Item = &SeriesVisit> {
        self.visits.iter().filter(|v| v.status == Status::Compared)
    }
}

impl SeriesVisit {
    /// Its day; `None` where no date is known.
    #[must_use]
    pub fn day(&self) -> Option<&str> {
        (self.date_source != DateSource::Order).then_some(&self.date)
    }
}

impl Milestone {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.change.verdict
    }

    #[must_use]
    pub fn band(&self) -> Option<Band> {
        self.change.band
    }
}
