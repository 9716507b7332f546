//! Archives in cpio's "odc" form (POSIX, *pax*, "cpio Interchange Format"; cpio(5), "Portable ASCII Format").
//!
//! An entry is a header of ten octal numbers behind the magic `070707`, the name with a zero byte, and the content; nothing is
//! padded. An entry called `TRAILER!!!` ends the archive. Names begin with `./`; the first entry is the root, `.`.
//!
//! Entries with more than one link, and the same device and inode number, are one file. All entries here have one link. So that
//! a reader that does not look at that is not misled either, each run of entries is a device of its own, on which inodes are
//! counted from one: runs are written without knowing each other.

use std::io::Write;

use super::cksum::Cksum;
use super::listed::{GROUP, Listed, What};
use crate::content::copy;
use crate::{Entry, Error, Kind};

const MAGIC: &str = "070707";
const TRAILER: &str = "TRAILER!!!";
/// Length of a header.
const HEADER_SIZE: usize = 76;
/// The largest number in six octal digits.
const SIX_DIGITS: u32 = 0o777_777;
/// More than an entry takes beside its content: the header, the longest name and the longest target.
pub(super) const MAX_ENTRY_SIZE: usize = HEADER_SIZE + 2 * (1024 + 8);
/// Length of the end.
pub(super) const TRAILER_SIZE: usize = HEADER_SIZE + TRAILER.len() + 1;

/// Writes a run of entries.
pub(super) struct Entries<W> {
    out: W,
    time: u32,
    device: u32,
    inode: u32,
}

impl<W: Write> Entries<W> {
    /// A run whose entries have the time `build_time`. `first` is its first path.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the time does not fit.
    pub(super) fn new(out: W, first: &str, build_time: u64) -> Result<Self, Error> {
        let time =
            u32::try_from(build_time).map_err(|_| Error::Invalid("the time does not fit into a pkg".to_owned()))?;
        Ok(Self {
            out,
            time,
            device: Cksum::of(first.as_bytes()) & SIX_DIGITS,
            inode: 0,
        })
    }

    /// Writes the root of the tree.
    ///
    /// # Errors
    /// When writing fails.
    pub(super) fn root(&mut self) -> Result<(), Error> {
        self.header(".", 0o040_755, 0)
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the content is not as long as it says; [`Error::Invalid`] when it has 4 GiB or more;
    /// [`Error::Io`] when reading or writing fails.
    pub(super) fn entry(&mut self, entry: &Entry) -> Result<Listed, Error> {
        let mut listed = Listed {
            path: entry.path.as_str().to_owned(),
            mode: entry.mode,
            what: match &entry.kind {
                // Installer leaves a directory that is there as it is, and a bill of materials has all of them.
                Kind::Directory | Kind::HostDirectory => What::Directory,
                Kind::Symlink(target) => What::Symlink { target: target.clone() },
                Kind::File { content, .. } => What::File {
                    cksum: 0,
                    size_bytes: u32::try_from(content.size_bytes())
                        .map_err(|_| Error::Invalid(format!("{} is too large for a pkg", entry.path)))?,
                },
            },
        };
        self.header(&format!("./{}", entry.path), listed.st_mode(), listed.size_bytes())?;
        match (&entry.kind, &mut listed.what) {
            (Kind::File { content, .. }, What::File { cksum, .. }) => {
                let mut computed = Cksum::new();
                copy(content.as_ref(), &entry.path, |chunk| {
                    computed.update(chunk);
                    self.out.write_all(chunk)
                })?;
                *cksum = computed.finish();
            }
            (Kind::Symlink(target), _) => self.out.write_all(target.as_bytes())?,
            _ => {}
        }
        Ok(listed)
    }

    /// Ends an archive.
    ///
    /// # Errors
    /// When writing fails.
    pub(super) fn trailer(&mut self) -> Result<(), Error> {
        (self.device, self.inode, self.time) = (0, 0, 0);
        self.write_header(TRAILER, 0, 0)
    }

    /// Gives back the writer.
    pub(super) fn into_inner(self) -> W {
        self.out
    }

    fn header(&mut self, name: &str, mode: u32, size_bytes: u32) -> Result<(), Error> {
        self.inode += 1;
        if self.inode > SIX_DIGITS {
            return Err(Error::Invalid("there are too many files for a pkg".to_owned()));
        }
        self.write_header(name, mode, size_bytes)
    }

    fn write_header(&mut self, name: &str, mode: u32, size_bytes: u32) -> Result<(), Error> {
        let Self {
            device, inode, time, ..
        } = *self;
        let (owner, links, special_device, name_size) = (0, 1, 0, name.len() + 1);
        write!(
            self.out,
            "{MAGIC}{device:06o}{inode:06o}{mode:06o}{owner:06o}{GROUP:06o}{links:06o}{special_device:06o}{time:011o}\
             {name_size:06o}{size_bytes:011o}{name}\0"
        )?;
        Ok(())
    }
}
