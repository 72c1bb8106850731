//! Done work that still holds: a folder's files, and what they were made from.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The file that says what a folder was made from. It is written last and taken away first.
pub(super) const WORK: &str = "work.json";

const SCHEMA: &str = "scardepth.work/1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Work {
    schema: String,
    /// Hash of inputs, options and program.
    key: String,
    /// BLAKE3 of each file.
    files: BTreeMap<String, String>,
}

/// One hash of all that a result depends on.
pub(super) fn key(of: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in of {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Whether `folder` holds what was made from `key`, whole and unchanged.
pub(super) fn holds(folder: &Path, key: &str) -> bool {
    let Some(work) = fs::read(folder.join(WORK))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Work>(&bytes).ok())
    else {
        return false;
    };
    work.schema == SCHEMA
        && work.key == key
        && work
            .files
            .iter()
            .all(|(name, hash)| hash_of(&folder.join(name)).is_ok_and(|h| h == *hash))
}

/// Says that `folder` is about to change.
pub(super) fn begin(folder: &Path) -> Result<(), Error> {
    match fs::remove_file(folder.join(WORK)) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(unwritable(&folder.join(WORK), e)),
        _ => Ok(()),
    }
}

/// Says that the files `names` (all, if none are named) of `folder` were made from `key`.
pub(super) fn end(folder: &Path, key: &str, names: &[&str]) -> Result<(), Error> {
    let failed = |e: io::Error| unwritable(folder, e);
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_file() {
            all.extend(entry.file_name().into_string().ok());
        }
    }
    all.retain(|n| n != WORK && (names.is_empty() || names.contains(&n.as_str())));
    let files = all
        .into_iter()
        .map(|name| Ok((name.clone(), hash_of(&folder.join(name))?)))
        .collect::<io::Result<_>>()
        .map_err(failed)?;
    let work = Work {
        schema: SCHEMA.to_string(),
        key: key.to_string(),
        files,
    };
    put(&folder.join(WORK), json(&work).as_bytes())
}

/// BLAKE3 of a regular file.
pub(super) fn hash_of(path: &Path) -> io::Result<String> {
    // Opening a pipe would wait for its other end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

pub(super) fn json(value: &impl Serialize) -> String {
    // Strings, numbers and maps with string keys cannot fail to become JSON.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Begins the name of what grows before it is put in its place, as `report` names it.
pub(super) const STAGE: &str = ".scardepth-";

/// Writes a file whole or not at all; readable by its owner only.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(STAGE).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.flush()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| unwritable(path, e))
}

/// Makes a folder and those above it; on Unix for its owner only, since photos are patients' data.
pub(super) fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| unwritable(folder, e))
}

/// Takes away what interrupted runs left in a folder.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGE) {
            let path = entry.path();
            // What stays does no harm.
            let _ = match entry.file_type() {
                Ok(t) if t.is_dir() => fs::remove_dir_all(path),
                _ => fs::remove_file(path),
            };
        }
    }
}

pub(super) fn unwritable(path: &Path, e: io::Error) -> Error {
    Error::Unwritable {
        path: path.to_path_buf(),
        source: Box::new(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_holds_until_anything_changes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        put(&at("a"), b"1").unwrap();
        put(&at("b"), b"2").unwrap();
        let key = key(&["x", "y"]);
        assert!(!holds(folder.path(), &key));
        end(folder.path(), &key, &[]).unwrap();
        assert!(holds(folder.path(), &key));
        assert!(!holds(folder.path(), &super::key(&["xy", ""])));
        put(&at("b"), b"3").unwrap();
        assert!(!holds(folder.path(), &key), "a changed file");
        put(&at("b"), b"2").unwrap();
        fs::remove_file(at("a")).unwrap();
        assert!(!holds(folder.path(), &key), "a missing file");
        begin(folder.path()).unwrap();
        begin(folder.path()).unwrap();
        assert!(!at(WORK).exists());
    }
}
