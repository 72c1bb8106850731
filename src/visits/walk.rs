//! Every file below a folder, each with what kind of thing it looks like.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::schema::PassedOver;
use crate::error::Error;

/// A file that looks like a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// Names of the folders below the root, then the file's own.
    pub parts: Vec<OsString>,
    /// The same as text, with `/`.
    pub file: String,
    /// A grey PNG, as masks are.
    pub grey: bool,
}

/// What lies below a folder.
#[derive(Debug, Clone, Default)]
pub struct Walked {
    /// By path.
    pub photos: Vec<Found>,
    pub passed_over: Vec<PassedOver>,
}

/// Names that photos end in; also of formats that are not read, so that they are named with the
/// remedy and not passed over.
const PHOTO_EXTENSIONS: [&str; 30] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "tif", "tiff", "webp", "heic", "heif", "hif", "avif",
    "jxl", "jp2", "bmp", "gif", "psd", "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "raf",
    "orf", "rw2", "pef", "srw", "3fr",
];

/// Folders that systems put beside photos.
const JUNK_FOLDERS: [&str; 5] = [
    "@eaDir",
    "__MACOSX",
    "$RECYCLE.BIN",
    "System Volume Information",
    "lost+found",
];

/// Deepest folder that is looked into, so that nobody waits for a whole drive.
const DEEPEST: usize = 8;

/// Walks through `root`, in the order of names. `out` is our own output and left out, as are earlier
/// results.
///
/// # Errors
/// If `root` itself is no folder or cannot be looked into. What cannot be looked into below it is
/// passed over with the reason.
pub fn walk(root: &Path, out: Option<&Path>) -> Result<Walked, Error> {
    match fs::metadata(root) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::NoFolder {
                path: root.to_path_buf(),
            });
        }
        Ok(m) if !m.is_dir() => {
            return Err(Error::FileForFolder {
                path: root.to_path_buf(),
            });
        }
        _ => {}
    }
    fs::read_dir(root).map_err(|source| Error::Unreadable {
        file: root.to_path_buf(),
        source,
    })?;
    let mut walk = Walk {
        out: out.and_then(|o| o.canonicalize().ok()),
        seen: root.canonicalize().into_iter().collect(),
        links: Vec::new(),
        walked: Walked::default(),
    };
    walk.folder(root, &[]);
    // Folders come before links to folders, so that a link never stands in for what is really there.
    while !walk.links.is_empty() {
        for (path, parts) in std::mem::take(&mut walk.links) {
            walk.link(&path, &parts);
        }
    }
    walk.walked.photos.sort_by(|a, b| a.parts.cmp(&b.parts));
    walk.walked.passed_over.sort();
    Ok(walk.walked)
}

struct Walk {
    out: Option<PathBuf>,
    /// Folders that were looked into, so that links cannot lead in circles.
    seen: BTreeSet<PathBuf>,
    links: Vec<(PathBuf, Vec<OsString>)>,
    walked: Walked,
}

impl Walk {
    fn folder(&mut self, folder: &Path, parts: &[OsString]) {
        let entries =
            fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<fs::DirEntry>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(e) => return self.pass(parts, true, &format!("the folder cannot be read: {e}")),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        if entries.is_empty() && !parts.is_empty() {
            self.pass(parts, true, "the folder is empty");
        }
        for entry in entries {
            let parts = [parts, &[entry.file_name()]].concat();
            let path = entry.path();
            match entry.file_type() {
                Ok(t) if t.is_dir() => self.below(&path, &parts),
                Ok(t) if t.is_symlink() => match fs::metadata(&path) {
                    Ok(m) if m.is_dir() => self.links.push((path, parts)),
                    Ok(m) => self.file(path, parts, &m),
                    Err(_) => self.pass(&parts, false, "a link to nothing"),
                },
                _ => match fs::metadata(&path) {
                    Ok(m) => self.file(path, parts, &m),
                    Err(e) => self.pass(&parts, false, &format!("it cannot be looked at: {e}")),
                },
            }
        }
    }

    fn below(&mut self, path: &Path, parts: &[OsString]) {
        let name = text(&parts[parts.len() - 1..]);
        let real = path.canonicalize().ok();
        if real.is_some() && real == self.out {
            self.pass(parts, true, "the result is written here");
        } else if name.starts_with('.') || JUNK_FOLDERS.contains(&name.as_str()) {
            self.pass(parts, true, "a folder of the system, not of photos");
        } else if is_result(path) {
            self.pass(parts, true, "a result of scardepth");
        } else if parts.len() >= DEEPEST {
            self.pass(parts, true, "too many folders within each other");
        } else {
            self.seen.extend(real);
            self.folder(path, parts);
        }
    }

    fn link(&mut self, path: &Path, parts: &[OsString]) {
        match path.canonicalize() {
            Ok(real) if self.seen.contains(&real) => {
                self.pass(parts, true, "a link to a folder that is looked into anyway");
            }
            Ok(_) => self.below(path, parts),
            Err(e) => self.pass(parts, true, &format!("the link cannot be followed: {e}")),
        }
    }

    fn file(&mut self, path: PathBuf, parts: Vec<OsString>, metadata: &fs::Metadata) {
        let name = text(&parts[parts.len() - 1..]);
        let extension = name.rsplit_once('.').map(|(_, e)| e.to_lowercase());
        let named = extension.is_some_and(|e| PHOTO_EXTENSIONS.contains(&e.as_str()));
        if name.starts_with('.') {
            self.pass(&parts, false, "a hidden file of the system");
        } else if !metadata.is_file() {
            self.pass(&parts, false, "not a file but a device or a pipe");
        } else if !named && !begins_like_a_photo(&path) {
            self.pass(&parts, false, "not a photo");
        } else {
            let grey = is_grey_png(&path);
            self.walked.photos.push(Found {
                file: text(&parts),
                path,
                parts,
                grey,
            });
        }
    }

    fn pass(&mut self, parts: &[OsString], folder: bool, reason: &str) {
        let end = if folder { "/" } else { "" };
        self.walked.passed_over.push(PassedOver {
            file: text(parts) + end,
            reason: reason.to_string(),
        });
    }
}

/// A path as text, with `/`.
fn text(parts: &[OsString]) -> String {
    let parts: Vec<_> = parts.iter().map(|p| p.to_string_lossy()).collect();
    parts.join("/")
}

/// Whether a folder holds what this program wrote.
fn is_result(folder: &Path) -> bool {
    ["run.json", "result.json", "series.json"]
        .iter()
        .any(|name| {
            let head = first_bytes(&folder.join(name), 200);
            let head = String::from_utf8_lossy(&head).into_owned();
            head.contains("\"schema\": \"scardepth.")
        })
}

fn begins_like_a_photo(path: &Path) -> bool {
    let head = first_bytes(path, 12);
    head.starts_with(b"\xff\xd8\xff")
        || head.starts_with(b"\x89PNG")
        || head.starts_with(b"II*\0")
        || head.starts_with(b"MM\0*")
        || (head.starts_with(b"RIFF") && head.ends_with(b"WEBP"))
        || head.get(4..11) == Some(b"ftyphei")
}

/// Whether a PNG's header says grey (colour type 0 in the 26th byte; PNG 1.2, 4.1.1).
fn is_grey_png(path: &Path) -> bool {
    let head = first_bytes(path, 26);
    head.starts_with(b"\x89PNG") && head.get(25) == Some(&0)
}

fn first_bytes(path: &Path, count: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A pipe would wait for its other end.
    if fs::metadata(path).is_ok_and(|m| m.is_file())
        && let Ok(file) = fs::File::open(path)
    {
        // What cannot be read is no photo; whoever opens it for its pixels says why.
        let _ = file.take(count).read_to_end(&mut bytes);
    }
    bytes
}
