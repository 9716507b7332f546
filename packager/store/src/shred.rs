//! Destroying sealed files: the wrapped key first, then the sealed bytes, then the name.
//!
//! Overwriting reaches the blocks that hold a file on file systems that write in place (ext4, XFS). Where a file system
//! or a device keeps old copies, what protects the bytes is that they are sealed and that the master key is elsewhere.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;

use packager_faults::{self as faults, Destroy, Point};

use crate::seal::HEADER_SIZE;

/// A file up to this size is overwritten in one go: one block of the disk takes key and bytes at once.
const BLOCK_SIZE: u64 = 4096;
/// From this many files on, one sync of the file system is cheaper than one for each.
const SYNC_ALL_FROM: usize = 8;
/// This many files are removed one after the other.
const REMOVED_IN_A_ROW: usize = 64;

/// A sealed file on its way out. It is opened for each step anew, so that a large batch needs no more descriptors than a
/// small one.
struct Doomed<'a> {
    path: &'a Path,
    size_bytes: u64,
}

/// Destroys the files at `paths`, those that are there, and gives back the paths of those that resisted, with the first
/// reason.
pub(crate) fn shred(paths: Vec<PathBuf>) -> Result<(), (Vec<PathBuf>, io::Error)> {
    if paths.is_empty() {
        return Ok(());
    }
    if shred_all(&paths).is_ok() {
        return Ok(());
    }
    // One that resists must not keep the others.
    let mut left = Vec::new();
    let mut first = None;
    for path in paths {
        if let Err(error) = shred_all(std::slice::from_ref(&path)) {
            left.push(path);
            first.get_or_insert(error);
        }
    }
    first.map_or(Ok(()), |error| Err((left, error)))
}

fn shred_all(paths: &[PathBuf]) -> io::Result<()> {
    let mut doomed = Vec::with_capacity(paths.len());
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) => doomed.push(Doomed {
                path,
                size_bytes: metadata.len(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    at(Destroy::Begin)?;
    overwrite_all(Destroy::Key, &doomed, |size_bytes| {
        if size_bytes <= BLOCK_SIZE {
            0..size_bytes
        } else {
            0..HEADER_SIZE as u64
        }
    })?;
    at(Destroy::KeysSynced)?;
    overwrite_all(Destroy::Bytes, &doomed, |size_bytes| {
        if size_bytes <= BLOCK_SIZE {
            0..0
        } else {
            HEADER_SIZE as u64..size_bytes
        }
    })?;
    at(Destroy::BytesSynced)?;
    remove(doomed)
}

/// Overwrites a part of each file, none where the range is empty, and waits for the disk.
fn overwrite_all(step: Destroy, doomed: &[Doomed<'_>], range: impl Fn(u64) -> Range<u64>) -> io::Result<()> {
    let mut last = None;
    for Doomed { path, size_bytes } in doomed {
        let range = range(*size_bytes);
        if range.is_empty() {
            continue;
        }
        let file = match OpenOptions::new().write(true).open(path) {
            // Somebody else has destroyed it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => opened?,
        };
        overwrite(step, &file, range)?;
        if doomed.len() < SYNC_ALL_FROM {
            file.sync_data()?;
        } else {
            last = Some(file);
        }
    }
    match last {
        Some(any) => Ok(rustix::fs::syncfs(&any)?),
        None => Ok(()),
    }
}

/// Takes the names away, which is when the file system gives the blocks free: a wait for its journal, so the files of a
/// large batch wait side by side.
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
    doomed
        .into_iter()
        .try_for_each(|doomed| match fs::remove_file(doomed.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => at(Destroy::Removed),
        })
}

/// Overwrites a sealed file that has no name any more.
pub(crate) fn overwrite_nameless(file: &File) -> io::Result<()> {
    let size_bytes = file.metadata()?.len();
    let key = size_bytes.min(HEADER_SIZE as u64);
    overwrite(Destroy::Key, file, 0..key)?;
    file.sync_data()?;
    overwrite(Destroy::Bytes, file, key..size_bytes)?;
    file.sync_data()
}

fn at(step: Destroy) -> io::Result<()> {
    faults::point(Point::Destroy(step))
}

fn overwrite(step: Destroy, file: &File, range: Range<u64>) -> io::Result<()> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut writer = At {
        file,
        offset: range.start,
    };
    while writer.offset < range.end {
        let size = usize::try_from(range.end - writer.offset)
            .unwrap_or(usize::MAX)
            .min(ZEROS.len());
        faults::write_all(Point::Destroy(step), &mut writer, ZEROS.get(..size).unwrap_or_default())?;
    }
    Ok(())
}

/// Writes from an offset on, wherever the file's own position is.
struct At<'a> {
    file: &'a File,
    offset: u64,
}

impl Write for At<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write_at(bytes, self.offset)?;
        self.offset += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
        let file = dir.path().join("file");
        fs::write(&file, [7; 5000]).unwrap();
        let (left, _) = shred(vec![path.clone(), dir.path().join("missing"), file.clone()]).unwrap_err();
        assert_eq!(left, [path]);
        // And does not keep the others.
        assert!(!file.exists());
    }
}
