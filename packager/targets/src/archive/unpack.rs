use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::entry::{EntryKind, UnpackedEntry};
use super::extended::Extended;
use super::fault::ArchiveFault;
use super::path::ArchivePath;
use super::reader::{BoundedReader, fault_of};
use super::tree::Tree;
use crate::error::Error;
use crate::limits::ArchiveLimits;

/// An archive's files and directories.
#[derive(Debug)]
pub struct Unpacked {
    /// Sorted by path: every directory comes before what lies in it, and none is missing.
    pub entries: Vec<UnpackedEntry>,
}

/// Why unpacking stopped: the archive, or the disk.
enum Stop {
    Fault(ArchiveFault),
    Disk(io::Error),
}

impl From<ArchiveFault> for Stop {
    fn from(fault: ArchiveFault) -> Self {
        Self::Fault(fault)
    }
}

/// Unpacks the tar.gz at `archive` to `folder`, which does not exist yet and then appears
/// whole or not at all. Temporary files go beside it.
pub(crate) fn unpack(archive: &Path, folder: &Path, limits: &ArchiveLimits) -> Result<Unpacked, Error> {
    let result = File::open(archive)
        .map_err(Stop::Disk)
        .and_then(|file| unpack_file(file, folder, limits));
    match result {
        Ok(entries) => Ok(Unpacked { entries }),
        Err(Stop::Fault(reason)) => Err(Error::Archive { reason }),
        Err(Stop::Disk(error)) => Err(Error::cache(error)),
    }
}

fn unpack_file(archive: File, folder: &Path, limits: &ArchiveLimits) -> Result<Vec<UnpackedEntry>, Stop> {
    let parent = folder.parent().unwrap_or(folder);
    let temporary = tempfile::tempdir_in(parent).map_err(Stop::Disk)?;
    let tree = read_archive(archive, temporary.path(), folder, limits)?;
    std::fs::rename(temporary.path(), folder).map_err(Stop::Disk)?;
    // The folder is not there under its temporary name any more.
    let _ = temporary.keep();
    Ok(tree.into_entries())
}

/// Writes the contents to numbered files in `temporary`, recorded as if they lay in `folder`.
fn read_archive(archive: File, temporary: &Path, folder: &Path, limits: &ArchiveLimits) -> Result<Tree, Stop> {
    let malformed = |error: io::Error| Stop::Fault(fault_of(&error));
    let stream = MultiGzDecoder::new(BufReader::with_capacity(256 << 10, archive));
    let mut archive = Archive::new(BoundedReader::new(stream, limits.stream_bytes));
    let mut tree = Tree::new(*limits);
    let mut extended = Extended::default();
    let mut files = 0_u64;
    for entry in archive.entries().map_err(malformed)?.raw(true) {
        let mut entry = entry.map_err(malformed)?;
        if extended.take_in(&mut entry)? {
            continue;
        }
        let is_directory = match entry.header().entry_type() {
            EntryType::Directory => true,
            EntryType::Regular => false,
            _ => return Err(ArchiveFault::EntryType.into()),
        };
        let mode = entry.header().mode().map_err(malformed)?;
        let path = std::mem::take(&mut extended).path_of(&entry)?;
        let Some(path) = ArchivePath::parse(&path, is_directory, limits)? else {
            continue;
        };
        if is_directory {
            tree.add(path, mode, EntryKind::Directory)?;
            continue;
        }
        let name = files.to_string();
        files += 1;
        let size_bytes = entry.size();
        let source = folder.join(&name);
        tree.add(path, mode, EntryKind::File { size_bytes, source })?;
        write(&mut entry, &temporary.join(name), size_bytes)?;
    }
    // The end of the archive may come before the end of the stream, whose checksum counts.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(malformed)?;
    Ok(tree)
}

fn write(entry: &mut impl Read, path: &Path, size_bytes: u64) -> Result<(), Stop> {
    let mut file = File::create_new(path).map_err(Stop::Disk)?;
    let mut buffer = vec![0; 128 << 10];
    let mut written = 0;
    loop {
        let read = entry.read(&mut buffer).map_err(|error| Stop::Fault(fault_of(&error)))?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            break;
        };
        io::Write::write_all(&mut file, piece).map_err(Stop::Disk)?;
        written += read as u64;
    }
    if written != size_bytes {
        return Err(ArchiveFault::Malformed.into());
    }
    Ok(())
}
