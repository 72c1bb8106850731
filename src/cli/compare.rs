//! `scardepth compare`: two photos in, a result folder out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use scardepth::decode::decode;
use scardepth::pipeline::{self, Outcome};
use scardepth::register::points;
use scardepth::report;
use scardepth::report::schema::{Comparison, Verdict};
use scardepth::report::words;
use scardepth::skin::roi;

use super::{Failure, Status, limits, print, use_threads};

/// Measure how the scars changed between two photos.
///
/// Take both photos alike: same distance, same side, same lamp, sharp, no make-up, no beauty filter.
/// The first photo is the baseline; everything is measured on its grid.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 measured, 3 the photos cannot be compared (the result says \
                        why), 2 a file or an option is wrong."
)]
pub struct Arguments {
    /// Photo before the treatment (JPEG, HEIC, PNG, TIFF, WebP)
    before: PathBuf,
    /// Photo of the same skin afterwards
    after: PathBuf,
    /// Folder for the result; an earlier one is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    scale: super::scale::Arguments,
    /// Table of points marked in both photos
    ///
    /// For photos that are not laid onto each other by themselves: a CSV file with a line for each
    /// point, before x, before y, after x, after y, in pixels of the upright photos. Three points far
    /// apart are enough: moles, corners of scars.
    #[arg(long, value_name = "CSV")]
    points: Option<PathBuf>,
    /// Picture that is white where to measure
    ///
    /// Drawn on the first photo, of its size. It follows the skin to the second photo by itself.
    #[arg(long, value_name = "PNG")]
    roi: Option<PathBuf>,
    /// Paper that report.pdf is set for
    #[arg(long, value_enum, default_value = "a4")]
    paper: PaperName,
    /// Leave the photos' file names out of the result
    #[arg(long)]
    anonymous: bool,
    #[command(flatten)]
    limits: limits::Arguments,
    /// Print result.json instead of the summary
    #[arg(long)]
    json: bool,
    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    threads: Option<usize>,
    /// No summary and no warnings, errors only
    #[arg(long)]
    quiet: bool,
}

/// What can be typed for `--paper`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PaperName {
    A4,
    Letter,
}

impl From<PaperName> for report::Paper {
    fn from(name: PaperName) -> Self {
        match name {
            PaperName::A4 => Self::A4,
            PaperName::Letter => Self::Letter,
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    use_threads(arguments.threads)?;
    let mut options = pipeline::Options {
        scale: arguments.scale.typed()?,
        ..pipeline::Options::default()
    };
    let limits = arguments.limits.options()?;
    // Known before the work and not after it.
    report::check_folder(&arguments.out)?;

    let started = Instant::now();
    let (before, after) = rayon::join(
        || decode(&arguments.before, &limits),
        || decode(&arguments.after, &limits),
    );
    let (before, after) = (before?, after?);
    let sizes = [&before, &after].map(|p| (p.width, p.height));
    let points = arguments.points.as_deref();
    options.start = points.map(|p| points::read(p, sizes)).transpose()?;
    let region = arguments.roi.as_deref();
    options.region = region
        .map(|r| roi::read(r, sizes[0], &limits))
        .transpose()?;
    let decoding = started.elapsed().as_secs_f64() * 1e3;

    let Outcome {
        mut comparison,
        pictures,
    } = pipeline::compare(&before, &after, &options);
    drop((before, after)); // large, and all that is written of them is in the pictures
    comparison.timings_ms.insert("decode".to_string(), decoding);
    if arguments.anonymous {
        report::anonymous(&mut comparison);
    }
    let settings = report::Settings {
        paper: arguments.paper.into(),
    };
    report::write_with(&arguments.out, &comparison, &pictures, &settings)?;

    if arguments.json {
        print(&report::json(&comparison));
    } else if !arguments.quiet {
        print(&summary(&comparison, &arguments.out));
    }
    if !arguments.quiet {
        warn(&comparison);
    }
    Ok(match comparison.change.verdict {
        Verdict::NotComparable => Status::NotComparable,
        _ => Status::Done,
    })
}

/// The answer, the three changes and where to read on.
fn summary(comparison: &Comparison, out: &Path) -> String {
    let mut text = words::doubt::answer(comparison) + "\n";
    if comparison.change.verdict != Verdict::NotComparable {
        text.push('\n');
        for (name, interval) in words::measures(&comparison.change) {
            text += &format!("  {name:<17} {:<24}", words::change(interval));
            if let Some(smallest) = interval.smallest_detectable {
                text += &format!(" smallest detectable {} %", words::number(smallest, 0));
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text.push('\n');
    }
    text + &format!("Report: {}\n", out.join(report::REPORT).display())
}

fn warn(comparison: &Comparison) {
    let mut stream = io::stderr().lock();
    for warning in &comparison.warnings {
        // Nobody is left to tell if this fails.
        let _ = writeln!(
            stream,
            "scardepth: warning: {} {}",
            words::dated(&warning.message),
            words::dated(&warning.remedy)
        );
    }
    for hint in words::doubt::hints(comparison) {
        let _ = writeln!(stream, "scardepth: hint: {hint}");
    }
}
