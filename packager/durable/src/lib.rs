//! Files that are there whole or not at all, and stay.
//!
//! The one place where files are written that must survive: everything that `store` and `targets` keep, except what is
//! large and streamed, which comes here for its name.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::thread;

use packager_faults::{self as faults, File as What, Point, Step};
use tempfile::NamedTempFile;

/// How names begin that [`NamedTempFile::new_in`] gives.
const TEMPORARY_PREFIX: &[u8] = b".tmp";

/// Makes a folder with mode 0700, if it is not there.
///
/// # Errors
/// Those of the system.
pub fn make_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

/// Removes whatever a stopped process left in a folder for temporary files.
///
/// # Errors
/// Those of the system.
pub fn clear_folder(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Removes the temporary files that a stopped process left in a folder which has others too.
///
/// # Errors
/// Those of the system.
pub fn clear_temporary(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(TEMPORARY_PREFIX) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a file of mode 0600 under its final name, in place of the one that has it. On return its bytes and its name
/// are on the disk; whenever the machine stops before, the name has the old file or the new one, whole. A killed
/// process leaves at most a file under another name in `temporary`, which is on the same file system.
///
/// # Errors
/// Those of the system, such as a full disk.
pub fn write(what: What, temporary: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    persist(what, fill(what, temporary, bytes)?, target)
}

/// The same for a name that no file had before, and a file that shows by itself whether it is whole. Such a file may
/// get its name before its bytes are on the disk, so that the two waits for the disk run side by side: each is a flush
/// of the whole device, so together they take the time of one.
///
/// # Errors
/// Those of the system, such as a full disk. The file may have got its name nevertheless.
pub fn write_new(what: What, temporary: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = fill(what, temporary, bytes)?;
    let file = file.persist(target).map_err(|error| error.error)?;
    faults::point(Point::Write(what, Step::Renamed))?;
    let folder = File::open(folder_of(target))?;
    thread::scope(|scope| {
        let beside = thread::Builder::new().spawn_scoped(scope, || folder.sync_all());
        file.sync_all()?;
        match beside {
            Ok(thread) => thread.join().unwrap_or_else(|_| folder.sync_all()),
            Err(_) => folder.sync_all(),
        }
    })?;
    faults::point(Point::Write(what, Step::Synced))
}

/// Gives a temporary file that is written its final name: sync, rename, sync of the folder.
///
/// # Errors
/// Those of the system. The file may have got its name nevertheless.
pub fn persist(what: What, file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    faults::point(Point::Write(what, Step::Renamed))?;
    sync_folder(folder_of(target))?;
    faults::point(Point::Write(what, Step::Synced))
}

/// Removes a file, which need not be there, for good.
///
/// # Errors
/// Those of the system.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => sync_folder(folder_of(path)),
    }
}

/// Waits until what a folder names is on the disk.
///
/// # Errors
/// Those of the system.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn fill(what: What, temporary: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(temporary)?;
    faults::point(Point::Write(what, Step::Created))?;
    faults::write_all(Point::Write(what, Step::Write), &mut file, bytes)?;
    faults::point(Point::Write(what, Step::Written))?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_appear_whole_with_mode_600_and_leave_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (temporary, target) = (dir.path().join("tmp"), dir.path().join("file"));
        make_folder(&temporary).unwrap();
        make_folder(&temporary).unwrap();
        write_new(What::Own, &temporary, &target, b"one").unwrap();
        write(What::Own, &temporary, &target, b"two").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
        remove(&target).unwrap();
        remove(&target).unwrap();
        assert!(!target.exists());
    }

    #[test]
    fn a_file_that_cannot_be_named_is_not_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("missing").join("file");
        for write in [write, write_new] {
            assert!(write(What::Own, dir.path(), &target, b"bytes").is_err());
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
