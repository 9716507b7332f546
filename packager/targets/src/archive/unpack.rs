use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use packager_faults::{Point, Unpack, point};
use sha2::{Digest, Sha256};
use tar::{Archive, EntryType};

use super::entry::{EntryKind, UnpackedEntry};
use super::extended::Extended;
use super::fault::ArchiveFault;
use super::link;
use super::path::ArchivePath;
use super::reader::{BoundedReader, fault_of};
use super::tree::Tree;
use crate::error::Error;
use crate::limits::ArchiveLimits;

/// An archive's files, directories and links.
#[derive(Debug)]
pub struct Unpacked {
    /// Sorted by path: every directory comes before what lies in it, and none is missing.
    pub entries: Vec<UnpackedEntry>,
}

impl Unpacked {
    /// The length of all files.
    pub(crate) fn size_bytes(&self) -> u64 {
        let files = self.entries.iter().map(|entry| match &entry.kind {
            EntryKind::File { size_bytes, .. } => *size_bytes,
            EntryKind::Directory | EntryKind::Symlink { .. } => 0,
        });
        files.sum()
    }
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

/// Unpacks the tar.gz `archive` to `folder`, which does not exist yet and then appears
/// whole or not at all. Temporary files go beside it.
pub(crate) fn unpack(archive: impl Read, folder: &Path, limits: &ArchiveLimits) -> Result<Unpacked, Error> {
    match unpack_stream(archive, folder, limits) {
        Ok(entries) => Ok(Unpacked { entries }),
        Err(Stop::Fault(reason)) => Err(Error::Archive { reason }),
        Err(Stop::Disk(error)) => Err(Error::disk(error)),
    }
}

fn unpack_stream(archive: impl Read, folder: &Path, limits: &ArchiveLimits) -> Result<Vec<UnpackedEntry>, Stop> {
    let parent = folder.parent().unwrap_or(folder);
    let temporary = tempfile::tempdir_in(parent).map_err(Stop::Disk)?;
    point(Point::Unpack(Unpack::Created)).map_err(Stop::Disk)?;
    let tree = read_archive(archive, temporary.path(), folder, limits)?;
    point(Point::Unpack(Unpack::Written)).map_err(Stop::Disk)?;
    // An earlier attempt may have failed after this.
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Stop::Disk(error)),
        _ => {}
    }
    std::fs::rename(temporary.path(), folder).map_err(Stop::Disk)?;
    point(Point::Unpack(Unpack::Renamed)).map_err(Stop::Disk)?;
    // The folder is not there under its temporary name any more.
    let _ = temporary.keep();
    Ok(tree.into_entries())
}

/// Writes the contents to numbered files in `temporary`, recorded as if they lay in `folder`.
fn read_archive(archive: impl Read, temporary: &Path, folder: &Path, limits: &ArchiveLimits) -> Result<Tree, Stop> {
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
        let kind = entry.header().entry_type();
        let target = match kind {
            EntryType::Directory | EntryType::Regular => None,
            EntryType::Symlink => Some(extended.target_of(&entry)?),
            _ => return Err(ArchiveFault::EntryType.into()),
        };
        let is_directory = kind == EntryType::Directory;
        let mode = entry.header().mode().map_err(malformed)?;
        let path = std::mem::take(&mut extended).path_of(&entry)?;
        let Some(path) = ArchivePath::parse(&path, is_directory, limits)? else {
            continue;
        };
        if is_directory {
            tree.add(path, mode, EntryKind::Directory)?;
            continue;
        }
        if let Some(target) = target {
            let target = link::target(&target, &path, limits)?;
            tree.add(path, mode, EntryKind::Symlink { target })?;
            continue;
        }
        let name = files.to_string();
        files += 1;
        let size_bytes = entry.size();
        let source = folder.join(&name);
        let sha256 = write(&mut entry, &temporary.join(name), size_bytes)?;
        let kind = EntryKind::File {
            size_bytes,
            sha256,
            source,
        };
        tree.add(path, mode, kind)?;
    }
    // The end of the archive may come before the end of the stream, whose checksum counts.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(malformed)?;
    Ok(tree)
}

/// Writes the file, and says what its SHA-256 is.
fn write(entry: &mut impl Read, path: &Path, size_bytes: u64) -> Result<[u8; 32], Stop> {
    let mut file = File::create_new(path).map_err(Stop::Disk)?;
    let mut buffer = vec![0; 128 << 10];
    let mut hasher = Sha256::new();
    let mut written = 0;
    loop {
        let read = entry.read(&mut buffer).map_err(|error| Stop::Fault(fault_of(&error)))?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            break;
        };
        io::Write::write_all(&mut file, piece).map_err(Stop::Disk)?;
        hasher.update(piece);
        written += read as u64;
    }
    if written != size_bytes {
        return Err(ArchiveFault::Malformed.into());
    }
    Ok(hasher.finalize().into())
}
