//! The parts of a run, made apart, as one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::super::schema::{RUN, Run, ThisRun};
use super::super::work;
use super::{RUN_FILE, finish, hold, stored};
use crate::error::Error;

/// Joins the results of all parts of a run (made with `--shard`) in the folder `out`, with the tables
/// that one run over everything would have written. The parts stay as they are; files are linked where
/// the drive allows, and copied elsewhere.
///
/// # Errors
/// If a part is missing, unfinished, of another run or program, given twice, or nothing can be
/// written.
pub fn merge(parts: &[PathBuf], out: &Path) -> Result<Run, Error> {
    let started = Instant::now();
    let mut runs = Vec::new();
    for part in parts {
        runs.push(read(part)?);
    }
    belong_together(parts, &runs)?;
    if let Ok(real) = out.canonicalize()
        && parts
            .iter()
            .any(|p| p.canonicalize().is_ok_and(|p| p == real))
    {
        return Err(Error::BadOption {
            option: "--out",
            value: out.display().to_string(),
            expected: "a folder other than those of the parts is needed".to_string(),
        });
    }
    let mut whole = joined(&runs);
    let held = hold(out, whole.layout)?;
    work::put(&out.join(RUN_FILE), work::json(&whole).as_bytes())?;
    let mut order = Vec::new();
    for (part, run) in parts.iter().zip(&runs) {
        for folder in &run.series {
            let series = stored(&part.join(folder).join(super::SERIES_FILE))?;
            order.push((series.patient, series.view, folder.clone()));
            copy(&part.join(folder), &out.join(folder))?;
        }
    }
    order.sort();
    whole.complete = true;
    whole.series = order.into_iter().map(|(.., folder)| folder).collect();
    let run = finish(out, whole, started)?;
    drop(held);
    Ok(run)
}

fn read(part: &Path) -> Result<Run, Error> {
    let path = part.join(RUN_FILE);
    let bad = |problem: &str| Error::BadPart {
        path: path.clone(),
        problem: problem.to_string(),
    };
    let bytes = fs::read(&path).map_err(|e| bad(&e.to_string()))?;
    let run: Run = serde_json::from_slice(&bytes).map_err(|e| bad(&e.to_string()))?;
    if run.schema != RUN {
        return Err(bad("another version wrote it; run this part again"));
    }
    if !run.complete {
        return Err(bad(
            "the run did not come to its end; run it again, it goes on where it was",
        ));
    }
    Ok(run)
}

/// Whether these are all parts of one run, each once.
fn belong_together(parts: &[PathBuf], runs: &[Run]) -> Result<(), Error> {
    let bad = |i: usize, problem: String| Error::BadPart {
        path: parts[i].join(RUN_FILE),
        problem,
    };
    let Some(first) = runs.first() else {
        return Err(Error::BadOption {
            option: "PART",
            value: "nothing".to_string(),
            expected: "name the folders of all parts".to_string(),
        });
    };
    let mut seen = BTreeSet::new();
    for (i, run) in runs.iter().enumerate() {
        let Some([part, n]) = run.shard else {
            return Err(bad(
                i,
                "it is a whole run, not a part made with --shard".to_string(),
            ));
        };
        if first.shard.is_some_and(|[_, of]| of != n) {
            return Err(bad(
                i,
                "it is part of a run with another number of parts".to_string(),
            ));
        }
        if (&run.tool, &run.options, run.layout) != (&first.tool, &first.options, first.layout) {
            let text = "it was made with another version or other options than the first part";
            return Err(bad(i, text.to_string()));
        }
        if !seen.insert(part) {
            return Err(bad(i, format!("part {part} is given twice")));
        }
    }
    let n = first.shard.map_or(0, |[_, n]| n);
    let missing: Vec<String> = (1..=n)
        .filter(|i| !seen.contains(i))
        .map(|i| format!("{i}/{n}"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(bad(0, format!("parts are missing: {}", missing.join(", "))))
    }
}

/// What all parts say together; the rest comes from the series.
fn joined(runs: &[Run]) -> Run {
    let mut whole = runs[0].clone();
    whole.shard = None;
    whole.complete = false;
    whole.series = Vec::new();
    whole.unplaced = runs.iter().flat_map(|r| r.unplaced.clone()).collect();
    whole.passed_over = runs.iter().flat_map(|r| r.passed_over.clone()).collect();
    whole.remarks = runs.iter().flat_map(|r| r.remarks.clone()).collect();
    whole.unplaced.sort();
    whole.passed_over.sort();
    whole.remarks.sort();
    whole.this_run = ThisRun {
        measured: runs.iter().map(|r| r.this_run.measured).sum(),
        reused: runs.iter().map(|r| r.this_run.reused).sum(),
        ..ThisRun::default()
    };
    whole
}

/// A folder with all below it, in the place of an earlier one.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let parent = to.parent().unwrap_or(to);
    work::make_folder(parent)?;
    work::sweep(parent);
    let failed = |e: io::Error| work::unwritable(to, e);
    let stage = tempfile::Builder::new()
        .prefix(work::STAGE)
        .tempdir_in(parent)
        .map_err(failed)?;
    let inner = stage.path().join("series");
    tree(from, &inner)?;
    match fs::remove_dir_all(to) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
        _ => {}
    }
    fs::rename(&inner, to).map_err(failed)
}

fn tree(from: &Path, to: &Path) -> Result<(), Error> {
    let unreadable = |source: io::Error| Error::Unreadable {
        file: from.to_path_buf(),
        source,
    };
    work::make_folder(to)?;
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(unreadable)?.is_dir() {
            tree(&entry.path(), &target)?;
        } else if fs::hard_link(entry.path(), &target).is_err() {
            // Another drive, or one without links.
            fs::copy(entry.path(), &target).map_err(|e| work::unwritable(&target, e))?;
        }
    }
    Ok(())
}
