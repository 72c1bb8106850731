//! One series measured: every photo against the first that can be read, resumed where it was left.

mod inputs;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use image::GrayImage;

use super::course::{self, Outcome};
use super::follow::{Follower, Sight};
use super::plan::{PlannedPhoto, PlannedSeries};
use super::region::Region;
use super::schema::{Series, SeriesScar};
use super::{pages, work};
use crate::decode::{self, Photo};
use crate::error::Error;
use crate::pipeline;
use crate::report;
use crate::report::schema::{self as pair, Comparison, Verdict};
use inputs::{changed, guarded, marked, options, read, without_folders};

/// The file with everything about a series.
pub const SERIES_FILE: &str = "series.json";

/// What all series of a run share.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The folder with the photos, from which the manifest names files.
    pub root: &'a Path,
    /// The whole result's folder.
    pub out: &'a Path,
    /// `scale` stands for photos whose scale the manifest does not tell.
    pub options: &'a pipeline::Options,
    pub limits: &'a decode::Options,
    /// Version of the program, and whatever else makes its numbers what they are.
    pub program: &'a str,
    /// Measure also what an earlier run measured.
    pub again: bool,
    /// Leave names of files out of what is written.
    pub anonymous: bool,
    /// How reports are written.
    pub report: &'a report::Settings,
    /// Set when no new work may begin.
    pub stop: &'a AtomicBool,
    /// Hears of every photo that is done.
    pub heard: &'a (dyn Fn(Done) + Sync),
}

/// What became of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Measured,
    /// Measured by an earlier run.
    Reused,
    Failed,
    /// A baseline.
    Read,
}

/// Measures a series and writes its folder; `None` if it was stopped before its end.
///
/// # Errors
/// If the result cannot be written. A photo that cannot be read is part of the result.
pub fn measure(planned: &PlannedSeries, setup: &Setup) -> Result<Option<Series>, Error> {
    let folder = setup.out.join(&planned.folder);
    work::make_folder(&folder)?;
    work::sweep(&folder);
    let Some(outcomes) = outcomes(planned, &folder, setup)? else {
        return Ok(None);
    };
    let scars = follow(planned, &outcomes, &folder)?;
    let series = course::assemble(planned, &outcomes, scars);
    work::put(&folder.join(SERIES_FILE), work::json(&series).as_bytes())?;
    pages::series(&series, &folder, setup.report)?;
    Ok(Some(series))
}

/// What each photo came to: the first that can be read is the baseline.
fn outcomes(
    planned: &PlannedSeries,
    folder: &Path,
    setup: &Setup,
) -> Result<Option<Vec<Outcome>>, Error> {
    let mut outcomes = Vec::new();
    for (at, photo) in planned.photos.iter().enumerate() {
        let mut baseline = match Baseline::new(photo, folder, setup) {
            Ok(baseline) => baseline,
            Err(failed) => {
                (setup.heard)(Done::Failed);
                outcomes.push(failed);
                continue;
            }
        };
        let mut later = Vec::new();
        let mut unreadable = None;
        for photo in &planned.photos[at + 1..] {
            if setup.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            match baseline.against(photo)? {
                Ok(outcome) => later.push(outcome),
                Err(failed) => {
                    unreadable = Some(failed);
                    break;
                }
            }
        }
        if unreadable.is_none() {
            unreadable = baseline.finish(&later)?;
        }
        if let Some(failed) = unreadable {
            (setup.heard)(Done::Failed);
            outcomes.push(failed);
            continue;
        }
        (setup.heard)(Done::Read);
        outcomes.push(Outcome::Baseline(Box::new(baseline.visit(&later))));
        outcomes.extend(later);
        break;
    }
    Ok(Some(outcomes))
}

/// The photo that others are compared with; its pixels are read when they are first needed.
struct Baseline<'a> {
    planned: &'a PlannedPhoto,
    folder: &'a Path,
    setup: &'a Setup<'a>,
    blake3: String,
    photo: Option<Photo>,
}

impl<'a> Baseline<'a> {
    fn new(
        planned: &'a PlannedPhoto,
        folder: &'a Path,
        setup: &'a Setup<'a>,
    ) -> Result<Self, Outcome> {
        match work::hash_of(&planned.path) {
            Ok(blake3) => Ok(Self {
                planned,
                folder,
                setup,
                blake3,
                photo: None,
            }),
            // The decoder says better what is wrong with it.
            Err(_) => Err(read(planned, setup).map_or_else(|failed| failed, |_| changed())),
        }
    }

    /// Compares `photo` with this baseline, or takes what an earlier run made of it. The inner error
    /// is this baseline's: it cannot be read.
    fn against(&mut self, photo: &PlannedPhoto) -> Result<Result<Outcome, Outcome>, Error> {
        let setup = self.setup;
        let folder = self.folder.join(&photo.folder);
        let options = options(self.planned, setup);
        let named = if setup.anonymous { "anonymous" } else { "" };
        let settings = format!(
            "{options:?} {} {named} {:?}",
            self.asides(photo),
            setup.report
        );
        let hash = work::hash_of(&photo.path).ok();
        let key = hash
            .as_deref()
            .map(|after| work::key(&[setup.program, &settings, &self.blake3, after]));
        if let Some(key) = &key
            && !setup.again
            && work::holds(&folder, key)
            && let Some(comparison) = stored(&folder)
        {
            (setup.heard)(Done::Reused);
            return Ok(Ok(Outcome::Compared(Box::new(comparison))));
        }
        let planned = self.planned;
        let before = match self.pixels() {
            Ok(before) => before,
            Err(failed) => return Ok(Err(failed)),
        };
        let after = match read(photo, setup) {
            Ok(after) => after,
            Err(failed) => {
                (setup.heard)(Done::Failed);
                return Ok(Ok(failed));
            }
        };
        let options = match marked(setup, [planned, photo], [before, &after], options) {
            Ok(options) => options,
            Err(error) => {
                (setup.heard)(Done::Failed);
                return Ok(Ok(Outcome::Failed {
                    reason: without_folders(&error, setup, [planned, photo]),
                    blake3: hash,
                }));
            }
        };
        let Some(mut outcome) = guarded(|| pipeline::compare(before, &after, &options)) else {
            (setup.heard)(Done::Failed);
            return Ok(Ok(Outcome::Failed {
                reason: "the program met a fault of its own in this photo; please report it"
                    .to_string(),
                blake3: hash,
            }));
        };
        // The bytes that were decoded, should the file have changed since it was hashed.
        let made_from = [&before.source.blake3, &after.source.blake3].map(String::as_str);
        let key = work::key(&[setup.program, &settings, made_from[0], made_from[1]]);
        if setup.anonymous {
            report::anonymous(&mut outcome.comparison);
        }
        work::begin(&folder)?;
        report::write_with(
            &folder,
            &outcome.comparison,
            &outcome.pictures,
            setup.report,
        )?;
        work::end(&folder, &key, &[])?;
        (setup.heard)(Done::Measured);
        Ok(Ok(Outcome::Compared(Box::new(outcome.comparison))))
    }

    /// What lies beside the photos and speaks of them, as hashes of its content.
    fn asides(&self, photo: &PlannedPhoto) -> String {
        let hash = |file: &Option<String>| {
            let path = self.setup.root.join(file.as_ref()?);
            Some(work::hash_of(&path).unwrap_or_else(|_| "missing".to_string()))
        };
        format!("{:?} {:?}", hash(&self.planned.roi), hash(&photo.points))
    }

    fn pixels(&mut self) -> Result<&Photo, Outcome> {
        if self.photo.is_none() {
            let photo = read(self.planned, self.setup)?;
            self.blake3.clone_from(&photo.source.blake3);
            self.photo = Some(photo);
        }
        self.photo.as_ref().ok_or_else(changed)
    }

    /// Writes the picture of the baseline; the outcome is why it cannot be read.
    fn finish(&mut self, later: &[Outcome]) -> Result<Option<Outcome>, Error> {
        let key = work::key(&[self.setup.program, &self.blake3]);
        let compared = later.iter().any(|o| matches!(o, Outcome::Compared(_)));
        if compared && work::holds(self.folder, &key) {
            return Ok(None);
        }
        let folder = self.folder;
        match self.pixels() {
            Err(failed) => Ok(Some(failed)),
            Ok(photo) => {
                work::begin(folder)?;
                let picture = pages::baseline_jpeg(&photo.display())?;
                work::put(&folder.join(pages::BASELINE), &picture)?;
                work::end(folder, &key, &[pages::BASELINE])?;
                Ok(None)
            }
        }
    }

    /// The baseline as the first comparison saw it, else what the file itself says.
    fn visit(&self, later: &[Outcome]) -> pair::Visit {
        let seen = later.iter().find_map(|o| match o {
            Outcome::Compared(c) => Some(c.before.clone()),
            _ => None,
        });
        seen.unwrap_or_else(|| {
            let photo = self.photo.as_ref();
            pair::Visit {
                file: photo
                    .map(|p| p.source.file_name.clone())
                    .unwrap_or_default(),
                blake3: self.blake3.clone(),
                taken: photo.and_then(|p| p.taken.clone()),
                width: photo.map_or(0, |p| p.width),
                height: photo.map_or(0, |p| p.height),
                quality: pair::Quality::default(),
                scars: pair::Scars::default(),
                redness: None,
                pigment: None,
            }
        })
    }
}

fn stored(folder: &Path) -> Option<Comparison> {
    let bytes = fs::read(folder.join(report::RESULT)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Each scar over all comparisons, from the masks as they were written.
fn follow(
    planned: &PlannedSeries,
    outcomes: &[Outcome],
    folder: &Path,
) -> Result<Vec<SeriesScar>, Error> {
    let mut follower = Follower::default();
    let baseline = outcomes
        .iter()
        .position(|o| matches!(o, Outcome::Baseline(_)));
    let Some(first) = baseline.map(|b| &planned.photos[b]) else {
        return Ok(Vec::new());
    };
    for (photo, outcome) in planned.photos.iter().zip(outcomes) {
        let Outcome::Compared(comparison) = outcome else {
            continue;
        };
        if comparison.change.verdict == Verdict::NotComparable {
            continue;
        }
        let mask = |name| region(&folder.join(&photo.folder).join(name));
        follower.add(&Sight {
            visit: &photo.visit,
            months: photo
                .days_since(first)
                .map(|days| days as f64 / crate::date::DAYS_PER_MONTH),
            lesions: &comparison.lesions,
            before: &mask(report::SCARS_BEFORE)?,
            after: &mask(report::SCARS_AFTER)?,
            measured: &mask(report::MEASURED)?,
        });
    }
    Ok(follower.scars())
}

/// A mask as it was written.
fn region(path: &Path) -> Result<Region, Error> {
    let mask: GrayImage = image::open(path)
        .map_err(|e| Error::BadPart {
            path: path.to_path_buf(),
            problem: format!("the mask cannot be read ({e}); delete its folder and run again"),
        })?
        .into_luma8();
    Ok(Region::of(&mask))
}
