//! What can go wrong, said so that the person at the desk knows what to do next.
//!
//! A message names the file, what was found, what was needed and the remedy; the technical cause is
//! in [`std::error::Error::source`].

use std::path::PathBuf;

/// The cause of an error as another crate tells it.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the work could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{}: there is no such file; check the name and the folder", file.display())]
    NotFound { file: PathBuf },

    #[error("{}: this is {found}, not a file; name the file itself", file.display())]
    NotAFile { file: PathBuf, found: &'static str },

    #[error("{}: {why}", folder.display())]
    NothingToMeasure { folder: PathBuf, why: String },

    #[error("{}: the file cannot be read; check its permissions and the drive", file.display())]
    Unreadable {
        file: PathBuf,
        source: std::io::Error,
    },

    #[error(
        "{}: the file changed while it was read; wait until it is copied wholly, then start again",
        file.display()
    )]
    Changing { file: PathBuf },

    #[error(
        "{}: the content is not that of a photo; name a JPEG, HEIC, PNG, TIFF or WebP file",
        file.display()
    )]
    NotAnImage { file: PathBuf },

    #[error("{}: {format} is not supported; {remedy}", file.display())]
    Unsupported {
        file: PathBuf,
        format: String,
        remedy: &'static str,
    },

    #[error(
        "{}: the file is cut off: it ends before its last pixel; copy it again from the camera or \
         the phone",
        file.display()
    )]
    Truncated {
        file: PathBuf,
        #[source]
        source: Option<Cause>,
    },

    #[error(
        "{}: the file is damaged and cannot be decoded; copy it again from the camera or the phone",
        file.display()
    )]
    Corrupt { file: PathBuf, source: Cause },

    #[error(
        "{}: {width} x {height} pixels are {:.0} megapixels, the limit is {limit_megapixels:.0}; \
         export the photo smaller",
        file.display(), f64::from(*width) * f64::from(*height) / 1e6
    )]
    TooLarge {
        file: PathBuf,
        width: u32,
        height: u32,
        limit_megapixels: f64,
    },

    #[error(
        "{}: {width} x {height} pixels, and no side may have more than {limit}; cut out the skin that \
         is to be measured, or export the photo smaller",
        file.display()
    )]
    TooLong {
        file: PathBuf,
        width: u32,
        height: u32,
        /// Most pixels a side.
        limit: u32,
    },

    #[error(
        "{}: the file has {megabytes:.0} MB, the limit is {limit_megabytes:.0}; look whether it \
         is the right one, and export a photo as JPEG",
        file.display()
    )]
    FileTooLarge {
        file: PathBuf,
        megabytes: f64,
        limit_megabytes: f64,
    },

    #[error(
        "{}: {width} x {height} pixels are too few, at least {needed} a side are needed; take the \
         original photo, not a thumbnail",
        file.display()
    )]
    TooSmall {
        file: PathBuf,
        width: u32,
        height: u32,
        needed: u32,
    },

    #[error(
        "{}: the folder holds other things than an earlier result of scardepth ({example}); name \
         a new or an empty folder",
        folder.display()
    )]
    NotOurFolder { folder: PathBuf, example: String },

    #[error(
        "{}: the folder holds a result of `scardepth {made}`, which this one would replace; name a new \
         folder",
        folder.display()
    )]
    OtherResult { folder: PathBuf, made: &'static str },

    #[error("{}: there is no such folder; check how its name is written", path.display())]
    NoFolder { path: PathBuf },

    #[error("{}: this is a file; name the folder that the photos lie in", path.display())]
    FileForFolder { path: PathBuf },

    #[error("{}: this is a file; name a folder for the result", path.display())]
    NotAFolder { path: PathBuf },

    #[error(
        "{}: the result cannot be written; check that the folder may be written to and that the \
         drive is not full",
        path.display()
    )]
    Unwritable { path: PathBuf, source: Cause },

    #[error("{option}: {value} is not possible; {expected}")]
    BadOption {
        option: &'static str,
        value: String,
        expected: String,
    },

    #[error("{}: {problem}", file.display())]
    BadRegion { file: PathBuf, problem: String },

    #[error("{}: line {line}: {problem}", file.display())]
    BadPoints {
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        problem: String,
    },

    #[error("{}: line {line}: {problem}", file.display())]
    BadManifest {
        file: PathBuf,
        /// Counted from 1.
        line: u64,
        problem: String,
    },

    #[error(
        "{}: another run is writing to this folder; wait for its end, or name another folder",
        folder.display()
    )]
    Busy { folder: PathBuf },

    #[error("{}: this is no finished result of scardepth: {problem}", path.display())]
    BadPart { path: PathBuf, problem: String },
}
