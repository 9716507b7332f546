//! Writing a cabinet.

use std::io::{self, Write};

use md5::{Digest, Md5};

use super::header::header;
use super::layout::{Layout, Place};
use super::{CabinetFile, Packed, Packing, mszip, stored};
use crate::Error;
use crate::content::copy;
use crate::msi::file_version::{FileVersion, VersionReader};

/// Writes a cabinet of `files`, in their order, each content once. `build_time` is in seconds since 1970. Also returns what
/// is to be said of each file, and the length of the cabinet in bytes, which is a multiple of `granule`, at most 4,096.
///
/// While it is compressed, the whole cabinet is in memory; while it is stored, one block of it.
///
/// # Errors
/// [`Error::Invalid`] for no file or more than 65,535, contents of more than 2 GiB, and a key that cannot stand in the
/// `File` table or stands there twice; [`Error::Mismatch`] when a file is not as long as it said; [`Error::Io`] when a file
/// cannot be read or `out` cannot be written; [`Error::Compression`] when the compressor refuses.
pub(crate) fn write_cabinet<W: Write>(
    files: &[CabinetFile<'_>],
    packing: &Packing,
    granule: u64,
    build_time: u64,
    mut out: W,
) -> Result<(W, Vec<Packed>, u64), Error> {
    let layout = Layout::of(files)?;
    match packing {
        Packing::Stored => {
            let (header, size) = header(files, &layout, packing, layout.size_bytes.into(), granule, build_time)?;
            out.write_all(&header)?;
            let mut folder = stored::Folder::new(out);
            let packed = read_files(files, &layout, |chunk| folder.take(chunk))?;
            Ok((folder.finish()?, packed, size.into()))
        }
        Packing::MsZip(effort) => {
            let mut folder = mszip::Folder::new(effort);
            let packed = read_files(files, &layout, |chunk| folder.take(chunk))?;
            let blocks = folder.finish().map_err(Error::Compression)?;
            let data_size = blocks.iter().map(|blocks| blocks.data_size).sum();
            let (header, size) = header(files, &layout, packing, data_size, granule, build_time)?;
            out.write_all(&header)?;
            for blocks in blocks {
                out.write_all(&blocks.bytes)?;
            }
            Ok((out, packed, size.into()))
        }
    }
}

/// Hands the folder's content on in chunks.
fn read_files(
    files: &[CabinetFile<'_>],
    layout: &Layout,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Vec<Packed>, Error> {
    let mut packed: Vec<Packed> = Vec::with_capacity(files.len());
    for (file, place) in files.iter().zip(&layout.places) {
        let double = place.double_of.and_then(|first| packed.get(first));
        let (md5, version) = match double {
            Some(double) => (double.md5, double.version.clone()),
            None => read_file(file, place, &mut take)?,
        };
        packed.push(Packed {
            key: file.key.clone(),
            size_bytes: place.size_bytes.into(),
            md5,
            version,
        });
    }
    Ok(packed)
}

fn read_file(
    file: &CabinetFile<'_>,
    place: &Place,
    take: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<([u8; 16], Option<FileVersion>), Error> {
    let mut md5 = Md5::new();
    let mut version = VersionReader::new(place.size_bytes.into());
    copy(file.content, file.path, |chunk| {
        md5.update(chunk);
        version.look(chunk);
        take(chunk)
    })?;
    let md5 = match place.size_bytes {
        0 => [0; 16],
        _ => md5.finalize().into(),
    };
    Ok((md5, version.finish()))
}
