//! `VS_VERSIONINFO` and what is in it (*Version Information*, in the reference of Menus and Other Resources).
//!
//! It is a tree of structures that all have one form: three 16-bit numbers, a key in UTF-16 that ends with zero, a value,
//! and further structures; value and structures begin at multiples of four bytes. The numbers are the structure's length,
//! with everything in it, the length of the value, and whether the value is text.
//!
//! ```text
//! VS_VERSION_INFO        VS_FIXEDFILEINFO: version and more, in numbers
//!   StringFileInfo       texts for people, in several languages
//!   VarFileInfo
//!     Translation        languages and code pages of those texts
//! ```

/// `VS_FIXEDFILEINFO.dwSignature`.
const SIGNATURE: u32 = 0xFEEF_04BD;
/// Where in it the version begins, after the signature and the structure's own version: `dwFileVersionMS` and `LS`.
const VERSION_AT: usize = 8;
/// Length of a structure's three numbers.
const NUMBERS_SIZE: usize = 6;

/// What is read of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct VersionInfo {
    /// The file's version, the most significant number first.
    pub(super) version: [u16; 4],
    /// The languages of its texts.
    pub(super) languages: Vec<u16>,
}

impl VersionInfo {
    /// Reads the data of a version resource.
    pub(super) fn read(resource: &[u8]) -> Option<Self> {
        let (root, _) = Structure::read(resource)?;
        if !root.is("VS_VERSION_INFO") || u32_at(root.value, 0)? != SIGNATURE {
            return None;
        }
        let [high, low] = [u32_at(root.value, VERSION_AT)?, u32_at(root.value, VERSION_AT + 4)?];
        let half = |number: u32| [(number >> 16) as u16, (number & 0xFFFF) as u16];
        let ([a, b], [c, d]) = (half(high), half(low));
        let translation = root.child("VarFileInfo").and_then(|var| var.child("Translation"));
        // Each is a language and a code page.
        let (translations, _) = translation.map_or(&[] as &[u8], |found| found.value).as_chunks::<4>();
        Some(Self {
            version: [a, b, c, d],
            languages: translations
                .iter()
                .map(|[low, high, ..]| u16::from_le_bytes([*low, *high]))
                .collect(),
        })
    }
}

struct Structure<'a> {
    /// UTF-16, without the zero.
    key: &'a [u8],
    value: &'a [u8],
    children: &'a [u8],
}

impl<'a> Structure<'a> {
    /// The structure that `data` begins with, and what follows it.
    fn read(data: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let size = usize::from(u16_at(data, 0)?);
        let whole = data.get(..size)?;
        // Lengths of texts are in characters.
        let unit = if u16_at(whole, 4)? == 1 { 2 } else { 1 };
        let value_size = usize::from(u16_at(whole, 2)?) * unit;
        let (characters, _) = whole.get(NUMBERS_SIZE..)?.as_chunks::<2>();
        let key_size = characters.iter().position(|character| *character == [0; 2])? * 2;
        let key_end = NUMBERS_SIZE + key_size;
        let value_begin = aligned(key_end + 2);
        let value_end = value_begin + value_size;
        let structure = Self {
            key: whole.get(NUMBERS_SIZE..key_end)?,
            // Not everybody counts as they say they do.
            value: whole.get(value_begin..value_end.min(size)).unwrap_or_default(),
            children: whole.get(aligned(value_end)..).unwrap_or_default(),
        };
        // Only the last one may lack its padding.
        Some((structure, data.get(aligned(size)..).unwrap_or_default()))
    }

    fn is(&self, key: &str) -> bool {
        let (characters, _) = self.key.as_chunks::<2>();
        characters
            .iter()
            .map(|character| u16::from_le_bytes(*character))
            .eq(key.encode_utf16())
    }

    /// The first structure in this one with that key.
    fn child(&self, key: &str) -> Option<Structure<'a>> {
        let mut rest = self.children;
        // A structure takes six bytes at least, so this ends.
        loop {
            let (child, after) = Structure::read(rest)?;
            if child.is(key) {
                return Some(child);
            }
            rest = after;
        }
    }
}

/// The next multiple of four.
const fn aligned(offset: usize) -> usize {
    offset.next_multiple_of(4)
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?))
}
