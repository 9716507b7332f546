//! tar archives, entry by entry, as deb and Arch packages carry them.
//!
//! Headers are GNU's (*GNU tar manual*, "Basic Tar Format"); a path or link target of more than 100 bytes stands in a
//! long-name entry in front. dpkg, libarchive and GNU tar read these; dpkg does not read pax records. Every entry
//! belongs to root and carries the same time.

use std::io::Write;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use tar::{EntryType, Header};

use crate::content::copy;
use crate::{Content, Entry, Error, Kind};

/// Size of a header, and the unit that contents are padded to.
const BLOCK_SIZE: usize = 512;
/// tar reads and writes records of twenty blocks.
const RECORD_SIZE: usize = 20 * BLOCK_SIZE;
/// Name of the entry that holds a long path or target for the entry behind it.
const LONG_NAME: &str = "././@LongLink";
const ZEROS: [u8; RECORD_SIZE] = [0; RECORD_SIZE];

/// A file that was written, as lists of files need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Path without a leading slash.
    pub path: String,
    /// What it is.
    pub what: What,
}

/// What an entry that was written is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// A regular file.
    File {
        /// MD5 of the content, in hexadecimal.
        md5: String,
        /// Length of the content.
        size_bytes: u64,
    },
    /// A directory.
    Directory,
    /// A directory of the host, for which nothing was written.
    HostDirectory,
    /// A symbolic link.
    Symlink,
}

/// Writes one entry, its name beginning with `./` as in the archives of `dpkg-deb`.
///
/// # Errors
/// [`Error::Mismatch`] when the content is not as long as it says; [`Error::Io`] when reading or writing fails.
pub(crate) fn write_entry(out: &mut impl Write, entry: &Entry, build_time: u64) -> Result<Written, Error> {
    let mut header = Header::new_gnu();
    header.set_mode(entry.mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_mtime(build_time);
    let mut name = format!("./{}", entry.path);
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
            What::Symlink
        }
        Kind::File { content, .. } => {
            let size_bytes = content.size_bytes();
            header.set_entry_type(EntryType::Regular);
            header.set_size(size_bytes);
            write_header(out, header, &name, None)?;
            let md5 = write_content(out, entry, content.as_ref())?;
            What::File { md5, size_bytes }
        }
    };
    Ok(Written {
        path: entry.path.as_str().to_owned(),
        what,
    })
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

/// Copies the content, and returns its MD5.
fn write_content(out: &mut impl Write, entry: &Entry, content: &dyn Content) -> Result<String, Error> {
    let mut md5 = Md5::new();
    copy(content, &entry.path, |chunk| {
        md5.update(chunk);
        out.write_all(chunk)
    })?;
    pad(out, content.size_bytes())?;
    Ok(hex::encode(md5.finalize()))
}

fn pad(out: &mut impl Write, size_bytes: u64) -> Result<(), Error> {
    let over = usize::try_from(size_bytes % BLOCK_SIZE as u64).unwrap_or(0);
    if over > 0 {
        out.write_all(ZEROS.get(..BLOCK_SIZE - over).unwrap_or_default())?;
    }
    Ok(())
}
