//! `run.json`: what was done with what, and every file that could not be used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::schema::Tool;

/// The name of the layout of `run.json`.
pub const RUN: &str = "scardepth.run/1";

/// A photo that could not be used, or a line of the manifest that says something impossible.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Failure {
    pub patient: Option<String>,
    pub view: Option<String>,
    pub visit: Option<String>,
    /// Relative to the folder that was measured, with `/`; for a line of the manifest its name.
    pub file: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl Failure {
    /// Whether it is a photo and not a line of the manifest that belongs to none.
    #[must_use]
    pub fn is_photo(&self) -> bool {
        self.file != crate::visits::manifest::NAME
    }
}

/// A file that was passed over, which is no fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PassedOver {
    /// Relative to the folder that was measured, with `/`; a folder ends in `/`.
    pub file: String,
    pub reason: String,
}

/// `run.json`: what was done with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`RUN`].
    pub schema: String,
    pub tool: Tool,
    /// What the work was done with, by the options' names.
    pub options: BTreeMap<String, serde_json::Value>,
    /// `patients` (a folder for each patient under `patients/`) or `views` (one patient).
    pub layout: Layout,
    /// `[i, n]` for part i of n.
    pub shard: Option<[u32; 2]>,
    /// Everything that was to be done has been done.
    pub complete: bool,
    pub counts: Counts,
    /// Folders of the series that are part of this run, relative to `run.json`.
    pub series: Vec<String>,
    /// Photos that found no place in a series, and bad lines of the manifest.
    pub unplaced: Vec<Failure>,
    /// Photos of a series that could not be read.
    pub unreadable: Vec<Failure>,
    pub passed_over: Vec<PassedOver>,
    /// What was taken from names or read with doubt, one sentence each.
    pub remarks: Vec<PassedOver>,
    /// How this run went; differs from run to run.
    pub this_run: ThisRun,
}

/// How the series of a result lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// `patients/<patient>/<view>/`.
    Patients,
    /// `<view>/`, of one patient.
    Views,
}

/// Photos and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub patients: usize,
    pub series: usize,
    /// All photos that were found: those of a series and those without a place in one.
    pub photos: usize,
    pub baselines: usize,
    pub compared: usize,
    pub not_comparable: usize,
    /// Photos and lines of the manifest that could not be used: `unplaced` and `unreadable`.
    pub failed: usize,
    pub passed_over: usize,
}

/// Particulars of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThisRun {
    pub seconds: f64,
    /// Comparisons made now.
    pub measured: usize,
    /// Comparisons of an earlier run that still hold.
    pub reused: usize,
}
