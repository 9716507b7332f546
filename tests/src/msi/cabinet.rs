//! The list of files in a cabinet (Microsoft's Cabinet Format, [MS-CAB] 2.1 and 2.3): a header that says where the list begins and
//! how many files it has, and for each file its size, its place in a folder, date, time and attributes, and its name.

/// A file in a cabinet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// How long it is, unpacked.
    pub size_bytes: u32,
}

const SIGNATURE: &[u8] = b"MSCF";
/// Offset of `coffFiles`.
const FILES_OFFSET: usize = 16;
/// Offset of `cFiles`.
const FILES_COUNT: usize = 28;
/// The size of an entry without its name.
const ENTRY_SIZE: usize = 16;

/// The files in the order of the list; `None` if it is no cabinet.
pub(super) fn list(cabinet: &[u8]) -> Option<Vec<Listed>> {
    if !cabinet.starts_with(SIGNATURE) {
        return None;
    }
    let number = |at: usize| Some(u32::from_le_bytes(cabinet.get(at..at + 4)?.try_into().ok()?));
    let mut at = number(FILES_OFFSET)? as usize;
    let count = u16::from_le_bytes(cabinet.get(FILES_COUNT..FILES_COUNT + 2)?.try_into().ok()?);
    let mut files = Vec::new();
    for _ in 0..count {
        let size_bytes = number(at)?;
        let name = cabinet.get(at + ENTRY_SIZE..)?.split(|byte| *byte == 0).next()?;
        at += ENTRY_SIZE + name.len() + 1;
        files.push(Listed {
            name: String::from_utf8_lossy(name).into_owned(),
            size_bytes,
        });
    }
    Some(files)
}
