//! Files that only their owner may read: what is written shows patients.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

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
}
