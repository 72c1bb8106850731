//! `scardepth train`: phantoms in, weights of the pixel network out.

use std::path::PathBuf;

use clap::Args;
use scardepth::error::Error;
use scardepth::learn;

use super::{Failure, use_threads};

/// Make the weights of the pixel network anew, from phantoms.
///
/// For developers: the weights in use were made by this command with its defaults and are built into
/// the program.
#[derive(Debug, Args)]
pub struct Arguments {
    /// File for the weights
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Phantoms to learn from
    #[arg(long, value_name = "N", default_value_t = learn::Options::default().photos)]
    photos: usize,
    /// Passes over the samples
    #[arg(long, value_name = "N", default_value_t = learn::Options::default().epochs)]
    epochs: usize,
    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    use_threads(arguments.threads)?;
    let options = learn::Options {
        photos: arguments.photos,
        epochs: arguments.epochs,
        ..learn::Options::default()
    };
    let network = learn::train(&options, |done| eprintln!("{done}"))?;
    std::fs::write(&arguments.out, serde_json::to_vec(&network)?).map_err(|source| {
        Error::Unwritable {
            path: arguments.out.clone(),
            source: source.into(),
        }
    })?;
    Ok(())
}
