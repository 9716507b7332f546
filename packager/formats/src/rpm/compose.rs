//! Puts an rpm together.

use packager_artifact::{OwnBytes, Part, SharedPart, Unsigned};
use zeroize::Zeroizing;

use super::cpio::{MAX_ENTRY_SIZE, TRAILER_SIZE, write_entry, write_trailer};
use super::lead::lead;
use super::listed::{Listed, What};
use super::package_header::{Names, PayloadDigests, package_header};
use super::shared::SharedNotes;
use super::signature_header::{Sizes, signature_header};
use crate::content::archive_buffer;
use crate::order::check_order;
use crate::stream::close;
use crate::{Compression, Error, Package, SharedDigests, Tree};

/// What servers of packages say. IANA has no type for rpm.
const MEDIA_TYPE: &str = "application/x-rpm";

/// Composes an rpm of shared runs, the first of which was written for the first position, and the files in `own`.
///
/// # Errors
/// [`Error::Mismatch`] when a path is there twice or lacks its directory, or a run was made by another compression;
/// [`Error::Invalid`] when a text of `package` cannot stand in an rpm, or it is larger than one can be; [`Error::Io`] when
/// an own file cannot be read; [`Error::Shared`] when a shared part cannot.
pub fn compose(
    package: &Package,
    shared: &[(SharedPart, &SharedNotes)],
    own: &Tree,
    compression: Compression,
    digests: &SharedDigests<'_>,
) -> Result<Unsigned, Error> {
    let names = Names::of(package)?;
    let mut files: Vec<Listed> = shared
        .iter()
        .flat_map(|(_, notes)| notes.files.iter().cloned())
        .collect();
    let own_archive = write_own(package, own, &mut files)?;
    check_order(files.iter().map(|file| {
        let is_directory = matches!(file.what, What::Directory | What::HostDirectory);
        (file.path.as_str(), is_directory)
    }))?;

    let runs: Vec<_> = shared.iter().map(|(part, notes)| (*part, &notes.run)).collect();
    let notes: Vec<_> = runs.iter().map(|(_, run)| *run).collect();
    let tail = close(compression, &notes, &own_archive).map_err(|_| {
        Error::Mismatch(format!(
            "a shared part is not compressed with {}",
            compression.extension()
        ))
    })?;
    let tail = OwnBytes::new(tail);

    let mut packed = digests.packed(runs.iter().map(|(part, _)| *part))?;
    packed.update(tail.expose());
    let mut unpacked = digests.unpacked(&runs)?;
    unpacked.update(&own_archive);
    let payload = PayloadDigests {
        packed: packed.finish(),
        unpacked: unpacked.finish(),
    };
    let header = package_header(package, &names, &files, compression, &payload)?;
    let packed_size = runs.iter().map(|(part, _)| part.size_bytes).sum::<u64>() + tail.size_bytes();
    let unpacked_size = runs.iter().map(|(_, run)| run.unpacked_size_bytes()).sum::<u64>();
    let sizes = Sizes {
        header_and_payload: header.len() as u64 + packed_size,
        unpacked: unpacked_size + own_archive.len() as u64,
    };
    let lead = lead(&names.full, package.architecture);
    let head = [&lead[..], &signature_header(&header, sizes, None)?, &header].concat();

    let mut parts = vec![Part::Own(OwnBytes::new(head))];
    parts.extend(runs.iter().map(|(part, _)| Part::Shared(*part)));
    parts.push(Part::Own(tail));
    Ok(Unsigned {
        file_name: names.file(),
        media_type: MEDIA_TYPE,
        parts,
    })
}

/// Has `digests` remember the states that [`compose`] goes on from.
///
/// # Errors
/// [`Error::Shared`] when a shared part cannot be read.
pub fn remember(shared: &[(SharedPart, &SharedNotes)], digests: &SharedDigests<'_>) -> Result<(), Error> {
    let runs: Vec<_> = shared.iter().map(|(part, notes)| (*part, &notes.run)).collect();
    digests.packed(runs.iter().map(|(part, _)| *part))?;
    digests.unpacked(&runs)?;
    Ok(())
}

/// The archive's entries of `own` and its end.
fn write_own(package: &Package, own: &Tree, files: &mut Vec<Listed>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut archive = archive_buffer(own, MAX_ENTRY_SIZE, TRAILER_SIZE)?;
    for entry in own.entries() {
        files.push(write_entry(&mut *archive, entry, package.build_time)?);
    }
    write_trailer(&mut *archive)?;
    Ok(archive)
}
