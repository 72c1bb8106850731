//! Makes the weights of the network that decides pixels ([`crate::relief::unet`]) from phantoms.
//!
//! The phantom pairs of learning are drawn from seeds of their own ([`FIRST_SEED`] on), which no test
//! and no table of accuracy uses; families, rigs, skin types and scales are mixed, more than half of
//! the persons are [`wild`](crate::phantom::Spec::wild), of the latest two of three
//! [`coarse`](crate::phantom::Surface::Coarse), and all else is drawn by the renderer over its whole range
//! (domain randomisation, Tobin et al. 2017). Crops are varied again as they are taken. The loss is
//! logistic for scar or not and Huber's for depth, and asks for the difference between both visits as
//! well: without that a network shows the mean of both.
//!
//! The colours of each crop are turned and added to, since no renderer's are those of all skin
//! (`colour`).
//!
//! The weights in use: `train` with its defaults, `train --from` those with `--steps 2500`, `--from`
//! those with `--photos 1000 --steps 6000`, `--from` those with `--photos 1090 --steps 8000`, `--from`
//! those with `--photos 420 --steps 4500`, `--from` those with `--first 2000 --photos 540 --steps 5000`,
//! and `--from` those with `--first 2000 --photos 900 --steps 7000`. The first three were of a network
//! with a level less, which the fourth one grew; in the first the losses of change counted a third to a
//! half of what they do now, and until the fourth a light was told from its opposite only. Other colours
//! and pitted cheeks are of the fifth one, coarse skin of the last two. (9,000 more steps with 1,000 of
//! `--first 4000`, two of three [`free`](crate::phantom::Spec::free), brought nothing on two foreign
//! renderers nor on free phantoms, and read changes of colour as changes of scars more often: not in use.)
//! Sums of products run in another order on processors of another make, so another machine's weights are
//! alike, not the same. (8,000 steps with 520 of `--first 6000`, two of three
//! [`faces`](crate::phantom::Surface::Face), and half as many planes again at the coarser levels filled
//! pitted cheeks, and outlined the coarse pores of healthy ones as well: not in use.)

mod backward;
mod colour;
mod crop;
mod deeper;
mod descent;
mod drawn;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use rayon::prelude::*;

use crate::phantom;
use crate::relief::unet::Unet;
use drawn::Drawn;

/// Settings of [`train`].
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Phantom pairs drawn.
    pub photos: usize,
    /// The first of them.
    pub first: usize,
    /// Steps of descent.
    pub steps: usize,
    pub seed: u64,
    /// Weights to go on from, instead of fresh ones.
    pub from: Option<Unet>,
    /// Folder in which drawn pairs are kept for a later run.
    pub keep: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            photos: 800,
            first: 0,
            steps: 10_000,
            seed: 1,
            from: None,
            keep: None,
        }
    }
}

/// Seeds from here on are for training alone.
pub const FIRST_SEED: u64 = 1_000_000;

/// Weights to go on from, as their file has them: of this network, or of one with a level less, which is
/// grown by it; `None` if the file holds neither.
#[must_use]
pub fn weights(bytes: &[u8]) -> Option<Unet> {
    let numbers = Unet::numbers_of(bytes);
    Unet::from_numbers(&numbers).or_else(|| deeper::grown(&numbers, Options::default().seed))
}

/// Draws phantoms and learns from them; `progress` is told what has been done.
///
/// # Errors
/// When a phantom cannot be drawn.
pub fn train(options: &Options, progress: impl Fn(&str) + Sync) -> Result<Unet, phantom::Error> {
    let pairs = draw(options, &progress)?;
    progress(&format!("{} pairs", pairs.len()));
    Ok(descent::fit(&pairs, options, &progress))
}

fn draw(
    options: &Options,
    progress: &(impl Fn(&str) + Sync),
) -> Result<Vec<Drawn>, phantom::Error> {
    let pairs: Result<Vec<Option<Drawn>>, phantom::Error> = (0..options.photos)
        .into_par_iter()
        .map(|i| {
            let spec = drawn::spec(options.first + i);
            let path = options.keep.as_ref().map(|folder| folder.join(spec.name()));
            if let Some(kept) = path.as_deref().and_then(|p| Drawn::kept(p, &spec)) {
                return Ok(Some(kept));
            }
            let pair = drawn::draw(&spec)?;
            if let (Some(path), Some(pair)) = (path, &pair) {
                // What can't be kept is drawn again next time.
                let _ = pair.keep(&path);
            }
            progress(&format!("{} of {}: {}", i + 1, options.photos, spec.name()));
            Ok(pair)
        })
        .collect();
    Ok(pairs?.into_iter().flatten().collect())
}
