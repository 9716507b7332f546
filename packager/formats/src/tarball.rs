//! tar archives, entry by entry, as deb and Arch packages carry them.
//!
//! Headers are GNU's (*GNU tar manual*, "Basic Tar Format"); a path or link target of more than 100 bytes stands in a
//! long-name entry in front. dpkg, libarchive and GNU tar read these; dpkg does not read pax records. Every entry
//! belongs to root and carries the same time. What differs between the formats is a [`Dialect`].

use std::io::Write;

use md5::{Digest, Md5};
use packager_artifact::Sha256State;
use serde::{Deserialize, Serialize};
use tar::{EntryType, Header};

use crate::content::{self, ArchiveWriter};
use crate::{Content, Entry, Error, Kind, Tree};

/// Size of a header, and the unit that contents are padded to.
const BLOCK_SIZE: usize = 512;
/// tar reads and writes records of twenty blocks.
const RECORD_SIZE: usize = 20 * BLOCK_SIZE;
/// Name of the entry that holds a long path or target for the entry behind it.
const LONG_NAME: &str = "././@LongLink";
const ZEROS: [u8; RECORD_SIZE] = [0; RECORD_SIZE];

/// What differs between the archives of deb and Arch packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Names begin with `./`, as in the archives of `dpkg-deb`; `md5sums` lists MD5.
    Deb,
    /// Names begin with nothing, as in the archives of makepkg: pacman takes what begins with a dot for its own. `.MTREE`
    /// lists SHA-256 too.
    Arch,
}

impl Dialect {
    const fn name_prefix(self) -> &'static str {
        match self {
            Self::Deb => "./",
            Self::Arch => "",
        }
    }

    fn hasher(self) -> Hasher {
        Hasher {
            md5: Md5::new(),
            sha256: match self {
                Self::Deb => None,
                Self::Arch => Some(Sha256State::default()),
            },
        }
    }
}

/// The digests that lists of files have.
struct Hasher {
    md5: Md5,
    sha256: Option<Sha256State>,
}

impl Hasher {
    fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
    }

    fn finish(self) -> Digests {
        Digests {
            md5: hex::encode(self.md5.finalize()),
            sha256: self.sha256.map(|sha256| sha256.finish().to_string()),
        }
    }
}

/// Digests of a file's content, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digests {
    pub md5: String,
    /// If the dialect has it.
    pub sha256: Option<String>,
}

/// A file that was written, as lists of files need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Path without a leading slash.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// What it is.
    pub what: What,
}

/// What an entry that was written is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// A regular file.
    File {
        /// Of the content.
        digests: Digests,
        /// Length of the content.
        size_bytes: u64,
    },
    /// A directory.
    Directory,
    /// A directory of the host, for which nothing was written.
    HostDirectory,
    /// A symbolic link.
    Symlink {
        /// Where it leads.
        target: String,
    },
}

impl What {
    /// Whether other entries may lie in it.
    pub(crate) const fn is_directory(&self) -> bool {
        matches!(self, Self::Directory | Self::HostDirectory)
    }
}

/// Writes one entry.
///
/// # Errors
/// [`Error::Mismatch`] when the content is not as long as it says; [`Error::Io`] when reading or writing fails.
fn write_entry(
    out: &mut impl ArchiveWriter,
    entry: &Entry,
    build_time: u64,
    dialect: Dialect,
) -> Result<Written, Error> {
    let mut header = Header::new_gnu();
    header.set_mode(entry.mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_mtime(build_time);
    let mut name = format!("{}{}", dialect.name_prefix(), entry.path);
    let what = match &entry.kind {
        Kind::Directory => {
            name.push('/');
            header.set_entry_type(EntryType::Directory);
            header.set_size(0);
            write_header(out, header, &name, None)?;
            What::Directory
        }
        Kind::HostDirectory => What::HostDirectory,
        Kind::Symlink(target) => {
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            write_header(out, header, &name, Some(target))?;
            What::Symlink { target: target.clone() }
        }
        Kind::File { content, .. } => {
            let size_bytes = content.size_bytes();
            header.set_entry_type(EntryType::Regular);
            header.set_size(size_bytes);
            write_header(out, header, &name, None)?;
            let digests = write_content(out, entry, content.as_ref(), dialect)?;
            What::File { digests, size_bytes }
        }
    };
    Ok(Written {
        path: entry.path.as_str().to_owned(),
        mode: entry.mode,
        what,
    })
}

/// Writes the entries of `tree` one after the other.
///
/// # Errors
/// As [`write_entry`].
pub(crate) fn write_tree(
    out: &mut impl ArchiveWriter,
    tree: &Tree,
    build_time: u64,
    dialect: Dialect,
) -> Result<Vec<Written>, Error> {
    let entries = tree.entries().iter();
    entries
        .map(|entry| write_entry(out, entry, build_time, dialect))
        .collect()
}

/// Ends an archive of which this part so far has `size` bytes: two empty blocks, then more to a whole record, so that
/// parts of about the same content have the same length.
pub(crate) fn end_size(size: usize) -> usize {
    (size + 2 * BLOCK_SIZE).next_multiple_of(RECORD_SIZE) - size
}

fn write_header(out: &mut impl Write, mut header: Header, name: &str, target: Option<&str>) -> Result<(), Error> {
    if name.len() > header.as_old().name.len() {
        write_long(out, &header, EntryType::GNULongName, name)?;
    }
    set_truncated(&mut header.as_old_mut().name, name);
    if let Some(target) = target {
        if target.len() > header.as_old().linkname.len() {
            write_long(out, &header, EntryType::GNULongLink, target)?;
        }
        set_truncated(&mut header.as_old_mut().linkname, target);
    }
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    Ok(())
}

/// An entry whose content is a path, ended by a zero byte, for the entry behind it.
fn write_long(out: &mut impl Write, template: &Header, kind: EntryType, text: &str) -> Result<(), Error> {
    let mut header = template.clone();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    set_truncated(&mut header.as_old_mut().name, LONG_NAME);
    set_truncated(&mut header.as_old_mut().linkname, "");
    header.set_size(text.len() as u64 + 1);
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    out.write_all(text.as_bytes())?;
    out.write_all(&[0])?;
    pad(out, text.len() as u64 + 1)
}

fn set_truncated(field: &mut [u8], text: &str) {
    let bytes = text.bytes().chain(std::iter::repeat(0));
    for (slot, byte) in field.iter_mut().zip(bytes) {
        *slot = byte;
    }
}

/// Copies the content, and returns its digest.
fn write_content(
    out: &mut impl ArchiveWriter,
    entry: &Entry,
    content: &dyn Content,
    dialect: Dialect,
) -> Result<Digests, Error> {
    let mut hasher = dialect.hasher();
    content::write_content(out, content, &entry.path, |chunk| hasher.update(chunk))?;
    pad(out, content.size_bytes())?;
    Ok(hasher.finish())
}

fn pad(out: &mut impl Write, size_bytes: u64) -> Result<(), Error> {
    let over = usize::try_from(size_bytes % BLOCK_SIZE as u64).unwrap_or(0);
    if over > 0 {
        out.write_all(ZEROS.get(..BLOCK_SIZE - over).unwrap_or_default())?;
    }
    Ok(())
}
