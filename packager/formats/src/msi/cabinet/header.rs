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
/// The lengths of what is reserved in the header, in the folder and in blocks.
const RESERVED_SIZE: u64 = 4;
/// `cfhdrRESERVE_PRESENT`: these lengths are there.
const RESERVES: u16 = 4;
/// Minor and major.
const VERSION: [u8; 2] = [3, 1];
/// Changed since the last backup, as every file that is new on a disk.
const ATTRIBUTE_ARCHIVE: u16 = 0x20;

/// The beginning of a cabinet of `files`, whose blocks of data have `data_size` bytes, beside what stands in front of
/// each. Also returns the length of the cabinet, which is a multiple of `granule`: what is missing is reserved in the header, as
/// it is for a cabinet's signature, and is zeros.
///
/// # Errors
/// [`Error::Invalid`] if the cabinet is too large.
pub(super) fn header(
    files: &[CabinetFile<'_>],
    layout: &Layout,
    packing: &Packing,
    data_size: u64,
    granule: u64,
    build_time: u64,
) -> Result<(Vec<u8>, u32), Error> {
    let too_large = |_| Error::Invalid("a cabinet is shorter than 4 GiB".to_owned());
    let list_size: usize = files.iter().map(|file| FILE_SIZE + file.key.len() + 1).sum();
    let data_size = data_size + u64::from(layout.blocks) * DATA_HEADER_SIZE as u64;
    let least = u64::from(HEADER_SIZE + FOLDER_SIZE) + list_size as u64 + data_size;
    let missing = if least.is_multiple_of(granule) {
        0
    } else {
        (least + RESERVED_SIZE).next_multiple_of(granule) - least
    };
    let cabinet_size = u32::try_from(least + missing).map_err(too_large)?;
    let head_size = HEADER_SIZE + FOLDER_SIZE + u32::try_from(missing).map_err(too_large)?;
    let data_begin = u32::try_from(least + missing - data_size).map_err(too_large)?;

    let mut out = Vec::new();
    // CFHEADER. No previous and next cabinet: a package's cabinets are no set.
    out.extend_from_slice(b"MSCF\0\0\0\0");
    out.extend_from_slice(&cabinet_size.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&head_size.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&VERSION);
    let flags = if missing == 0 { 0 } else { RESERVES };
    let (folders, set, number) = (1_u16, 0, 0);
    for number in [folders, layout.files, flags, set, number] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    if let Some(reserved) = missing.checked_sub(RESERVED_SIZE) {
        let reserved = u16::try_from(reserved).map_err(too_large)?;
        out.extend_from_slice(&reserved.to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out.resize(out.len() + usize::from(reserved), 0);
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
