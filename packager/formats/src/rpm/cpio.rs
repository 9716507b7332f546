//! The payload's archive: cpio's "new" ASCII form (cpio(5)).
//!
//! An entry is a header of thirteen numbers in eight hexadecimal digits each behind the magic, the name with a zero byte,
//! and the content, name and content each padded to four bytes. An entry called `TRAILER!!!` ends the archive. Names begin
//! with `./` (`rpmlib(PayloadFilesHavePrefix)`).

use std::io::Write;

use packager_artifact::Sha256State;

use super::listed::{Listed, What};
use crate::content::{ArchiveWriter, write_content};
use crate::{Entry, Error, Kind, OnUpgrade};

const MAGIC: &str = "070701";
const TRAILER: &str = "TRAILER!!!";
/// Length of a header.
const HEADER_SIZE: usize = 110;
/// More than an entry takes beside its content: the header, the longest name and the longest target, padded.
pub(super) const MAX_ENTRY_SIZE: usize = HEADER_SIZE + 2 * (1024 + 8);
/// Length of the end.
pub(super) const TRAILER_SIZE: usize = (HEADER_SIZE + TRAILER.len() + 1).next_multiple_of(4);

/// Writes one entry, for a directory of the host nothing.
///
/// # Errors
/// [`Error::Mismatch`] when the content is not as long as it says; [`Error::Invalid`] when it has 4 GiB or more;
/// [`Error::Io`] when reading or writing fails.
pub(super) fn write_entry(out: &mut impl ArchiveWriter, entry: &Entry, build_time: u64) -> Result<Listed, Error> {
    let mut listed = Listed {
        path: entry.path.as_str().to_owned(),
        mode: entry.mode,
        what: match &entry.kind {
            Kind::Directory => What::Directory,
            Kind::HostDirectory => What::HostDirectory,
            Kind::Symlink(target) => What::Symlink { target: target.clone() },
            Kind::File {
                content, on_upgrade, ..
            } => What::File {
                sha256: String::new(),
                size_bytes: u32::try_from(content.size_bytes())
                    .map_err(|_| Error::Invalid(format!("{} is too large for an rpm", entry.path)))?,
                is_kept: *on_upgrade == OnUpgrade::KeepEdited,
            },
        },
    };
    if listed.what == What::HostDirectory {
        return Ok(listed);
    }
    let time = u32::try_from(build_time).map_err(|_| Error::Invalid("the time does not fit into an rpm".to_owned()))?;
    write_header(
        out,
        &format!("./{}", entry.path),
        listed.st_mode(),
        time,
        listed.size_bytes(),
    )?;
    match (&entry.kind, &mut listed.what) {
        (Kind::File { content, .. }, What::File { sha256, .. }) => {
            let mut state = Sha256State::default();
            write_content(out, content.as_ref(), &entry.path, |chunk| state.update(chunk))?;
            *sha256 = state.finish().to_string();
        }
        (Kind::Symlink(target), _) => out.write_all(target.as_bytes())?,
        _ => {}
    }
    pad(out, listed.size_bytes() as usize)?;
    Ok(listed)
}

/// Ends an archive.
pub(super) fn write_trailer(out: &mut impl Write) -> Result<(), Error> {
    write_header(out, TRAILER, 0, 0, 0)
}

fn write_header(out: &mut impl Write, name: &str, mode: u32, time: u32, size_bytes: u32) -> Result<(), Error> {
    let name_size = name.len() + 1;
    // Inode, mode, user, group, links, time, size, four numbers of devices, length of the name, checksum.
    write!(
        out,
        "{MAGIC}{:08x}{mode:08x}{:08x}{:08x}{:08x}{time:08x}{size_bytes:08x}{:08x}{:08x}{:08x}{:08x}{name_size:08x}{:08x}",
        0, 0, 0, 1, 0, 0, 0, 0, 0
    )?;
    out.write_all(name.as_bytes())?;
    out.write_all(&[0])?;
    pad(out, HEADER_SIZE + name_size)
}

fn pad(out: &mut impl Write, size: usize) -> Result<(), Error> {
    let padding = size.next_multiple_of(4) - size;
    out.write_all([0; 3].get(..padding).unwrap_or_default())?;
    Ok(())
}
