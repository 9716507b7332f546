//! What stands in front of a cabinet's data: header, folder, and list of files (sections 2.1 to 2.3).

use super::data::DATA_HEADER_SIZE;
use super::dos_time::dos_time;
use super::layout::Layout;
use super::{CabinetFile, Packing};
use crate::Error;

const HEADER_SIZE: u32 = 36;
const FOLDER_SIZE: u32 = 8;
/// Length of an entry in the list of files, beside the name and its zero byte.
const FILE_SIZE: usize = 16;
/// Minor and major.
const VERSION: [u8; 2] = [3, 1];
/// Changed since the last backup, as every file that is new on a disk.
const ATTRIBUTE_ARCHIVE: u16 = 0x20;

/// The beginning of a cabinet of `files`, whose blocks of data have `data_size` bytes, beside what stands in front of
/// each. Also returns the length of the cabinet.
///
/// # Errors
/// [`Error::Invalid`] if the cabinet is too large.
pub(super) fn header(
    files: &[CabinetFile<'_>],
    layout: &Layout,
    packing: &Packing,
    data_size: u64,
    build_time: u64,
) -> Result<(Vec<u8>, u32), Error> {
    let too_large = |_| Error::Invalid("a cabinet is shorter than 4 GiB".to_owned());
    let list_size: usize = files.iter().map(|file| FILE_SIZE + file.key.len() + 1).sum();
    let data_begin = u64::from(HEADER_SIZE + FOLDER_SIZE) + list_size as u64;
    let cabinet_size = data_begin + data_size + u64::from(layout.blocks) * DATA_HEADER_SIZE as u64;
    let cabinet_size = u32::try_from(cabinet_size).map_err(too_large)?;
    let data_begin = u32::try_from(data_begin).map_err(too_large)?;

    let mut out = Vec::new();
    // CFHEADER. No previous and next cabinet, nothing reserved: no flags. A package's cabinets are no set.
    out.extend_from_slice(b"MSCF\0\0\0\0");
    out.extend_from_slice(&cabinet_size.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(HEADER_SIZE + FOLDER_SIZE).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&VERSION);
    let (folders, flags, set, number) = (1_u16, 0, 0, 0);
    for number in [folders, layout.files, flags, set, number] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    // CFFOLDER.
    out.extend_from_slice(&data_begin.to_le_bytes());
    let compression = match packing {
        Packing::Stored => 0_u16,
        Packing::MsZip(_) => 1,
    };
    for number in [layout.blocks, compression] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    let (date, time) = dos_time(build_time);
    for (file, place) in files.iter().zip(&layout.places) {
        // CFFILE.
        out.extend_from_slice(&place.size_bytes.to_le_bytes());
        out.extend_from_slice(&place.offset.to_le_bytes());
        let folder = 0;
        for number in [folder, date, time, ATTRIBUTE_ARCHIVE] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(file.key.as_bytes());
        out.push(0);
    }
    Ok((out, cabinet_size))
}
