//! What `series`, `batch` and `merge` share: folders in, a folder out, progress in between.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use scardepth::visits::anonymous::{Key, anonymous};
use scardepth::visits::batch;
use scardepth::visits::measure::Done;
use scardepth::visits::plan::{Plan, PlannedSeries, Sources, plan};
use scardepth::visits::schema::{Layout, Run, Series};
use scardepth::visits::words;
use scardepth::{pipeline, report};

use super::{Failure, Status, print, use_threads};

/// What can be typed for folders of photos.
#[derive(Debug, Args)]
#[group(skip)]
#[allow(clippy::struct_excessive_bools)] // Each is a flag that can be typed.
pub struct Folders {
    /// Folder for the result; an earlier one is gone on with
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Table of photos and treatments, if not manifest.csv
    ///
    /// Columns: patient, visit, date, view, file (from the folder that is measured), `px_per_mm`,
    /// treatment, polarisation, roi, points. What it says beats names, and names beat the camera's
    /// clock.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Say what would be compared with what, and stop
    ///
    /// Every photo is opened once, so that what cannot be read is known before the work.
    #[arg(long)]
    dry_run: bool,
    /// Leave patients' and files' names out of the result
    ///
    /// Ids stand for patients; they come from the first photo's content and stay the same when other
    /// patients come or go. `--dry-run` tells who is who. Dates and names of treatments stay.
    #[arg(long)]
    anonymous: bool,
    /// Paper that each report.pdf is set for
    #[arg(long, value_enum, default_value = "a4")]
    paper: super::compare::PaperName,
    #[command(flatten)]
    scale: super::scale::Arguments,
    #[command(flatten)]
    limits: super::limits::Arguments,
    /// Go on where an earlier run stopped (the default)
    #[arg(long)]
    resume: bool,
    /// Measure everything anew
    #[arg(long, conflicts_with = "resume")]
    again: bool,
    /// Print JSON instead of words
    #[arg(long)]
    json: bool,
    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    threads: Option<usize>,
    /// Photos in work at a time; fewer need less memory
    ///
    /// As many as threads if not given. Each takes 0.3 GB for photos of 3 megapixels, 0.5 GB for 12.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    workers: Option<usize>,
    /// No progress and no summary, errors only
    #[arg(long)]
    quiet: bool,
}

impl Folders {
    /// Finds every photo's place, and measures unless only the plan was asked for.
    pub fn run(
        &self,
        root: &Path,
        layout: Layout,
        shard: Option<[u32; 2]>,
    ) -> Result<Status, Failure> {
        use_threads(self.threads)?;
        if let Some(out) = &self.out {
            // Known before the work and not after it.
            batch::check_folder(out, layout)?;
        }
        let plan = plan(&Sources {
            root,
            layout,
            manifest: self.manifest.as_deref(),
            out: self.out.as_deref(),
        })?;
        let (plan, key) = if self.anonymous {
            let (plan, key) = anonymous(plan, layout, root);
            (plan, Some(key))
        } else {
            (plan, None)
        };
        let out = match &self.out {
            Some(out) if !self.dry_run => out,
            _ => {
                let plan = match shard {
                    Some([i, n]) => plan.shard(i, n),
                    None => plan,
                };
                let plan = plan.opened(&self.limits.options()?);
                self.show(&plan, key.as_ref());
                if plan.series.is_empty() && !self.json {
                    // The files and their reasons stand above.
                    let why = words::nothing(&plan, layout, root, self.anonymous);
                    let why = why.lines().next().unwrap_or_default();
                    print(&format!("\n{}: {why}\n", root.display()));
                }
                return Ok(if plan.failures.is_empty() {
                    Status::Done
                } else {
                    Status::SomeFailed
                });
            }
        };
        let options = self.options(root, out, layout, shard)?;
        let stop = stopped_by_hand()?;
        let progress = Progress::new(self.quiet, &plan, shard);
        let run = batch::run(
            plan,
            &options,
            stop,
            &|series, done| progress.heard(series, done),
            &|series| progress.ended(series),
        )?;
        progress.clear();
        self.report(out, &run, key.as_ref())?;
        Ok(ended(&run))
    }

    fn options(
        &self,
        root: &Path,
        out: &Path,
        layout: Layout,
        shard: Option<[u32; 2]>,
    ) -> Result<batch::Options, Failure> {
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(batch::Options {
            root: root.to_path_buf(),
            out: out.to_path_buf(),
            layout,
            shard,
            workers: self.workers.or(self.threads).unwrap_or(cores),
            pipeline: pipeline::Options {
                scale: self.scale.typed()?,
                ..pipeline::Options::default()
            },
            limits: self.limits.options()?,
            program: program(),
            again: self.again,
            anonymous: self.anonymous,
            report: report::Settings {
                paper: self.paper.into(),
            },
        })
    }

    fn show(&self, plan: &Plan, key: Option<&Key>) {
        /// The plan, and who is who in it.
        #[derive(serde::Serialize)]
        struct Shown<'a> {
            #[serde(flatten)]
            plan: &'a Plan,
            #[serde(skip_serializing_if = "Option::is_none")]
            key: Option<&'a Key>,
        }
        if self.json {
            let shown = Shown { plan, key };
            print(&(serde_json::to_string_pretty(&shown).unwrap_or_default() + "\n"));
        } else {
            print(&words::plan(plan));
            print(&key.map(words::key).unwrap_or_default());
        }
    }

    fn report(&self, out: &Path, run: &Run, key: Option<&Key>) -> Result<(), Failure> {
        if self.json {
            let cohort = batch::cohort_of(out)?;
            print(&(serde_json::to_string_pretty(&cohort)? + "\n"));
        } else if !self.quiet {
            if run.layout == Layout::Views {
                for folder in &run.series {
                    print(&(words::series(&batch::series_of(&out.join(folder))?) + "\n"));
                }
            }
            print(&words::run(run, &batch::cohort_of(out)?));
            print(&key.map(|k| words::unusable(run, k)).unwrap_or_default());
            for left in batch::left_over(out, run) {
                print(&format!("{}: {}\n", left.file, left.reason));
            }
            print(&format!("Result: {}\n", out.display()));
        }
        Ok(())
    }
}

/// How a run ended.
pub fn ended(run: &Run) -> Status {
    if !run.complete {
        Status::Stopped
    } else if run.counts.failed > 0 {
        Status::SomeFailed
    } else {
        Status::Done
    }
}

/// The version and the very program: numbers of another build are made again.
fn program() -> String {
    let bytes = std::env::current_exe().and_then(std::fs::read);
    let hash = bytes.map_or_else(|_| String::new(), |b| blake3::hash(&b).to_hex().to_string());
    format!("{} {hash}", env!("CARGO_PKG_VERSION"))
}

/// Set by Ctrl-C; a second one ends the program where it stands, which leaves no broken file.
fn stopped_by_hand() -> Result<&'static AtomicBool, Failure> {
    static STOP: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(super::STOPPED));
        }
        let text = "scardepth: finishing the photos in work; press Ctrl-C again to stop at once";
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr(), "\n{text}");
    })?;
    Ok(&STOP)
}

/// A bar on a terminal, a line for each series elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    /// Series in all, and how many came to their end; `None` if nothing is to be said.
    lines: Option<(usize, AtomicUsize)>,
    /// Keeps lines whole.
    stream: Mutex<io::Stderr>,
}

impl Progress {
    fn new(quiet: bool, plan: &Plan, shard: Option<[u32; 2]>) -> Self {
        let part;
        let plan = match shard {
            Some([i, n]) => {
                part = plan.clone().shard(i, n);
                &part
            }
            None => plan,
        };
        let terminal = io::stderr().is_terminal();
        let bar = (!quiet && terminal).then(|| {
            let bar = ProgressBar::with_draw_target(
                Some(plan.photos() as u64),
                ProgressDrawTarget::stderr(),
            );
            let style = "{wide_bar} {pos} of {len} photos, {per_sec}, {eta} left, {msg}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            bar.set_message("0 could not be opened");
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Self {
            bar,
            lines: (!quiet && !terminal).then(|| (plan.series.len(), AtomicUsize::new(0))),
            stream: Mutex::new(io::stderr()),
        }
    }

    fn heard(&self, _: &PlannedSeries, done: Done) {
        static FAILED: AtomicUsize = AtomicUsize::new(0);
        if let Some(bar) = &self.bar {
            if done == Done::Failed {
                let failed = FAILED.fetch_add(1, Ordering::Relaxed) + 1;
                bar.set_message(format!("{failed} could not be opened"));
            }
            bar.inc(1);
        }
    }

    fn ended(&self, series: &Series) {
        if let Some((all, done)) = &self.lines {
            let n = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Ok(mut stream) = self.stream.lock() {
                // Nobody is left to tell if this fails.
                let text = super::harmless(&words::ended(series));
                let _ = writeln!(stream, "[{n}/{all}] {text}");
            }
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
