//! `scardepth batch`: a clinic's folders in, every patient's course and tables of all out.

use std::path::PathBuf;

use clap::Args;
use scardepth::visits::schema::Layout;

use super::folders::Folders;
use super::{Failure, Status};

/// Measure many patients' visits, and make tables of all.
///
/// ROOT holds a folder for each patient, and in it `<date>_<view>.jpg` or `<visit>/<view>.jpg`. A file
/// that cannot be used costs only its own row. Stopped and started again, it goes on where it was.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 all measured, 1 some photos cannot be used (the result says \
                        which and why), 2 a folder or an option is wrong, 130 stopped by Ctrl-C."
)]
pub struct Arguments {
    /// Folder with a folder for each patient
    root: PathBuf,
    /// Part I of N of the patients only, as 1/8
    ///
    /// Each part needs a result folder of its own; `scardepth merge` joins them.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<[u32; 2]>,
    #[command(flatten)]
    folders: Folders,
}

fn shard(text: &str) -> Result<[u32; 2], String> {
    let parts = text
        .split_once('/')
        .and_then(|(i, n)| Some([i.parse().ok()?, n.parse().ok()?]));
    match parts {
        Some([i, n]) if (1..=n).contains(&i) => Ok([i, n]),
        _ => Err("write I/N with I from 1 to N, for example 1/8".to_string()),
    }
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    arguments
        .folders
        .run(&arguments.root, Layout::Patients, arguments.shard)
}
