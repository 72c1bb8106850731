//! What is too large to be opened, as it is typed.

use clap::Args;
use scardepth::decode;
use scardepth::error::Error;

/// For every command that opens photos.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Arguments {
    /// Largest photo that is opened, in megapixels
    ///
    /// A safeguard against files that would fill the memory. Raise it for stitched pictures.
    #[arg(long, value_name = "N", default_value_t = 120.0)]
    max_megapixels: f64,
}

impl Arguments {
    /// What was typed, as what it means.
    pub fn options(&self) -> Result<decode::Options, Error> {
        /// Four times the largest sensor sold today; memory for it is counted in tens of gigabytes.
        const MOST: f64 = 600.0;
        let typed = self.max_megapixels;
        if !(typed > 0.0 && typed <= MOST) {
            return Err(Error::BadOption {
                option: "--max-megapixels",
                value: typed.to_string(),
                expected: format!("a number above 0 and up to {MOST} is needed"),
            });
        }
        Ok(decode::Options {
            limit_megapixels: typed,
            ..decode::Options::default()
        })
    }
}
