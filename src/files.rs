//! What is read is one regular file of a size that is expected; what is written only its owner may
//! read, for it shows patients.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use crate::error::Error;

/// All bytes of a regular file.
///
/// Read once: what is hashed, checked and unpacked are the same bytes.
///
/// # Errors
/// If there is none, it is a folder, a device or a pipe, has more than `most` bytes, or changes
/// meanwhile.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let file = || path.to_path_buf();
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::NotFound { file: file() },
        _ => Error::Unreadable {
            file: file(),
            source,
        },
    };
    // Looked at before it is opened: opening a pipe would wait for its other end.
    check_kind(path, &fs::metadata(path).map_err(unreadable)?)?;
    let opened = File::open(path).map_err(unreadable)?;
    // And again: another may stand at its place by now.
    let metadata = opened.metadata().map_err(unreadable)?;
    check_kind(path, &metadata)?;
    if metadata.len() > most {
        return Err(Error::FileTooLarge {
            file: file(),
            megabytes: metadata.len() as f64 / 1e6,
            limit_megabytes: most as f64 / 1e6,
        });
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    (&opened)
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let now = opened.metadata().map_err(unreadable)?;
    let same_time = metadata.modified().ok() == now.modified().ok();
    if bytes.len() as u64 != metadata.len() || now.len() != metadata.len() || !same_time {
        return Err(Error::Changing { file: file() });
    }
    Ok(bytes)
}

fn check_kind(path: &Path, metadata: &fs::Metadata) -> Result<(), Error> {
    if metadata.is_file() {
        return Ok(());
    }
    let found = if metadata.is_dir() {
        "a folder"
    } else {
        "a device or a pipe"
    };
    Err(Error::NotAFile {
        file: path.to_path_buf(),
        found,
    })
}

/// Writes a file, private to its owner (mode 0600) where the system knows owners.
///
/// One that is there already is replaced, and keeps the permissions that somebody gave it.
///
/// # Errors
/// If it cannot be written. Half a file is then removed.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes).inspect_err(|_| {
        // What matters is the first error.
        let _ = fs::remove_file(path);
    })
}

/// Makes a folder and those above it that are missing, each private to its owner (mode 0700) where
/// the system knows owners. Folders that exist keep their permissions.
///
/// # Errors
/// If one cannot be made, or is a file.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_reads_what_is_new() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        create_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&home.path().join("a")), 0o700);
        let file = folder.join("c");
        write(&file, b"one").unwrap();
        assert_eq!(mode(&file), 0o600);
        // Shared on purpose stays shared.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        write(&file, b"two").unwrap();
        assert_eq!(mode(&file), 0o640);
        assert_eq!(fs::read(&file).unwrap(), b"two");
    }

    #[test]
    fn what_is_larger_than_expected_or_grows_is_not_read() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("a");
        fs::write(&file, b"12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert!(matches!(read(&file, 4), Err(Error::FileTooLarge { .. })));
        // It says that it is empty, and holds more: so does a file that is still being copied.
        let growing = Path::new("/proc/self/status");
        if growing.is_file() {
            assert!(matches!(
                read(growing, 1 << 20),
                Err(Error::Changing { .. })
            ));
        }
    }
}
