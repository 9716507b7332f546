//! Puts a deb together.

use packager_artifact::{OwnBytes, Part, SharedPart, Unsigned};
use zeroize::Zeroizing;

use super::ar::{MAGIC, header, padding};
use super::control::{self, control_member, file_name};
use crate::content::archive_buffer;
use crate::order::check_order;
use crate::stream::close;
use crate::tar_run::TarNotes;
use crate::tarball::{Dialect, Written, end_size, write_tree};
use crate::{Compression, Error, Package, Tree};

/// IANA, `application/vnd.debian.binary-package`.
const MEDIA_TYPE: &str = "application/vnd.debian.binary-package";

/// Composes a deb of shared runs, the first of which was written for the first position, and the files in `own`.
///
/// # Errors
/// [`Error::Mismatch`] when a path is there twice or lacks its directory, or a run was made by another compression;
/// [`Error::Invalid`] when a text of `package` cannot stand in a deb; [`Error::Io`] when an own file cannot be read.
pub fn compose(
    package: &Package,
    shared: &[(SharedPart, &TarNotes)],
    own: &Tree,
    compression: Compression,
) -> Result<Unsigned, Error> {
    let mut written: Vec<Written> = shared
        .iter()
        .flat_map(|(_, notes)| notes.files.iter().cloned())
        .collect();
    let own_archive = write_own(package, own, &mut written)?;
    // dpkg makes no directories of its own accord.
    check_order(
        written
            .iter()
            .map(|entry| (entry.path.as_str(), entry.what.is_directory())),
    )?;

    let runs: Vec<_> = shared.iter().map(|(_, notes)| &notes.run).collect();
    let mut tail = close(compression, &runs, &own_archive).map_err(|_| {
        Error::Mismatch(format!(
            "a shared part is not compressed with {}",
            compression.extension()
        ))
    })?;
    let data_size = shared.iter().map(|(part, _)| part.size_bytes).sum::<u64>() + tail.len() as u64;
    // There is room for it: the buffer was made with some to spare.
    tail.extend_from_slice(padding(data_size));

    let mut parts = vec![Part::Own(OwnBytes::new(head(
        package,
        &written,
        own,
        compression,
        data_size,
    )?))];
    parts.extend(shared.iter().map(|(part, _)| Part::Shared(*part)));
    parts.push(Part::Own(OwnBytes::new(tail)));
    Ok(Unsigned {
        file_name: file_name(package)?,
        media_type: MEDIA_TYPE,
        parts,
    })
}

/// The tar entries of `own` and the archive's end.
fn write_own(package: &Package, own: &Tree, written: &mut Vec<Written>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut archive = archive_buffer(own, 4096, 20_480)?;
    written.extend(write_tree(&mut *archive, own, package.build_time, Dialect::Deb)?);
    let size = archive.len();
    archive.resize(size + end_size(size), 0);
    Ok(archive)
}

/// Everything in front of the shared parts.
fn head(
    package: &Package,
    written: &[Written],
    own: &Tree,
    compression: Compression,
    data_size: u64,
) -> Result<Vec<u8>, Error> {
    const VERSION: &[u8] = b"2.0\n";
    let control = control_member(package, written, own)?;
    let time = package.build_time;
    let (control_extension, data_extension) = (control::COMPRESSION.extension(), compression.extension());
    Ok([
        MAGIC.as_slice(),
        &header("debian-binary", VERSION.len() as u64, time)?,
        VERSION,
        &header(&format!("control.tar.{control_extension}"), control.len() as u64, time)?,
        &control,
        padding(control.len() as u64),
        &header(&format!("data.tar.{data_extension}"), data_size, time)?,
    ]
    .concat())
}
