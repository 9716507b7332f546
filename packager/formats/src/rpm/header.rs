//! Header structures: the signature header and the header of a package are both one.
//!
//! A structure begins with its magic, the number of its index entries and the size of its store, in bytes. An index entry
//! is four 32-bit numbers: a tag, a type, an offset into the store and a count. The store has the values, numbers in
//! network order and at multiples of their size, texts ended by a zero byte (rpm's documentation, "Package format",
//! "Header structure"). Entries are in the order of their tags.
//!
//! The first entry is the *region*: its value, the last 16 bytes of the store, is an index entry again, whose offset says
//! how far back the index goes that digests and signatures cover. rpm puts whatever it adds behind it, and refuses entries
//! that lie in it twice or out of order.

use super::tag::Tag;
use crate::Error;

/// What a structure begins with: magic, version 1, four bytes that are reserved.
const MAGIC: [u8; 8] = [0x8E, 0xAD, 0xE8, 1, 0, 0, 0, 0];
/// Length of the magic and the two numbers behind it.
const INTRO_SIZE: usize = 16;
/// Length of an index entry.
const ENTRY_SIZE: usize = 16;

/// The type of 32-bit numbers.
const INT32: u32 = 4;

/// The value of a tag.
pub(super) enum Value {
    Int16(Vec<u16>),
    Int32(Vec<u32>),
    Text(String),
    Binary(Vec<u8>),
    Texts(Vec<String>),
    /// A text in the language `C`.
    Localized(String),
}

impl Value {
    /// One number.
    pub(super) fn int32(number: u32) -> Self {
        Self::Int32(vec![number])
    }

    /// One text.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    const fn kind(&self) -> u32 {
        match self {
            Self::Int16(_) => 3,
            Self::Int32(_) => INT32,
            Self::Text(_) => 6,
            Self::Binary(_) => 7,
            Self::Texts(_) => 8,
            Self::Localized(_) => 9,
        }
    }

    const fn alignment(&self) -> usize {
        match self {
            Self::Int16(_) => 2,
            Self::Int32(_) => 4,
            _ => 1,
        }
    }

    const fn count(&self) -> usize {
        match self {
            Self::Int16(numbers) => numbers.len(),
            Self::Int32(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Text(_) | Self::Localized(_) => 1,
        }
    }

    fn store(&self, store: &mut Vec<u8>) {
        let mut text = |text: &str| {
            store.extend_from_slice(text.as_bytes());
            store.push(0);
        };
        match self {
            Self::Text(one) | Self::Localized(one) => text(one),
            Self::Texts(texts) => texts.iter().for_each(|one| text(one)),
            Self::Int16(numbers) => store.extend(numbers.iter().flat_map(|number| number.to_be_bytes())),
            Self::Int32(numbers) => store.extend(numbers.iter().flat_map(|number| number.to_be_bytes())),
            Self::Binary(bytes) => store.extend_from_slice(bytes),
        }
    }

    /// Texts end at a zero byte.
    fn has_zero(&self) -> bool {
        match self {
            Self::Text(text) | Self::Localized(text) => text.contains('\0'),
            Self::Texts(texts) => texts.iter().any(|text| text.contains('\0')),
            Self::Int16(_) | Self::Int32(_) | Self::Binary(_) => false,
        }
    }
}

/// Writes a structure with `region` and `values`, which it sorts. Values without an element are left out, as rpm has none.
///
/// # Errors
/// [`Error::Invalid`] if a text has a zero byte, or it all is larger than a structure can be.
pub(super) fn write(region: Tag, mut values: Vec<(Tag, Value)>) -> Result<Vec<u8>, Error> {
    values.retain(|(_, value)| value.count() > 0);
    values.sort_by_key(|(tag, _)| *tag);
    let mut index = Vec::with_capacity((values.len() + 1) * ENTRY_SIZE);
    let mut store = Vec::with_capacity(4096);
    for (tag, value) in &values {
        if value.has_zero() {
            return Err(Error::Invalid(
                "a text with a zero byte cannot stand in an rpm".to_owned(),
            ));
        }
        store.resize(store.len().next_multiple_of(value.alignment()), 0);
        index.extend(entry(*tag, value.kind(), number(store.len())?, number(value.count())?));
        value.store(&mut store);
    }
    let region_kind = Value::Binary(Vec::new()).kind();
    let index_size = number(index.len() + ENTRY_SIZE)?;
    let region_entry = entry(region, region_kind, number(store.len())?, number(ENTRY_SIZE)?);
    store.extend(entry(
        region,
        region_kind,
        index_size.wrapping_neg(),
        number(ENTRY_SIZE)?,
    ));
    let entries = number(values.len() + 1)?.to_be_bytes();
    let store_size = number(store.len())?.to_be_bytes();
    Ok([&MAGIC[..], &entries, &store_size, &region_entry, &index, &store].concat())
}

/// How long the structure at the beginning of `bytes` is; `None` if there is none that is whole.
pub(super) fn size(bytes: &[u8]) -> Option<usize> {
    let numbers = bytes.strip_prefix(&MAGIC)?;
    let [entries, store] = [word(numbers, 0)?, word(numbers, 4)?];
    let index = usize::try_from(entries).ok()?.checked_mul(ENTRY_SIZE)?;
    let size = INTRO_SIZE
        .checked_add(index)?
        .checked_add(usize::try_from(store).ok()?)?;
    (size <= bytes.len()).then_some(size)
}

/// The first number of `tag` in the structure at the beginning of `bytes`.
pub(super) fn int32(bytes: &[u8], tag: Tag) -> Option<u32> {
    let structure = bytes.get(..size(bytes)?)?;
    let index_size = usize::try_from(word(structure, MAGIC.len())?).ok()? * ENTRY_SIZE;
    let (index, store) = structure.get(INTRO_SIZE..)?.split_at_checked(index_size)?;
    let is_it = |entry: &&[u8]| word(entry, 0) == Some(tag.number()) && word(entry, 4) == Some(INT32);
    let entry = index.chunks_exact(ENTRY_SIZE).find(is_it)?;
    word(store, usize::try_from(word(entry, 8)?).ok()?)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn entry(tag: Tag, kind: u32, offset: u32, count: u32) -> [u8; ENTRY_SIZE] {
    let mut entry = [0; ENTRY_SIZE];
    let bytes = [tag.number(), kind, offset, count]
        .into_iter()
        .flat_map(u32::to_be_bytes);
    entry.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    entry
}

fn number(number: usize) -> Result<u32, Error> {
    // rpm reads headers up to 256 MiB (`HEADER_DATA_MAX`).
    let fits = u32::try_from(number).ok().filter(|number| *number < 256 << 20);
    fits.ok_or_else(|| Error::Invalid("there is too much for the header of an rpm".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structure_knows_its_size() {
        let values = vec![
            (Tag::NAME, Value::text("a")),
            (Tag::FILEMODES, Value::Int16(vec![1, 2, 3])),
            (Tag::FILESIZES, Value::Int32(vec![7])),
            (Tag::FILELANGS, Value::Texts(Vec::new())),
        ];
        let structure = write(Tag::HEADERIMMUTABLE, values).unwrap();
        // Three entries and the region; "a\0", padding, a number, three short ones, padding, the trailer.
        let store = [&b"a\0\0\0"[..], &[0, 0, 0, 7], &[0, 1, 0, 2, 0, 3]].concat();
        assert_eq!(
            size(&structure),
            Some(INTRO_SIZE + 4 * ENTRY_SIZE + store.len() + ENTRY_SIZE)
        );
        assert_eq!(structure[INTRO_SIZE + 4 * ENTRY_SIZE..][..store.len()], store);
        assert_eq!(
            structure[structure.len() - 8..structure.len() - 4],
            (-64_i32).to_be_bytes()
        );
        assert_eq!(size(&[&structure[..], b"more"].concat()), Some(structure.len()));
        for cut in [0, 7, 15, structure.len() - 1] {
            assert_eq!(size(&structure[..cut]), None, "{cut}");
        }
        assert_eq!(int32(&structure, Tag::FILESIZES), Some(7));
        assert_eq!(int32(&structure, Tag::NAME), None);
        let mut huge = structure.clone();
        huge[8..16].fill(0xFF);
        assert_eq!(size(&huge), None);
    }

    #[test]
    fn texts_with_zero_bytes_are_refused() {
        for value in [
            Value::text("a\0b"),
            Value::Texts(vec!["a".to_owned(), "\0".to_owned()]),
            Value::Localized("\0".to_owned()),
        ] {
            let result = write(Tag::HEADERIMMUTABLE, vec![(Tag::NAME, value)]);
            assert!(matches!(result, Err(Error::Invalid(_))));
        }
    }
}
