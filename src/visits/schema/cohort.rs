//! `cohort.json`: all patients at a glance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Failure, Milestone, Trend};
use crate::report::schema::{Kind, Tool};

/// The name of the layout of `cohort.json`.
pub const COHORT: &str = "scardepth.cohort/1";

/// All patients at a glance; what an overview page is drawn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// [`COHORT`].
    pub schema: String,
    pub tool: Tool,
    pub summary: Summary,
    /// A row for each patient and view.
    pub series: Vec<CohortRow>,
    /// Every photo that could not be placed or read.
    pub failures: Vec<Failure>,
}

/// One patient's view in the cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortRow {
    pub patient: String,
    pub view: String,
    /// Folder of the series, relative to `cohort.json`, with `/`.
    pub folder: String,
    pub baseline: Option<String>,
    /// ISO dates of the first and last photo that could be read; `None` where only an order is known.
    pub first_date: Option<String>,
    pub last_date: Option<String>,
    /// Photos; of these compared, not comparable, failed.
    pub photos: usize,
    pub compared: usize,
    pub not_comparable: usize,
    pub failed: usize,
    pub sessions: usize,
    pub scars: usize,
    /// The kind most of its scars have.
    pub kind: Option<Kind>,
    /// Skin type by ITA of the baseline (Del Bino & Bernerd 2013).
    pub skin_type: Option<SkinType>,
    pub ita_deg: Option<f64>,
    pub latest: Option<Milestone>,
    pub best: Option<Milestone>,
    pub trend: Option<Trend>,
    pub plateau_since: Option<String>,
    /// Codes of the series' notes.
    pub notes: Vec<String>,
}

/// Skin type by individual typology angle (Chardon et al. 1991; Del Bino & Bernerd 2013).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SkinType {
    /// Above 55°.
    #[serde(rename = "very light")]
    VeryLight,
    /// Above 41°.
    Light,
    /// Above 28°.
    Intermediate,
    /// Above 10°.
    Tan,
    /// Above -30°.
    Brown,
    Dark,
}

/// The cohort in a few numbers. Each patient's view counts once, by its latest comparable visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub patients: usize,
    pub series: usize,
    /// All that were found, also those without a place in a series.
    pub photos: usize,
    pub compared: usize,
    pub not_comparable: usize,
    /// Photos that could not be used: without a place in a series, or not to be opened.
    pub failed: usize,
    /// Over all series with a comparable visit.
    pub latest: Group,
    /// The same by the kind most of a series' scars have.
    pub by_kind: BTreeMap<String, Group>,
    /// The same by skin type.
    pub by_skin_type: BTreeMap<String, Group>,
}

/// Changes of a group of series at their latest comparable visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub series: usize,
    /// Series by verdict: `improved`, `worse`, `no detectable change`.
    pub verdicts: BTreeMap<String, usize>,
    /// Series by band: `none`, `<25`, `25-50`, `50-75`, `>75`.
    pub bands: BTreeMap<String, usize>,
    /// Median and quartiles of the change of area, percent.
    pub area_percent_median: Option<f64>,
    pub area_percent_quartiles: Option<[f64; 2]>,
    /// Share of series whose change of area is above its own smallest detectable one, 0 to 1.
    pub above_smallest_detectable: Option<f64>,
    /// Median smallest detectable change of area, percent points.
    pub smallest_detectable_median: Option<f64>,
}
