//! Puts an Arch package together.

use std::sync::Arc;

use packager_artifact::{OwnBytes, Part, SharedPart, Unsigned};
use zeroize::Zeroizing;

use super::info::{build_info, file_name, package_info};
use super::install::install;
use super::mtree;
use crate::content::archive_buffer;
use crate::order::check_order;
use crate::stream::{Run, close, zstd};
use crate::tar_run::TarNotes;
use crate::tarball::{Dialect, Written, write_tree};
use crate::{Compression, Error, Package, Tree};

/// RFC 8878, section 7.1. There is none for Arch packages.
const MEDIA_TYPE: &str = "application/zstd";
/// More than an entry takes beside its content: its header, and those of a long name and a long target.
const ENTRY_ROOM: usize = 4096;
/// What a tar archive ends with: two empty blocks. makepkg pads it to a record, which nothing reads.
const TAR_END: [u8; 1024] = [0; 1024];
/// More than the archive's end takes, and the header of the list of files.
const END_ROOM: usize = 4096;

/// Composes a package of shared runs and the files in `own`.
///
/// # Errors
/// [`Error::Mismatch`] when a path is there twice or lacks its directory, or a run was made by another compression;
/// [`Error::Invalid`] when a text of `package` cannot stand in a package; [`Error::Io`] when an own file cannot be read.
pub fn compose(package: &Package, shared: &[(SharedPart, &TarNotes)], own: &Tree) -> Result<Unsigned, Error> {
    let mut written: Vec<Written> = shared
        .iter()
        .flat_map(|(_, notes)| notes.files.iter().cloned())
        .collect();
    let shared_files = written.len();
    let list_room = mtree::room(&written) + mtree::room_for(own);
    let mut archive = archive_buffer(own, ENTRY_ROOM, list_room + END_ROOM)?;
    let write = |out: &mut Vec<u8>, tree: &Tree| write_tree(out, tree, package.build_time, Dialect::Arch);
    written.extend(write(&mut archive, own)?);
    // pacman would make directories with a mode of its own.
    check_order(
        written
            .iter()
            .map(|entry| (entry.path.as_str(), entry.what.is_directory())),
    )?;

    let mut head = Vec::with_capacity(20 << 10);
    let head_written = write(&mut head, &head_tree(package, &written, shared_files, own)?)?;
    let listed = head_written.iter().chain(&written);
    write(&mut archive, &mtree::tree(listed, own, package.build_time)?)?;
    archive.extend_from_slice(&TAR_END);

    // The frame begins with the files in front.
    let front = Run::Zstd(zstd::Content::default());
    let runs: Vec<_> = std::iter::once(&front)
        .chain(shared.iter().map(|(_, notes)| &notes.run))
        .collect();
    let tail = close(Compression::Zstd, &runs, &archive)
        .map_err(|_| Error::Mismatch("a shared part is not compressed with zstd".to_owned()))?;

    let mut parts = vec![Part::Own(OwnBytes::new(zstd::open(&head)))];
    parts.extend(shared.iter().map(|(part, _)| Part::Shared(*part)));
    parts.push(Part::Own(OwnBytes::new(tail)));
    Ok(Unsigned {
        file_name: file_name(package)?,
        media_type: MEDIA_TYPE,
        parts,
    })
}

/// The files in front, in which nothing is a customer's.
fn head_tree(package: &Package, written: &[Written], shared_files: usize, own: &Tree) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    let mut add = |path, text: String| {
        tree.file(path, 0o644, Arc::new(Zeroizing::new(text.into_bytes())))
            .map(drop)
    };
    add(".PKGINFO", package_info(package, written, shared_files, own)?)?;
    add(".BUILDINFO", build_info(package)?)?;
    if let Some(functions) = install(&package.scripts) {
        add(".INSTALL", functions)?;
    }
    Ok(tree)
}
