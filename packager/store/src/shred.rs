//! Destroying sealed files: the wrapped key first, then the sealed bytes, then the name.
//!
//! Overwriting reaches the blocks that hold a file on file systems that write in place (ext4, XFS). Where a file system
//! or a device keeps old copies, what protects the bytes is that they are sealed and that the master key is elsewhere.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;

use crate::seal::HEADER_SIZE;

/// A file up to this size is overwritten in one go: one block of the disk takes key and bytes at once.
const BLOCK_SIZE: u64 = 4096;
/// From this many files on, one sync of the file system is cheaper than one for each.
const SYNC_ALL_FROM: usize = 8;
/// This many files are removed one after the other.
const REMOVED_IN_A_ROW: usize = 64;

/// A sealed file on its way out.
struct Doomed<'a> {
    path: &'a Path,
    file: File,
    size_bytes: u64,
}

/// Destroys the files at `paths`, those that are there, and gives back the paths of those that resisted, with the first
/// reason.
pub(crate) fn shred(paths: Vec<PathBuf>) -> Result<(), (Vec<PathBuf>, io::Error)> {
    if paths.is_empty() {
        return Ok(());
    }
    match shred_all(&paths) {
        Ok(()) => Ok(()),
        Err(error) => Err((paths.into_iter().filter(|path| path.exists()).collect(), error)),
    }
}

fn shred_all(paths: &[PathBuf]) -> io::Result<()> {
    let mut doomed = Vec::with_capacity(paths.len());
    for path in paths {
        match open(path) {
            Ok(file) => doomed.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    for Doomed { file, size_bytes, .. } in &doomed {
        let begin = if *size_bytes <= BLOCK_SIZE {
            *size_bytes
        } else {
            HEADER_SIZE as u64
        };
        overwrite(file, 0, begin)?;
    }
    sync(doomed.iter())?;
    for Doomed { file, size_bytes, .. } in &doomed {
        if *size_bytes > BLOCK_SIZE {
            overwrite(file, HEADER_SIZE as u64, *size_bytes)?;
        }
    }
    sync(doomed.iter().filter(|doomed| doomed.size_bytes > BLOCK_SIZE))?;
    remove(doomed)
}

/// Takes the names away and closes the files, which is when the file system gives their blocks free: a wait for its
/// journal, so the files of a large batch wait side by side.
fn remove(mut doomed: Vec<Doomed<'_>>) -> io::Result<()> {
    thread::scope(|scope| {
        let mut beside = Vec::new();
        while doomed.len() > REMOVED_IN_A_ROW {
            let some = doomed.split_off(doomed.len() - REMOVED_IN_A_ROW);
            beside.push(scope.spawn(|| remove_in_a_row(some)));
        }
        let first = remove_in_a_row(doomed);
        beside
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("a thread ended early")))
            })
            .fold(first, io::Result::and)
    })
}

fn remove_in_a_row(doomed: Vec<Doomed<'_>>) -> io::Result<()> {
    doomed.into_iter().try_for_each(|doomed| fs::remove_file(doomed.path))
}

fn open(path: &Path) -> io::Result<Doomed<'_>> {
    let file = OpenOptions::new().write(true).open(path)?;
    let size_bytes = file.metadata()?.len();
    Ok(Doomed { path, file, size_bytes })
}

fn overwrite(file: &File, mut from: u64, to: u64) -> io::Result<()> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    while from < to {
        let size = usize::try_from(to - from).unwrap_or(usize::MAX).min(ZEROS.len());
        file.write_all_at(ZEROS.get(..size).unwrap_or_default(), from)?;
        from += size as u64;
    }
    Ok(())
}

fn sync<'a>(files: impl Iterator<Item = &'a Doomed<'a>>) -> io::Result<()> {
    let files: Vec<_> = files.collect();
    match files.first() {
        Some(any) if files.len() >= SYNC_ALL_FROM => Ok(rustix::fs::syncfs(&any.file)?),
        _ => files.iter().try_for_each(|doomed| doomed.file.sync_data()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_overwritten_before_they_go() {
        let dir = tempfile::tempdir().unwrap();
        for size in [0, 1, 127, 128, 129, 4096, 4097, 200_000] {
            let path = dir.path().join("file");
            let kept = dir.path().join("kept");
            fs::write(&path, vec![7; size]).unwrap();
            // A second name shows what became of the bytes.
            fs::hard_link(&path, &kept).unwrap();
            shred(vec![path.clone()]).unwrap();
            assert!(!path.exists());
            assert_eq!(fs::read(&kept).unwrap(), vec![0; size]);
            fs::remove_file(kept).unwrap();
        }
    }

    #[test]
    fn many_at_once_and_some_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..300).map(|n| dir.path().join(n.to_string())).collect();
        for path in paths.iter().step_by(2) {
            fs::write(path, vec![7; 5000]).unwrap();
        }
        shred(paths.clone()).unwrap();
        assert!(paths.iter().all(|path| !path.exists()));
    }

    #[test]
    fn a_file_that_resists_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("folder");
        fs::create_dir(&path).unwrap();
        let (left, _) = shred(vec![path.clone(), dir.path().join("missing")]).unwrap_err();
        assert_eq!(left, [path]);
    }
}
