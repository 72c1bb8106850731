//! `scardepth merge`: the parts of a run, made apart, as one.

use std::path::PathBuf;

use clap::Args;
use scardepth::visits::{batch, words};

use super::{Failure, Status, folders, print};

/// Join the parts of a run made with `batch --shard`.
///
/// The tables are those that one run would have written. The parts stay as they are.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Result folders of all parts
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,
    /// Folder for the whole result
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print JSON instead of words
    #[arg(long)]
    json: bool,
    /// No summary, errors only
    #[arg(long)]
    quiet: bool,
}

pub fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let run = batch::merge(&arguments.parts, &arguments.out)?;
    let cohort = batch::cohort_of(&arguments.out)?;
    if arguments.json {
        print(&(serde_json::to_string_pretty(&cohort)? + "\n"));
    } else if !arguments.quiet {
        print(&words::run(&run, &cohort));
        print(&format!("Result: {}\n", arguments.out.display()));
    }
    Ok(folders::ended(&run))
}
