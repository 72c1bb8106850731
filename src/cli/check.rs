//! `scardepth check`: is a photo good enough, and how to take a better one.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use scardepth::check::{self, Checked, Comparability, Fitness, Report, Row, words};
use scardepth::decode::{Photo, decode};
use scardepth::pipeline::{Options, Scale};
use scardepth::report::schema::Tool;

use super::{Failure, Status, explain, print, use_threads};

/// Say whether photos are good enough to measure, and how to take better ones.
///
/// Run it while the patient is still there. With --against, the photo is laid onto the first
/// visit's: same distance, same angle, same light?
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 all photos can be used, 3 one cannot be measured or compared, \
                  1 one of several cannot be read, 2 none can be read or an option is wrong."
)]
pub struct Arguments {
    /// Photos to look at (JPEG, HEIC, PNG, TIFF, WebP)
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// Photo of the first visit to compare with
    #[arg(long, value_name = "BASELINE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    scale: super::scale::Arguments,
    #[command(flatten)]
    limits: super::limits::Arguments,
    /// Print JSON instead of words
    #[arg(long)]
    json: bool,
    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    threads: Option<usize>,
    /// Nothing but errors and the exit status
    #[arg(long)]
    quiet: bool,
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    use_threads(arguments.threads)?;
    let scale = arguments.scale.typed()?;
    let limits = arguments.limits.options()?;
    let open = |path: &Path| decode(path, &limits);
    let baseline = arguments.against.as_deref().map(open).transpose()?;
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for path in &arguments.photos {
        match open(path) {
            Ok(photo) => {
                let checked = look(&photo, baseline.as_ref(), scale);
                if !arguments.json && !arguments.quiet {
                    print(&(words::photo(&checked) + "\n"));
                }
                rows.push(Row::Checked(Box::new(checked)));
            }
            Err(error) => {
                rows.push(Row::Failed {
                    file: name(path),
                    // The path typed stays out of what may be passed on.
                    error: error
                        .to_string()
                        .replacen(&path.display().to_string(), &name(path), 1),
                });
                failed.push(error);
            }
        }
    }
    let status = status(&rows);
    if arguments.json {
        let report = Report {
            schema: check::SCHEMA,
            tool: Tool::default(),
            baseline: baseline.map(|b| b.source.file_name),
            photos: rows,
        };
        print(&(serde_json::to_string_pretty(&report)? + "\n"));
    }
    let Some(last) = failed.pop() else {
        return Ok(status);
    };
    for error in &failed {
        explain(error);
    }
    if failed.len() + 1 == arguments.photos.len() {
        return Err(last.into());
    }
    explain(&last);
    Ok(Status::SomeFailed)
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn look(photo: &Photo, baseline: Option<&Photo>, scale: Option<Scale>) -> Checked {
    let options = Options::default();
    let Some(baseline) = baseline else {
        return check::photo(photo, scale, &options);
    };
    // Pixels per millimetre are the baseline's; another camera's are not known.
    let alike = (photo.width, photo.height) == (baseline.width, baseline.height);
    let own = scale.filter(|s| alike || matches!(s, Scale::FieldMm(_)));
    let mut checked = check::photo(photo, own, &options);
    checked.against = Some(check::against(baseline, photo, &checked, scale, &options));
    checked
}

fn status(rows: &[Row]) -> Status {
    let unfit = |row: &Row| match row {
        Row::Checked(checked) => {
            checked.fitness == Fitness::Unfit
                || checked
                    .against
                    .as_ref()
                    .is_some_and(|a| a.fitness == Comparability::NotComparable)
        }
        Row::Failed { .. } => false,
    };
    if rows.iter().any(unfit) {
        Status::NotComparable
    } else {
        Status::Done
    }
}
