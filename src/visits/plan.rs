//! Which photo is whose, when and of what: the manifest beats names, names beat EXIF, and what stays
//! doubtful is said and not measured.

mod lone;
pub(super) mod opened;
mod place;
mod said;
mod sequence;
mod sessions;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::{self, Manifest};
use super::names;
use super::order::Order;
use super::schema::{DateSource, Failure, Layout, PassedOver};
use super::walk::{Walked, walk};
use crate::date::Date;
use crate::error::Error;
use crate::report::schema::Warning;
use crate::units::PixelsPerMm;
use place::Placed;

/// How the reasons of photos begin that lie where no patient's photos are looked for.
pub(super) const NO_PATIENT: &str = "it lies in no patient's folder";
pub(super) const SEVERAL_FOLDERS: &str = "several folders beside each other";

/// What is to be measured, and what became of every other file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// By patient and view.
    pub series: Vec<PlannedSeries>,
    pub failures: Vec<Failure>,
    pub passed_over: Vec<PassedOver>,
    /// What was taken from names or read with doubt.
    pub remarks: Vec<PassedOver>,
}

/// One view of one patient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedSeries {
    pub patient: String,
    pub view: String,
    /// Folder of the result, relative to the whole one, with `/`.
    pub folder: String,
    /// By date, or as their names say.
    pub photos: Vec<PlannedPhoto>,
    /// Treatments by date.
    pub sessions: Vec<PlannedSession>,
}

/// A photo in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedPhoto {
    #[serde(skip)]
    pub path: PathBuf,
    /// Relative to the folder that is measured, with `/`.
    pub file: String,
    pub visit: String,
    /// Folder of this visit's result within the series'.
    pub folder: String,
    /// `None` where only an order is known.
    #[serde(serialize_with = "as_maybe_text")]
    pub date: Option<Date>,
    pub date_source: DateSource,
    #[serde(skip)]
    pub order: Option<Order>,
    /// Time of day by the camera's clock, for photos of one day.
    #[serde(skip)]
    pub time: Option<String>,
    #[serde(serialize_with = "as_number")]
    pub px_per_mm: Option<PixelsPerMm>,
    pub roi: Option<String>,
    pub points: Option<String>,
    pub flags: Vec<Warning>,
}

/// A treatment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PlannedSession {
    #[serde(serialize_with = "as_text")]
    pub date: Date,
    pub treatment: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The signature is serde's.
fn as_text<S: serde::Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)] // The signature is serde's.
fn as_maybe_text<S: serde::Serializer>(
    date: &Option<Date>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    date.map(|d| d.to_string()).serialize(serializer)
}

#[allow(clippy::ref_option)] // The signature is serde's.
fn as_number<S: serde::Serializer>(
    scale: &Option<PixelsPerMm>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    scale.map(PixelsPerMm::get).serialize(serializer)
}

/// Where to look, and what for.
#[derive(Debug, Clone, PartialEq)]
pub struct Sources<'a> {
    pub root: &'a Path,
    pub layout: Layout,
    /// A manifest elsewhere than in the root; its paths are relative to the root all the same.
    pub manifest: Option<&'a Path>,
    /// The result's folder, in case it lies within the root.
    pub out: Option<&'a Path>,
}

/// Finds every photo's place.
///
/// # Errors
/// If the root or the manifest cannot be read.
pub fn plan(sources: &Sources) -> Result<Plan, Error> {
    let walked = walk(sources.root, sources.out)?;
    let usual = sources.root.join(manifest::NAME);
    let manifest = match sources.manifest {
        Some(path) => Some(manifest::read(path)?),
        None if usual.is_file() => Some(manifest::read(&usual)?),
        None => None,
    };
    let only = match sources.layout {
        Layout::Patients => None,
        Layout::Views => Some(patient_of(sources.root)),
    };
    Ok(arrange(walked, manifest, only.as_deref(), sources.root))
}

/// The patient is what the folder is called.
fn patient_of(root: &Path) -> OsString {
    let whole = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    whole
        .file_name()
        .map_or_else(|| OsString::from("patient"), OsString::from)
}

fn arrange(walked: Walked, manifest: Option<Manifest>, only: Option<&OsStr>, root: &Path) -> Plan {
    let has_manifest = manifest.is_some();
    let manifest = manifest.unwrap_or_default();
    let mut plan = Plan {
        series: Vec::new(),
        failures: Vec::new(),
        passed_over: walked.passed_over,
        remarks: manifest
            .remarks
            .iter()
            .map(|r| remark(manifest::NAME, r))
            .collect(),
    };
    if has_manifest {
        for passed in &mut plan.passed_over {
            if passed.file == manifest::NAME {
                passed.reason = "the manifest".to_string();
            }
        }
    }
    let place::Outcome {
        mut placed,
        failures,
        passed_over,
        remarks,
        sessions,
    } = place::place(&walked.photos, &manifest, only, root);
    plan.failures.extend(failures);
    plan.passed_over.extend(passed_over);
    plan.remarks.extend(remarks);
    double_views(&mut placed, &mut plan);
    sequence::settle(&mut placed, &mut plan);
    plan.series = series(placed, &sessions, only.is_some());
    plan.remarks.extend(lone::photos(&plan.series));
    plan.remarks.extend(lone::sessions(&sessions, &plan.series));
    plan.failures.sort();
    plan.passed_over.sort();
    plan.remarks.sort();
    plan
}

fn remark(file: &str, text: &str) -> PassedOver {
    PassedOver {
        file: file.to_string(),
        reason: text.to_string(),
    }
}

/// Of two photos of the same view of the same visit nobody can tell which is meant; if they are one
/// file twice, the first stands for both.
fn double_views(placed: &mut Vec<Placed>, plan: &mut Plan) {
    let mut groups: BTreeMap<(OsString, String, String), Vec<Placed>> = BTreeMap::new();
    for photo in placed.drain(..) {
        let key = (
            photo.patient.clone(),
            photo.view.clone(),
            photo.visit.clone(),
        );
        groups.entry(key).or_default().push(photo);
    }
    for (_, mut group) in groups {
        group.sort_by(|a, b| a.file.cmp(&b.file));
        if group.len() > 1 && one_content(&group) {
            for twin in group.drain(1..) {
                let reason = "the same photo lies here twice; the other one is measured";
                plan.passed_over.push(remark(&twin.file, reason));
            }
        }
        if group.len() == 1 {
            placed.extend(group);
            continue;
        }
        let files: Vec<&str> = group.iter().map(|p| p.file.as_str()).collect();
        let others = files.join(", ");
        for photo in &group {
            plan.failures.push(Failure {
                reason: format!(
                    "several photos show the view \u{201c}{}\u{201d} of the visit \u{201c}{}\u{201d} \
                     ({others}); leave one, or name them in {}",
                    photo.view,
                    photo.visit,
                    manifest::NAME
                ),
                ..photo.failure("")
            });
        }
    }
}

fn one_content(group: &[Placed]) -> bool {
    let hash = |p: &Placed| std::fs::read(&p.path).ok().map(|b| blake3::hash(&b));
    let first = hash(&group[0]);
    first.is_some() && group[1..].iter().all(|p| hash(p) == first)
}

/// Photos as series by patient and view, with safe folders.
fn series(
    placed: Vec<Placed>,
    sessions: &BTreeMap<String, Vec<PlannedSession>>,
    one_patient: bool,
) -> Vec<PlannedSeries> {
    let mut patients: BTreeMap<OsString, BTreeMap<String, Vec<Placed>>> = BTreeMap::new();
    for photo in placed {
        let views = patients.entry(photo.patient.clone()).or_default();
        views.entry(photo.view.clone()).or_default().push(photo);
    }
    let texts: Vec<String> = patients
        .keys()
        .map(|p| p.to_string_lossy().into_owned())
        .collect();
    let raw: Vec<(&str, &[u8])> = texts
        .iter()
        .zip(patients.keys())
        .map(|(text, p)| (text.as_str(), p.as_encoded_bytes()))
        .collect();
    let patient_folders = names::folders(&raw);
    let mut all = Vec::new();
    for ((patient, views), patient_folder) in
        texts.iter().zip(patients.values()).zip(&patient_folders)
    {
        let names: Vec<(&str, &[u8])> = views.keys().map(|v| (v.as_str(), v.as_bytes())).collect();
        let view_folders = names::folders(&names);
        for ((view, photos), folder) in views.iter().zip(&view_folders) {
            all.push(PlannedSeries {
                patient: patient.clone(),
                view: view.clone(),
                folder: match (one_patient, texts.len()) {
                    (true, 1) => folder.clone(),
                    // The manifest says that it is more than one patient's folder after all.
                    (true, _) => format!("{patient_folder}/{folder}"),
                    (false, _) => format!("patients/{patient_folder}/{folder}"),
                },
                photos: visits(photos),
                sessions: sessions.get(patient).cloned().unwrap_or_default(),
            });
        }
    }
    // As texts, so that parts that are joined come in the order of one run.
    all.sort_by(|a, b| (&a.patient, &a.view, &a.folder).cmp(&(&b.patient, &b.view, &b.folder)));
    all
}

/// Photos by date, or by the order of their names where a date is missing; each with a folder for its
/// result.
fn visits(photos: &[Placed]) -> Vec<PlannedPhoto> {
    let mut photos: Vec<&Placed> = photos.iter().collect();
    let dated = photos.iter().all(|p| p.date.is_some());
    photos.sort_by(|a, b| {
        let by_name = match (&a.order, &b.order) {
            (Some(a), Some(b)) => a.compare(b),
            _ => Ordering::Equal,
        };
        let by_date = if dated {
            a.date.cmp(&b.date)
        } else {
            Ordering::Equal
        };
        by_date
            .then(by_name)
            .then_with(|| (&a.time, &a.visit, &a.file).cmp(&(&b.time, &b.visit, &b.file)))
    });
    let names: Vec<(&str, &[u8])> = photos
        .iter()
        .map(|p| (p.visit.as_str(), p.visit.as_bytes()))
        .collect();
    let folders = names::folders(&names);
    photos
        .into_iter()
        .zip(folders)
        .map(|(p, folder)| PlannedPhoto {
            path: p.path.clone(),
            file: p.file.clone(),
            visit: p.visit.clone(),
            folder,
            date: p.date,
            date_source: p.date_source,
            order: p.order.clone(),
            time: p.time.clone(),
            px_per_mm: p.px_per_mm,
            roi: p.roi.clone(),
            points: p.points.clone(),
            flags: p.flags.clone(),
        })
        .collect()
}

impl PlannedPhoto {
    /// Its day, or what its visit is called where no date is known.
    #[must_use]
    pub fn when(&self) -> String {
        self.date.map_or(self.visit.clone(), |d| d.to_string())
    }

    /// Days from `earlier` to this photo, as far as dates or names tell them.
    #[must_use]
    pub fn days_since(&self, earlier: &Self) -> Option<i64> {
        match (self.date, earlier.date) {
            (Some(day), Some(earlier)) => Some(day.days_since(earlier)),
            _ => self.order.as_ref()?.days_since(earlier.order.as_ref()?),
        }
    }
}

impl Plan {
    /// The part of this plan that falls to shard `i` of `n` (from 1): whole patients, spread by
    /// their names, so that a patient stays in its shard when others come or go. What belongs to no
    /// patient falls to the first.
    #[must_use]
    pub fn shard(self, i: u32, n: u32) -> Self {
        let of = |patient: Option<&str>| match patient {
            None => 1,
            Some(p) => {
                let hash = blake3::hash(p.as_bytes());
                let bytes = hash.as_bytes();
                u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) % n + 1
            }
        };
        let first = i == 1;
        Self {
            series: self
                .series
                .into_iter()
                .filter(|s| of(Some(&s.patient)) == i)
                .collect(),
            failures: self
                .failures
                .into_iter()
                .filter(|f| of(f.patient.as_deref()) == i)
                .collect(),
            passed_over: if first { self.passed_over } else { Vec::new() },
            remarks: if first { self.remarks } else { Vec::new() },
        }
    }

    /// Photos that found their place.
    #[must_use]
    pub fn photos(&self) -> usize {
        self.series.iter().map(|s| s.photos.len()).sum()
    }
}

#[cfg(test)]
mod tests;
