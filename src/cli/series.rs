//! `scardepth series`: one patient's visits in, each against the first, and their trend out.

use std::path::PathBuf;

use clap::Args;
use scardepth::visits::schema::Layout;

use super::folders::Folders;
use super::{Failure, Status};

/// Follow one patient's scars over all visits.
///
/// DIR holds the photos: `<date>_<view>.jpg` (2026-01-10_front.jpg), or a folder for each visit with
/// `<view>.jpg` in it. The first visit is the baseline of all others.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 all measured, 1 some photos cannot be used (the result says \
                        which and why), 2 a folder or an option is wrong, 130 stopped by Ctrl-C."
)]
pub struct Arguments {
    /// Folder with the photos of one patient
    dir: PathBuf,
    #[command(flatten)]
    folders: Folders,
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    arguments.folders.run(&arguments.dir, Layout::Views, None)
}
