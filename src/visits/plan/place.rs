//! The place of one photo: whose, which visit, which view, which day.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::super::manifest::{self, Manifest, Row};
use super::super::names;
use super::super::order::{self, Order};
use super::super::schema::{DateSource, Failure, PassedOver};
use super::super::walk::Found;
use super::NO_PATIENT;
use super::said::{Around, Said, around, said};
use super::{PlannedSession, remark, sessions};
use crate::date::Date;
use crate::report::schema::Warning;
use crate::units::PixelsPerMm;

/// A photo in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub path: PathBuf,
    pub file: String,
    pub patient: OsString,
    pub visit: String,
    pub view: String,
    /// `None` where only an order is known.
    pub date: Option<Date>,
    pub date_source: DateSource,
    pub order: Option<Order>,
    pub time: Option<String>,
    pub px_per_mm: Option<PixelsPerMm>,
    pub roi: Option<String>,
    pub points: Option<String>,
    pub flags: Vec<Warning>,
}

impl Placed {
    pub(super) fn failure(&self, reason: &str) -> Failure {
        Failure {
            patient: Some(self.patient.to_string_lossy().into_owned()),
            view: Some(self.view.clone()),
            visit: Some(self.visit.clone()),
            file: self.file.clone(),
            reason: reason.to_string(),
        }
    }
}

/// All photos in their places, and what has none.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub placed: Vec<Placed>,
    pub failures: Vec<Failure>,
    pub passed_over: Vec<PassedOver>,
    pub remarks: Vec<PassedOver>,
    /// Treatments by patient, each day's once.
    pub sessions: BTreeMap<String, Vec<PlannedSession>>,
}

/// Days by which a camera's clock may differ from the date that was given: midnight and time zones.
const CLOCK_DAYS: i64 = 1;

pub(super) fn place(
    photos: &[Found],
    manifest: &Manifest,
    only: Option<&OsStr>,
    root: &Path,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut rows: BTreeMap<&str, &Row> = BTreeMap::new();
    let mut twice = Vec::new();
    for row in &manifest.rows {
        if let Some(file) = row.file.as_deref()
            && let Some(other) = rows.insert(file, row)
            && (Row {
                line: row.line,
                ..other.clone()
            }) != *row
        {
            twice.push((file, other.line, row.line));
        }
    }
    for fault in &manifest.faults {
        outcome.failures.push(Failure {
            patient: fault.patient.clone(),
            view: None,
            visit: None,
            file: fault
                .file
                .clone()
                .unwrap_or_else(|| manifest::NAME.to_string()),
            reason: format!("{}, line {}: {}", manifest::NAME, fault.line, fault.problem),
        });
    }
    let faulty = |file: &str| {
        manifest
            .faults
            .iter()
            .any(|f| f.file.as_deref() == Some(file))
    };
    for (photo, around) in photos.iter().zip(around(photos, only)) {
        if faulty(&photo.file) {
            continue;
        }
        let row = rows.get(photo.file.as_str()).copied();
        if let Some((_, a, b)) = twice.iter().find(|(file, ..)| *file == photo.file) {
            let reason = format!(
                "{}, lines {a} and {b} say different things of this photo",
                manifest::NAME
            );
            let said = said(photo, only, &around);
            outcome.failures.push(failure(photo, said, row, &reason));
            continue;
        }
        one(photo, row, only, &around, &mut outcome);
    }
    missing(&rows, photos, root, &mut outcome);
    sessions::sessions(manifest, only, &mut outcome);
    outcome
}

/// Rows that name a photo which was not found.
fn missing(rows: &BTreeMap<&str, &Row>, photos: &[Found], root: &Path, outcome: &mut Outcome) {
    for (file, row) in rows {
        if photos.iter().any(|p| p.file == *file) {
            continue;
        }
        let there = root.join(file).exists();
        let reason = if there {
            "it is no photo, or lies where no photos are looked for"
        } else {
            "there is no such file; check how the name is written"
        };
        outcome.failures.push(Failure {
            patient: row.patient.clone(),
            view: row.view.clone(),
            visit: row.visit.clone(),
            file: (*file).to_string(),
            reason: format!("{}, line {}: {reason}", manifest::NAME, row.line),
        });
    }
}

fn failure(photo: &Found, said: Said, row: Option<&Row>, reason: &str) -> Failure {
    let Said { patient, named, .. } = said;
    let lossy = patient.map(|p| p.to_string_lossy().into_owned());
    Failure {
        patient: row.and_then(|r| r.patient.clone()).or(lossy),
        view: row.and_then(|r| r.view.clone()).or(named.view),
        visit: row.and_then(|r| r.visit.clone()).or(named.visit),
        file: photo.file.clone(),
        reason: reason.to_string(),
    }
}

fn one(
    photo: &Found,
    row: Option<&Row>,
    only: Option<&OsStr>,
    around: &Around,
    outcome: &mut Outcome,
) {
    let said = said(photo, only, around);
    let blank = Row::default();
    let told = row.unwrap_or(&blank);
    let unlisted_mask = row.is_none() && photo.grey && said.named.date.is_none();
    if unlisted_mask {
        let reason = "a grey picture without a date: a mask, not a photo";
        outcome.passed_over.push(remark(&photo.file, reason));
        return;
    }
    let taken = crate::decode::taken(&photo.path);
    match settle(photo, &said, told, taken.as_deref(), around.lonely) {
        Err(reason) => outcome.failures.push(failure(photo, said, row, &reason)),
        Ok((placed, remarks)) => {
            for text in remarks {
                outcome.remarks.push(remark(&photo.file, &text));
            }
            outcome.placed.push(placed);
        }
    }
}

/// A photo's place and what is to be known of it, or why it has none.
fn settle(
    photo: &Found,
    said: &Said,
    told: &Row,
    taken: Option<&str>,
    lonely: bool,
) -> Result<(Placed, Vec<String>), String> {
    let patient = patient(said, told)?;
    if told.crossed {
        return Err(
            "it was taken through crossed polarisers, which take the light and dark of dents away; \
             measure a photo without them"
                .to_string(),
        );
    }
    let exif = taken.and_then(Date::parse);
    let said_order = told.visit.as_deref().and_then(order::of);
    let order = said_order.or_else(|| said.named.order.clone());
    let (date, date_source) = date(said, told, exif, order.is_some())?;
    let (view, remark) = view(said, told, lonely)?;
    let by_name = said.named.visit.clone().filter(|_| said.by_habit);
    let visit = told
        .visit
        .clone()
        .or(by_name)
        .or_else(|| date.map(|d| d.to_string()))
        .or_else(|| order.as_ref().map(|o| o.name.clone()))
        .unwrap_or_default();
    let flags = exif
        .zip(date)
        .filter(|(exif, date)| exif.days_since(*date).abs() > CLOCK_DAYS)
        .map(|(exif, date)| clock(date, exif));
    let placed = Placed {
        path: photo.path.clone(),
        file: photo.file.clone(),
        patient,
        visit,
        view,
        date,
        date_source,
        order,
        time: taken.map(str::to_string),
        px_per_mm: told.px_per_mm,
        roi: told.roi.clone(),
        points: told.points.clone(),
        flags: flags.into_iter().collect(),
    };
    let remarks = said.remark.clone().filter(|_| told.view.is_none());
    Ok((placed, remarks.into_iter().chain(remark).collect()))
}

fn patient(said: &Said, told: &Row) -> Result<OsString, String> {
    match (&told.patient, &said.patient) {
        (Some(patient), _) => Ok(OsString::from(patient)),
        (None, Some(patient)) if said.by_habit => Ok(patient.clone()),
        (None, None) => Err(format!(
            "{NO_PATIENT}; move it to one, or name its patient in manifest.csv"
        )),
        _ => Err(
            "it lies deeper than patient, visit and photo; move it up, or name it in manifest.csv"
                .to_string(),
        ),
    }
}

/// The day, and who says it; none where the words of a name at least tell the order.
fn date(
    said: &Said,
    told: &Row,
    exif: Option<Date>,
    ordered: bool,
) -> Result<(Option<Date>, DateSource), String> {
    if let Some(date) = told.date {
        return Ok((Some(date), DateSource::Manifest));
    }
    if let Some(doubt) = &said.named.doubt {
        return Err(doubt.clone());
    }
    let named = said.named.date.map(|date| (Some(date), DateSource::Name));
    let by_camera = exif.map(|date| (Some(date), DateSource::Exif));
    let in_order = ordered.then_some((None, DateSource::Order));
    named.or(by_camera).or(in_order).ok_or_else(|| {
        "no date: neither the manifest nor the beginning of the name nor the camera tells it; begin \
         the name with one (2026-01-10_front.jpg) or with before, after or week 6, or name it in \
         manifest.csv"
            .to_string()
    })
}

/// The view, and what is to be known of it where no name says it.
fn view(said: &Said, told: &Row, lonely: bool) -> Result<(String, Option<String>), String> {
    const UNNAMED: &str = names::UNNAMED_VIEW;
    if let Some(view) = &told.view {
        return Ok((view.clone(), None));
    }
    match &said.named.view {
        Some(view) if view == UNNAMED => Ok((
            view.clone(),
            Some(format!(
                "No view is named; it was taken as \u{201c}{UNNAMED}\u{201d}."
            )),
        )),
        Some(view) => Ok((view.clone(), None)),
        None if lonely => Ok((
            UNNAMED.to_string(),
            Some(format!(
                "Its name says no view; as the only photo of its folder it was taken as \
                 \u{201c}{UNNAMED}\u{201d}."
            )),
        )),
        None => Err(
            "its name says no view (front, left...); name it 2026-01-10_front.jpg, or name it in \
             manifest.csv"
                .to_string(),
        ),
    }
}

fn clock(date: Date, exif: Date) -> Warning {
    Warning {
        code: "dates-differ".to_string(),
        message: format!("It is filed under {date}, and the camera says {exif}."),
        remedy: "Check which is right, and set the camera's clock.".to_string(),
    }
}
