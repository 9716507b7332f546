//! Puts an msi together.

use packager_artifact::{SharedPart, Unsigned};
use zeroize::Zeroizing;

use super::cabinet::Packing;
use super::compound::{self, Data, Stream, StreamName};
use super::database::Summary;
use super::shared::{SharedNotes, write_files};
use super::tables::{self, Cabinet};
use super::{Product, names};
use crate::content::archive_buffer;
use crate::{Architecture, Error, Package, Tree};

/// What Windows calls one.
pub const MEDIA_TYPE: &str = "application/x-msi";
/// More than a file takes in a cabinet beside its content, and more than a cabinet takes beside its files.
const MAX_ENTRY_SIZE: usize = 256;
const MAX_CABINET_SIZE: usize = 16 << 10;

/// Composes an msi of shared cabinets and the files in `own`. The [index](super::index), if these have one, stands behind them.
///
/// # Errors
/// [`Error::Mismatch`] when a path is there twice or lacks its directory, the package says nothing of its product, or the
/// index is missing or of other parts; [`Error::Invalid`] when a text of `package` or a file cannot stand in an msi; [`Error::Io`]
/// when an own file cannot be read.
pub fn compose(package: &Package, shared: &[(SharedPart, &SharedNotes)], own: &Tree) -> Result<Unsigned, Error> {
    let product = package.product.as_ref();
    let product = product.ok_or_else(|| Error::Mismatch("the package says nothing of its product".to_owned()))?;
    let (mut cabinets, mut contents, mut index) = (Vec::new(), Vec::new(), None);
    for (part, notes) in shared {
        match notes.entries() {
            Some(entries) => {
                cabinets.push(Cabinet {
                    stream: format!("shared{}.cab", cabinets.len() + 1),
                    entries: entries.to_vec(),
                });
                contents.push(Data::Shared(*part));
            }
            None => index = Some(*part),
        }
    }
    let buffer = archive_buffer(own, MAX_ENTRY_SIZE, MAX_CABINET_SIZE)?;
    let (own_cabinet, entries) = write_own(package, own, buffer)?;
    cabinets.push(Cabinet {
        stream: "own.cab".to_owned(),
        entries,
    });
    contents.push(Data::Own(own_cabinet));

    let mut streams = Vec::new();
    for (cabinet, data) in cabinets.iter().zip(contents) {
        let name = StreamName::stream(&cabinet.stream)?;
        streams.push(Stream { name, data });
    }
    streams.extend(tables::database(package, product, &cabinets)?.streams()?);
    streams.push(summary(package, product).stream()?);
    Ok(Unsigned {
        file_name: file_name(package),
        media_type: MEDIA_TYPE,
        parts: compound::write(&streams, index)?,
    })
}

/// The cabinet of own files. They may be secrets, so it is not compressed: nothing of them stays in a compressor.
fn write_own(
    package: &Package,
    own: &Tree,
    mut buffer: Zeroizing<Vec<u8>>,
) -> Result<(Zeroizing<Vec<u8>>, Vec<super::listed::Listed>), Error> {
    let (_, entries) = write_files(own, &Packing::Stored, 1, package.build_time, &mut *buffer)?;
    Ok((buffer, entries))
}

fn summary<'a>(package: &'a Package, product: &'a Product) -> Summary<'a> {
    Summary {
        product: &package.title,
        manufacturer: &product.manufacturer,
        template: match package.architecture {
            Architecture::Amd64 => "x64;1033",
            Architecture::Arm64 => "Arm64;1033",
        },
        package_code: names::code(product.package_code),
        application: "Fleet Packager",
        build_time: package.build_time,
    }
}

/// As `fleetctl package` names one.
fn file_name(package: &Package) -> String {
    match package.architecture {
        Architecture::Amd64 => format!("{}.msi", package.name),
        Architecture::Arm64 => format!("{}-arm64.msi", package.name),
    }
}
