//! The header ([MS-CFB] 2.2), which has a sector to itself.

use super::{MAX_FAT_SECTORS, MINI_CUTOFF, SECTOR_SIZE};
use crate::Error;

const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// Where the sectors of the directory are counted, and the first sectors of it and of the FAT stand.
const DIRECTORY_SECTORS: usize = 40;
const FIRST_DIRECTORY_SECTOR: usize = 48;
const FIRST_FAT_SECTOR: usize = 76;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;

/// Where things begin, in sectors, and how many sectors they have.
pub(super) struct Header {
    pub(super) fat: (u32, usize),
    pub(super) directory: (u32, usize),
    pub(super) mini_fat: (u32, usize),
}

impl Header {
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Error> {
        let (fat, fat_sectors) = self.fat;
        let (directory, directory_sectors) = self.directory;
        let (mini_fat, mini_fat_sectors) = self.mini_fat;
        let mut bytes = Vec::with_capacity(SECTOR_SIZE);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 16]);
        // Minor and major version, little-endian, the powers of two of both sizes of sectors.
        for field in [0x3E_u16, 4, 0xFFFE, 12, 6, 0, 0, 0] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        for field in [
            count(directory_sectors)?,
            count(fat_sectors)?,
            directory,
            // No transactions.
            0,
            count(MINI_CUTOFF)?,
            mini_fat,
            count(mini_fat_sectors)?,
            // All sectors of the FAT are listed here.
            END_OF_CHAIN,
            0,
        ] {
            bytes.extend_from_slice(&field.to_le_bytes());
        }
        for at in 0..MAX_FAT_SECTORS {
            let sector = if at < fat_sectors { fat + count(at)? } else { FREE };
            bytes.extend_from_slice(&sector.to_le_bytes());
        }
        bytes.resize(SECTOR_SIZE, 0);
        Ok(bytes)
    }
}

/// What is read of a header that was written here.
pub(super) struct Known {
    /// The first sector of the FAT.
    pub(super) fat: u32,
    /// The first sector of the directory.
    pub(super) directory: u32,
    /// How many sectors the directory has.
    pub(super) directory_sectors: u32,
}

pub(super) fn read(header: &[u8]) -> Option<Known> {
    let field = |at: usize| Some(u32::from_le_bytes(*header.get(at..)?.first_chunk()?));
    let known = Known {
        fat: field(FIRST_FAT_SECTOR)?,
        directory: field(FIRST_DIRECTORY_SECTOR)?,
        directory_sectors: field(DIRECTORY_SECTORS)?,
    };
    (header.starts_with(&MAGIC) && header.len() == SECTOR_SIZE).then_some(known)
}

fn count(count: usize) -> Result<u32, Error> {
    u32::try_from(count).map_err(|_| Error::Invalid("the package is larger than an msi can be".to_owned()))
}
