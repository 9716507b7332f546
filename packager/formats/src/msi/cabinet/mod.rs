//! Cabinets, which carry the files of a Windows Installer package. Section numbers are those of [MS-CAB] (*Cabinet File
//! Format*) and [MS-MCI] (*Microsoft ZIP (MSZIP) Compression and Decompression Data Structure*). Numbers are little-endian.
//!
//! ```text
//! CFHEADER   36 bytes   magic, length of the cabinet, where the files' list is, how many folders and files
//! CFFOLDER    8 bytes   where its data is, of how many blocks, how it is compressed
//! CFFILE     16 bytes and a name: length, place in the folder, time; one for each file
//! CFDATA      8 bytes and the data: checksum, length as it is stored and unpacked; one for each block
//! ```
//!
//! A *folder* is no directory: it is the contents of files behind each other, as one stream. That stream is cut into blocks
//! of 32,768 bytes, whatever is in them, the last one shorter. Here a cabinet has one folder.
//!
//! In an MSZIP folder a block is `CK` and a whole deflate stream, its last block marked ([MS-MCI] section 2). Matches may
//! reach back over what the blocks before unpack to, 32,768 bytes at most: the block before is the dictionary. So what
//! a block is compressed to depends on contents alone, and blocks can be compressed side by side (`mszip.rs`).
//!
//! Windows Installer finds a file by its name in the cabinet, which is its key in the `File` table, and takes files in the
//! order of their sequence numbers there: it must be the order here.
//!
//! Files of the same content are stored once: their entries name the same place. That is an old custom (*smart cabbing*),
//! and every reader goes back. It unpacks the folder from its beginning again to do so: files that have a double are
//! best listed first.

mod data;
mod dos_time;
mod header;
mod layout;
mod mszip;
mod stored;
mod write;

use serde::{Deserialize, Serialize};

pub(crate) use write::write_cabinet;

use super::file_version::FileVersion;
use crate::{Content, Effort, TreePath};

/// How a cabinet's data is stored.
#[derive(Debug, Clone)]
pub(crate) enum Packing {
    /// As it is. For files of one package: nothing of a file stays in memory.
    Stored,
    /// Compressed. For files that hold no secret: the compressor does not clear its tables.
    MsZip(Effort),
}

/// A file for a cabinet.
pub(crate) struct CabinetFile<'a> {
    /// Its key in the `File` table: at most 72 ASCII letters, digits, underscores and periods, of which the first is
    /// a letter or an underscore.
    pub(crate) key: String,
    /// Where it is installed, for messages.
    pub(crate) path: &'a TreePath,
    /// Its bytes.
    pub(crate) content: &'a dyn Content,
}

/// What Windows Installer's tables say of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Packed {
    /// Its key in the `File` table.
    pub(crate) key: String,
    /// Its length.
    pub(crate) size_bytes: u64,
    /// Its MD5 value, or zeros if it is empty, as `MsiGetFileHash` has it.
    pub(crate) md5: [u8; 16],
    /// The version of an executable.
    pub(crate) version: Option<FileVersion>,
}

#[cfg(test)]
mod tests;
