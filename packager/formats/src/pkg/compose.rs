//! Puts a pkg together.

use packager_artifact::{OwnBytes, Part, Sha256Digest, SharedPart, Unsigned};
use zeroize::Zeroizing;

use super::bom::bom;
use super::cpio::{Entries, MAX_ENTRY_SIZE, TRAILER_SIZE};
use super::distribution::{COMPONENT, distribution};
use super::listed::{Listed, What};
use super::package_info::package_info;
use super::scripts;
use super::shared::SharedNotes;
use super::toc::{Member, MemberData, Toc};
use crate::content::archive_buffer;
use crate::order::check_order;
use crate::stream::close;
use crate::{Compression, Error, Package, SharedDigests, Tree};

/// What libmagic says of one. IANA has no type for it.
pub const MEDIA_TYPE: &str = "application/x-xar";

/// Composes a pkg of shared runs, the first of which was written for the first position, and the files in `own`. It has room
/// for the signatures that `package` names.
///
/// # Errors
/// [`Error::Mismatch`] when a path is there twice or lacks its directory, or a run was made by another compression;
/// [`Error::Invalid`] when a text of `package` cannot stand in a pkg, or a file is larger than one can be; [`Error::Io`] when
/// an own file cannot be read; [`Error::Shared`] when a shared part cannot.
pub fn compose(
    package: &Package,
    shared: &[(SharedPart, &SharedNotes)],
    own: &Tree,
    digests: &SharedDigests<'_>,
) -> Result<Unsigned, Error> {
    let mut files: Vec<Listed> = shared
        .iter()
        .flat_map(|(_, notes)| notes.files.iter().cloned())
        .collect();
    let own_archive = write_own(package, own, shared.is_empty(), &mut files)?;
    check_order(
        files
            .iter()
            .map(|file| (file.path.as_str(), file.what == What::Directory)),
    )?;

    let runs: Vec<_> = shared.iter().map(|(_, notes)| &notes.run).collect();
    let tail = close(Compression::Gzip, &runs, &own_archive)
        .map_err(|_| Error::Mismatch("a shared part is not compressed with gzip".to_owned()))?;
    let tail = OwnBytes::new(tail);
    let mut payload_sha256 = digests.packed(shared.iter().map(|(part, _)| *part))?;
    payload_sha256.update(tail.expose());
    let shared_size = shared.iter().map(|(part, _)| part.size_bytes).sum::<u64>();

    // In the order in which they lie in the heap.
    let definition = distribution(package)?.into_bytes();
    let mut component = vec![
        ("Bom", bom(&files, package.build_time)?),
        ("PackageInfo", package_info(package, &files)?.into_bytes()),
    ];
    component.extend(scripts::archive(&package.scripts, package.build_time)?.map(|archive| ("Scripts", archive)));
    let mut members: Vec<_> = component.iter().map(|(name, bytes)| file(name, bytes)).collect();
    members.push(Member {
        name: "Payload",
        data: MemberData::File {
            size_bytes: shared_size + tail.size_bytes(),
            sha256: payload_sha256.finish(),
        },
    });
    let toc = Toc {
        build_time: package.build_time,
        signatures: package.signatures.clone(),
        members: vec![
            file("Distribution", &definition),
            Member {
                name: COMPONENT,
                data: MemberData::Directory(members),
            },
        ],
    };
    let mut head = vec![toc.head()?, definition];
    head.extend(component.into_iter().map(|(_, bytes)| bytes));

    let mut parts = vec![Part::Own(OwnBytes::new(head.concat()))];
    parts.extend(shared.iter().map(|(part, _)| Part::Shared(*part)));
    parts.push(Part::Own(tail));
    Ok(Unsigned {
        file_name: format!("{}.pkg", package.name),
        media_type: MEDIA_TYPE,
        parts,
    })
}

/// Has `digests` remember the state that [`compose`] goes on from.
///
/// # Errors
/// [`Error::Shared`] when a shared part cannot be read.
pub fn remember(shared: &[(SharedPart, &SharedNotes)], digests: &SharedDigests<'_>) -> Result<(), Error> {
    digests.packed(shared.iter().map(|(part, _)| *part)).map(drop)
}

fn file(name: &'static str, bytes: &[u8]) -> Member {
    Member {
        name,
        data: MemberData::File {
            size_bytes: bytes.len() as u64,
            sha256: Sha256Digest::of(bytes),
        },
    }
}

/// The archive's entries of `own` and its end; in front of them the root, if there is nothing else.
fn write_own(
    package: &Package,
    own: &Tree,
    is_all: bool,
    files: &mut Vec<Listed>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut buffer = archive_buffer(own, MAX_ENTRY_SIZE, MAX_ENTRY_SIZE + TRAILER_SIZE)?;
    let first = own.entries().first().map_or("", |entry| entry.path.as_str());
    let mut archive = Entries::new(&mut *buffer, first, package.build_time)?;
    if is_all {
        archive.root()?;
    }
    for entry in own.entries() {
        files.push(archive.entry(entry)?);
    }
    archive.trailer()?;
    Ok(buffer)
}
