//! `scardepth train`: phantoms in, weights of the pixel network out.

use std::path::{Path, PathBuf};

use clap::Args;
use scardepth::error::Error;
use scardepth::learn;
use scardepth::relief::unet::Unet;

use super::{Failure, use_threads};

/// Make the weights of the network anew, from phantoms.
///
/// For developers: the weights in use, built into the program, were made by this command with its
/// defaults, then --from those with --steps 2500, then --from those with --photos 1000 --steps 6000
/// (these of a network with a level less), then --from those with --photos 1090 --steps 8000, then
/// --from those with --photos 420 --steps 4500, then --from those with --first 2000 --photos 540
/// --steps 5000, then --from those with --first 2000 --photos 900 --steps 7000.
#[derive(Debug, Args)]
pub struct Arguments {
    /// File for the weights
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Phantoms to learn from
    #[arg(long, value_name = "N", default_value_t = learn::Options::default().photos)]
    photos: usize,
    /// The first of them
    #[arg(long, value_name = "N", default_value_t = learn::Options::default().first)]
    first: usize,
    /// Steps of descent
    #[arg(long, value_name = "N", default_value_t = learn::Options::default().steps)]
    steps: usize,
    /// Weights to go on from, instead of fresh ones
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Folder that keeps drawn phantoms for a later run
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    use_threads(arguments.threads)?;
    let from = arguments.from.as_deref().map(weights).transpose()?;
    let options = learn::Options {
        photos: arguments.photos,
        first: arguments.first,
        steps: arguments.steps,
        keep: arguments.keep.clone(),
        from,
        ..learn::Options::default()
    };
    let network = learn::train(&options, |done| eprintln!("{done}"))?;
    std::fs::write(&arguments.out, network.bytes()).map_err(|source| Error::Unwritable {
        path: arguments.out.clone(),
        source: source.into(),
    })?;
    Ok(())
}

fn weights(path: &Path) -> Result<Unet, Failure> {
    let bytes = std::fs::read(path)?;
    learn::weights(&bytes).ok_or_else(|| format!("{} holds no weights", path.display()).into())
}
