//! The headers of an executable (*PE Format*).

use object::LittleEndian as LE;
use object::pe::{IMAGE_DIRECTORY_ENTRY_RESOURCE, ImageDosHeader, ImageNtHeaders32, ImageNtHeaders64};
use object::read::pe::ImageNtHeaders;

/// What an executable begins with.
const MAGIC: &[u8] = b"MZ";

/// Whether a file that begins with `head` is no executable.
pub(super) fn cannot_be(head: &[u8]) -> bool {
    !head.starts_with(MAGIC) && !MAGIC.starts_with(head)
}

/// The section that the resources are in.
#[derive(Debug)]
pub(super) struct ResourceSection {
    /// Where in the file it begins.
    offset: u64,
    /// How much of it is in the file.
    pub(super) size: usize,
    /// Where in memory it begins, counted from the image's beginning.
    pub(super) address: u32,
    /// Where in the section the resources begin.
    pub(super) root: usize,
}

impl ResourceSection {
    /// What the headers in `head`, the beginning of the file, say.
    pub(super) fn find(head: &[u8]) -> Option<Self> {
        find::<ImageNtHeaders64>(head).or_else(|| find::<ImageNtHeaders32>(head))
    }

    /// Adds to `data` what of the section is in `chunk`, which begins at `position` in the file.
    pub(super) fn gather(&self, position: u64, chunk: &[u8], data: &mut Vec<u8>) {
        let wanted = self.offset + data.len() as u64;
        let missing = self.size - data.len();
        // Before the section there is nothing to take, and behind it nothing is missing.
        let Some(from) = wanted.checked_sub(position) else {
            return;
        };
        let found = usize::try_from(from).ok().and_then(|from| chunk.get(from..));
        let found = found.unwrap_or_default();
        data.extend_from_slice(found.get(..missing).unwrap_or(found));
    }
}

/// As [`ResourceSection::find`], for executables of 64 or of 32 bits.
fn find<Headers: ImageNtHeaders>(head: &[u8]) -> Option<ResourceSection> {
    let mut offset = u64::from(ImageDosHeader::parse(head).ok()?.nt_headers_offset());
    let (headers, directories) = Headers::parse(head, &mut offset).ok()?;
    let sections = headers.sections(head, offset).ok()?;
    let resources = directories.get(IMAGE_DIRECTORY_ENTRY_RESOURCE)?.virtual_address.get(LE);
    sections.iter().find_map(|section| {
        let address = section.virtual_address.get(LE);
        let (offset, size) = section.pe_file_range();
        let root = resources.checked_sub(address).filter(|root| *root < size)?;
        Some(ResourceSection {
            offset: offset.into(),
            size: usize::try_from(size).ok()?,
            address,
            root: usize::try_from(root).ok()?,
        })
    })
}
