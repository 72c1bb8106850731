//! Many series as one piece of work: in parallel, resumable, in parts; and the parts joined again.

mod merge;
mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::json;

use super::measure::{Done, SERIES_FILE, Setup, measure};
use super::plan::{Plan, PlannedSeries};
use super::schema::{COHORT, Cohort, Counts, Failure, Layout, RUN, Run, Series, Status, ThisRun};
use super::tables::Tables;
use super::{cohort, pages, work};
use crate::decode;
use crate::error::Error;
use crate::pipeline::{self, Scale};
use crate::report;
use crate::report::schema::Tool;

pub use merge::merge;
pub use stored::{cohort_of, left_over, series_of};

use stored::stored;

/// The file that says what a run did; it makes a folder one of ours.
pub const RUN_FILE: &str = "run.json";

/// All patients at a glance.
pub const COHORT_FILE: &str = "cohort.json";

/// Held while a run writes to its folder; the system frees it when the run ends, however it ends.
const LOCK: &str = "scardepth.lock";

/// What a run is done with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder with the photos, from which the manifest names files.
    pub root: PathBuf,
    /// The result's folder.
    pub out: PathBuf,
    pub layout: Layout,
    /// `[i, n]` for part i of n, from 1.
    pub shard: Option<[u32; 2]>,
    /// Series in work at the same time; what the memory is proportional to.
    pub workers: usize,
    pub pipeline: pipeline::Options,
    pub limits: decode::Options,
    /// Version of the program, and whatever else makes its numbers what they are. Work of another one
    /// is done again.
    pub program: String,
    /// Measure also what an earlier run measured.
    pub again: bool,
    /// Leave file names out of what is written; the plan's are ids (see [`super::anonymous`]).
    pub anonymous: bool,
    /// How reports are written.
    pub report: report::Settings,
}

/// A folder that this run alone writes to, until it is dropped.
struct Held {
    _lock: fs::File,
}

/// Whether `out` may be written to: it is missing, empty, or an earlier run's of the same layout.
///
/// # Errors
/// If it is a file, cannot be looked into, or holds what is not ours or the other kind of result.
pub fn check_folder(out: &Path, layout: Layout) -> Result<(), Error> {
    match fs::metadata(out) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(work::unwritable(out, e)),
        Ok(m) if !m.is_dir() => {
            return Err(Error::NotAFolder {
                path: out.to_path_buf(),
            });
        }
        Ok(_) => {}
    }
    let earlier = fs::read(out.join(RUN_FILE)).ok();
    if let Some(earlier) = earlier.and_then(|bytes| serde_json::from_slice::<Run>(&bytes).ok()) {
        return if earlier.layout == layout {
            Ok(())
        } else {
            Err(Error::OtherResult {
                folder: out.to_path_buf(),
                made: match earlier.layout {
                    Layout::Patients => "batch",
                    Layout::Views => "series",
                },
            })
        };
    }
    let ours = |name: &str| name == LOCK || name.starts_with(work::STAGE);
    for entry in fs::read_dir(out).map_err(|e| work::unwritable(out, e))? {
        let name = entry.map_err(|e| work::unwritable(out, e))?.file_name();
        if !ours(&name.to_string_lossy()) {
            return Err(Error::NotOurFolder {
                folder: out.to_path_buf(),
                example: name.to_string_lossy().into_owned(),
            });
        }
    }
    Ok(())
}

/// Takes the folder for this run alone.
fn hold(out: &Path, layout: Layout) -> Result<Held, Error> {
    check_folder(out, layout)?;
    work::make_folder(out)?;
    let path = out.join(LOCK);
    let lock = fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| work::unwritable(&path, e))?;
    match lock.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(Error::Busy {
            folder: out.to_path_buf(),
        }),
        // Some network drives know no locks; there the user must see to it.
        Ok(()) | Err(fs::TryLockError::Error(_)) => {
            work::sweep(out);
            Ok(Held { _lock: lock })
        }
    }
}

/// Measures everything in `plan` and writes the whole result to a folder. What an earlier run left
/// there and still holds is kept. `stop` ends the run early, after the photos in work; what is done
/// is then written, and [`Run::complete`] is false.
///
/// # Errors
/// If no photo in the plan has a place, the folder is not ours or another run's, or something cannot be
/// written. Photos that cannot be read are part of the result.
pub fn run(
    plan: Plan,
    options: &Options,
    stop: &AtomicBool,
    heard: &(dyn Fn(&PlannedSeries, Done) + Sync),
    ended: &(dyn Fn(&Series) + Sync),
) -> Result<Run, Error> {
    let started = Instant::now();
    if plan.series.is_empty() {
        return Err(Error::NothingToMeasure {
            folder: options.root.clone(),
            why: super::words::nothing(&plan, options.layout, &options.root, options.anonymous),
        });
    }
    let held = hold(&options.out, options.layout)?;
    let plan = match options.shard {
        Some([i, n]) => plan.shard(i, n),
        None => plan,
    };
    let mut run = begin(&plan, options);
    work::put(&options.out.join(RUN_FILE), work::json(&run).as_bytes())?;
    let counts = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let done = all(&plan.series, options, stop, ended, &|series, done| {
        match done {
            Done::Measured => counts[0].fetch_add(1, Ordering::Relaxed),
            Done::Reused => counts[1].fetch_add(1, Ordering::Relaxed),
            Done::Failed | Done::Read => 0,
        };
        heard(series, done);
    })?;
    run.complete = done.iter().all(|&d| d);
    run.series = plan
        .series
        .iter()
        .zip(done)
        .filter(|&(_, done)| done)
        .map(|(s, _)| s.folder.clone())
        .collect();
    run.this_run.measured = counts[0].load(Ordering::Relaxed);
    run.this_run.reused = counts[1].load(Ordering::Relaxed);
    let run = finish(&options.out, run, started)?;
    drop(held);
    Ok(run)
}

/// `run.json` as it stands before the work.
fn begin(plan: &Plan, options: &Options) -> Run {
    Run {
        schema: RUN.to_string(),
        tool: Tool::default(),
        options: said(options),
        layout: options.layout,
        shard: options.shard,
        complete: false,
        counts: Counts::default(),
        series: Vec::new(),
        unplaced: plan.failures.clone(),
        unreadable: Vec::new(),
        passed_over: plan.passed_over.clone(),
        remarks: plan.remarks.clone(),
        this_run: ThisRun::default(),
    }
}

/// What decides about the numbers, by name.
fn said(options: &Options) -> BTreeMap<String, serde_json::Value> {
    let scale = match options.pipeline.scale {
        Some(Scale::PerMm(scale)) => ("px_per_mm", json!(scale.get())),
        Some(Scale::FieldMm(mm)) => ("field_mm", json!(mm)),
        None => ("px_per_mm", json!(null)),
    };
    let settings = format!("{:?}", options.pipeline);
    let limit = options.limits.limit_megapixels;
    [
        scale,
        ("limit_megapixels", json!(limit)),
        ("anonymous", json!(options.anonymous)),
        ("settings", json!(work::key(&[&settings])[..16])),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_string(), value))
    .collect()
}

/// Measures all series, a few at a time; says which came to their end.
fn all(
    series: &[PlannedSeries],
    options: &Options,
    stop: &AtomicBool,
    ended: &(dyn Fn(&Series) + Sync),
    heard: &(dyn Fn(&PlannedSeries, Done) + Sync),
) -> Result<Vec<bool>, Error> {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<Error>> = Mutex::new(None);
    let halt = AtomicBool::new(false);
    let worker = || {
        let mut done = Vec::new();
        while !stop.load(Ordering::Relaxed) && !halt.load(Ordering::Relaxed) {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(planned) = series.get(i) else {
                break;
            };
            let setup = Setup {
                root: &options.root,
                out: &options.out,
                options: &options.pipeline,
                limits: &options.limits,
                program: &options.program,
                again: options.again,
                anonymous: options.anonymous,
                report: &options.report,
                stop,
                heard: &|done| heard(planned, done),
            };
            match measure(planned, &setup) {
                Ok(Some(series)) => {
                    ended(&series);
                    done.push(i);
                }
                Ok(None) => {}
                Err(error) => {
                    // The first one is told; without a place to write nobody can go on.
                    halt.store(true, Ordering::Relaxed);
                    if let Ok(mut first) = failed.lock() {
                        first.get_or_insert(error);
                    }
                }
            }
        }
        done
    };
    let workers = options.workers.clamp(1, series.len().max(1));
    let done: BTreeSet<usize> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let joined = workers.into_iter().filter_map(|w| w.join().ok());
        joined.flatten().collect()
    });
    match failed.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => Ok((0..series.len()).map(|i| done.contains(&i)).collect()),
    }
}

/// Writes the tables, the cohort and `run.json` from the series' own files, one at a time, so that
/// memory does not grow with their number.
fn finish(out: &Path, mut run: Run, started: Instant) -> Result<Run, Error> {
    let mut tables = Tables::new(out)?;
    let mut rows = Vec::new();
    let mut counts = Counts {
        series: run.series.len(),
        passed_over: run.passed_over.len(),
        ..Counts::default()
    };
    let mut patients = BTreeSet::new();
    run.unreadable.clear();
    for folder in &run.series {
        let series = stored(&out.join(folder).join(SERIES_FILE))?;
        count(&series, &mut counts);
        run.unreadable.extend(failed(&series));
        let row = cohort::row(&series, folder);
        tables.series(&series, &row)?;
        // Names differ where texts do not tell them apart; folders always do.
        patients.insert(folder.rsplit_once('/').map(|(p, _)| p.to_string()));
        rows.push(row);
    }
    run.unreadable.sort();
    let mut failures = [run.unplaced.as_slice(), &run.unreadable].concat();
    failures.sort();
    for failure in &run.unplaced {
        tables.failure(failure)?;
    }
    tables.finish()?;
    counts.patients = patients.len();
    counts.photos += super::words::photos_of(&run.unplaced);
    counts.failed = failures.len();
    let mut summary = cohort::summary(&rows);
    summary.patients = counts.patients;
    summary.photos = counts.photos;
    summary.failed = super::words::photos_of(&failures);
    let whole = Cohort {
        schema: COHORT.to_string(),
        tool: run.tool.clone(),
        summary,
        series: rows,
        failures,
    };
    work::put(&out.join(COHORT_FILE), work::json(&whole).as_bytes())?;
    pages::cohort(&whole, out)?;
    run.counts = counts;
    run.this_run.seconds = started.elapsed().as_secs_f64();
    work::put(&out.join(RUN_FILE), work::json(&run).as_bytes())?;
    Ok(run)
}

fn count(series: &Series, counts: &mut Counts) {
    for visit in &series.visits {
        counts.photos += 1;
        match visit.status {
            Status::Baseline => counts.baselines += 1,
            Status::Compared => counts.compared += 1,
            Status::NotComparable => counts.not_comparable += 1,
            Status::Failed => {}
        }
    }
}

/// The photos of a series that could not be read.
fn failed(series: &Series) -> impl Iterator<Item = Failure> + '_ {
    series.visits.iter().filter_map(|v| {
        Some(Failure {
            patient: Some(series.patient.clone()),
            view: Some(series.view.clone()),
            visit: Some(v.visit.clone()),
            file: v.file.clone(),
            reason: v.failure.clone()?,
        })
    })
}
