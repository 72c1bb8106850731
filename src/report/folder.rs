//! A result's folder: replaced whole, and never at the cost of files that are not ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{FILES, RESULT};
use crate::error::Error;
use crate::files;

/// Begins the name of the folder in which a result grows.
const STAGE: &str = ".scardepth-";

/// What every version of our `result.json` says of itself.
const OUR_SCHEMA: &str = "scardepth.comparison/";

/// What is at the place of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Missing,
    /// A folder that may be written to, with what interrupted runs left in it.
    Usable {
        left_over: Vec<PathBuf>,
    },
}

/// Looks whether `folder` is missing, empty or an earlier result.
pub(super) fn inspect(folder: &Path) -> Result<Place, Error> {
    match fs::metadata(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Place::Missing),
        Err(e) => return Err(unwritable(folder, e)),
        Ok(m) if !m.is_dir() => {
            return Err(Error::NotAFolder {
                path: folder.to_path_buf(),
            });
        }
        Ok(_) => {}
    }
    let entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(|e| unwritable(folder, e))?;
    let mut names: Vec<_> = entries.iter().map(fs::DirEntry::file_name).collect();
    names.sort();
    let (left_over, others): (Vec<_>, Vec<_>) = names
        .into_iter()
        .partition(|name| name.to_string_lossy().starts_with(STAGE));
    let foreign = others
        .iter()
        .find(|name| !FILES.iter().any(|ours| name == ours));
    // An interrupted run has taken the old result.json away but left its stage behind.
    let interrupted = !left_over.is_empty() && foreign.is_none();
    if others.is_empty() || is_result(&folder.join(RESULT)) || interrupted {
        return Ok(Place::Usable {
            left_over: left_over.iter().map(|name| folder.join(name)).collect(),
        });
    }
    let example = foreign.unwrap_or(&others[0]);
    Err(Error::NotOurFolder {
        folder: folder.to_path_buf(),
        example: example.to_string_lossy().into_owned(),
    })
}

/// Bytes above which a `result.json` is none of ours: one of thousands of scars has a few megabytes.
const LARGEST_RESULT: u64 = 1 << 28;

fn is_result(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    files::read(path, LARGEST_RESULT)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Head>(&bytes).ok())
        .is_some_and(|head| head.schema.starts_with(OUR_SCHEMA))
}

/// Lets `fill` write our files to a new folder, then puts them in the place of `folder`.
///
/// A missing folder appears at once with everything in it. In one that exists the files take the
/// place of their forerunners; until the last of them, `result.json`, is there, it is no result.
pub(super) fn replace(
    folder: &Path,
    fill: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |e: io::Error| unwritable(folder, e);
    let place = inspect(folder)?;
    let beside = match place {
        Place::Usable { .. } => folder,
        Place::Missing => match folder.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        },
    };
    files::create_folder(beside).map_err(failed)?;
    let outer = tempfile::Builder::new()
        .prefix(STAGE)
        .tempdir_in(beside)
        .map_err(failed)?;
    let stage = outer.path().join("result");
    files::create_folder(&stage).map_err(failed)?;
    fill(&stage)?;
    match place {
        Place::Missing => fs::rename(&stage, folder).map_err(failed)?,
        Place::Usable { left_over } => {
            publish(&stage, folder).map_err(failed)?;
            for old in &left_over {
                tidy(old);
            }
        }
    }
    Ok(())
}

/// Moves our files from `stage` to `folder`; ours that the new result lacks go.
fn publish(stage: &Path, folder: &Path) -> io::Result<()> {
    let remove = |name: &str| match fs::remove_file(folder.join(name)) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    };
    remove(RESULT)?;
    for name in FILES {
        let new = stage.join(name);
        if new.exists() {
            fs::rename(new, folder.join(name))?;
        } else {
            remove(name)?;
        }
    }
    Ok(())
}

/// Takes away what an interrupted run left, if it is only ours; what stays does no harm.
fn tidy(stage: &Path) {
    let inner = stage.join("result");
    for name in FILES {
        let _ = fs::remove_file(inner.join(name));
    }
    let _ = fs::remove_dir(inner);
    let _ = fs::remove_dir(stage);
}

fn unwritable(path: &Path, e: io::Error) -> Error {
    Error::Unwritable {
        path: path.to_path_buf(),
        source: Box::new(e),
    }
}
