//! `scardepth compare`: two photos in, a result folder out.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use scardepth::decode::{self, decode};
use scardepth::error::Error;
use scardepth::pipeline::{self, Outcome, Scale};
use scardepth::report;
use scardepth::report::schema::{Comparison, Verdict};
use scardepth::report::words;
use scardepth::units::PixelsPerMm;

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
    /// Pixels of the first photo that show 1 mm of skin
    #[arg(long, value_name = "N", conflicts_with = "field_mm")]
    px_per_mm: Option<f64>,
    /// Skin that the first photo's width shows, in mm
    ///
    /// About 200 for a whole face from the front, 80 for a cheek. A guess is good enough to find
    /// scars by their size; millimetres are then not reported.
    #[arg(long, value_name = "W")]
    field_mm: Option<f64>,
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
enum PaperName {
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
    let options = pipeline::Options {
        scale: scale(arguments.px_per_mm, arguments.field_mm)?,
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
    let decoding = started.elapsed().as_secs_f64() * 1e3;

    let Outcome {
        mut comparison,
        pictures,
    } = pipeline::compare(&before, &after, &options);
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

/// The scale that was typed, as what it means.
pub(super) fn scale(px_per_mm: Option<f64>, field_mm: Option<f64>) -> Result<Option<Scale>, Error> {
    if let Some(typed) = px_per_mm {
        return match PixelsPerMm::new(typed) {
            Some(scale) => Ok(Some(Scale::PerMm(scale))),
            None => Err(Error::BadOption {
                option: "--px-per-mm",
                value: typed.to_string(),
                expected: format!(
                    "a number from {} to {} is needed",
                    PixelsPerMm::SMALLEST,
                    PixelsPerMm::LARGEST
                ),
            }),
        };
    }
    match field_mm {
        None => Ok(None),
        Some(width) if width.is_finite() && width > 0.0 => Ok(Some(Scale::FieldMm(width))),
        Some(width) => Err(Error::BadOption {
            option: "--field-mm",
            value: width.to_string(),
            expected: "a width in mm above 0 is needed".to_string(),
        }),
    }
}

/// The answer, the three changes and where to read on.
fn summary(comparison: &Comparison, out: &Path) -> String {
    let mut text = words::verdict(&comparison.change) + "\n";
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
            warning.message, warning.remedy
        );
    }
}
