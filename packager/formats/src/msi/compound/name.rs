//! Names of streams.
//!
//! A directory has room for 31 UTF-16 code units. Windows Installer packs two characters of a name that are letters, digits,
//! `.` or `_` into one code unit from U+3800 on, and one that is left over into one from U+4800 on; U+4840 in front marks a
//! table. (There is no document of Microsoft's about it; Wine's and msitools' readers agree.)

use crate::Error;

/// Most code units of a name ([MS-CFB] 2.6.1).
const MAX_UNITS: usize = 31;
const PAIR: u16 = 0x3800;
const SINGLE: u16 = 0x4800;
const TABLE: u16 = 0x4840;

/// The name of a stream as a directory has it: UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamName(Vec<u16>);

impl StreamName {
    /// The name of a table.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is too long.
    pub(crate) fn table(name: &str) -> Result<Self, Error> {
        Self::checked([vec![TABLE], packed(name)].concat(), name)
    }

    /// The name of a stream that a table refers to, such as a cabinet.
    ///
    /// # Errors
    /// As for [`StreamName::table`].
    pub(crate) fn stream(name: &str) -> Result<Self, Error> {
        Self::checked(packed(name), name)
    }

    /// A name that is not packed: of a stream that is no part of the database.
    ///
    /// # Errors
    /// As for [`StreamName::table`].
    pub(crate) fn plain(name: &str) -> Result<Self, Error> {
        Self::checked(name.encode_utf16().collect(), name)
    }

    /// Takes a name out of a directory.
    pub(super) const fn from_units(units: Vec<u16>) -> Self {
        Self(units)
    }

    pub(crate) fn units(&self) -> &[u16] {
        &self.0
    }

    /// What names are ordered by in a directory ([MS-CFB] 2.6.4): the length, then the code units in upper case.
    pub(super) fn order(&self) -> (usize, Vec<u16>) {
        let upper = |unit: &u16| u8::try_from(*unit).map_or(*unit, |byte| u16::from(byte.to_ascii_uppercase()));
        (self.0.len(), self.0.iter().map(upper).collect())
    }

    /// What Authenticode orders streams by: the bytes of the name, its end included.
    pub(super) fn signing_order(&self) -> Vec<u8> {
        self.0.iter().chain([&0]).flat_map(|unit| unit.to_le_bytes()).collect()
    }

    fn checked(units: Vec<u16>, name: &str) -> Result<Self, Error> {
        if units.is_empty() || units.len() > MAX_UNITS {
            return Err(Error::Invalid(format!("{name:?} cannot be the name of a stream")));
        }
        Ok(Self(units))
    }
}

fn packed(name: &str) -> Vec<u16> {
    let mut units = Vec::new();
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let Some(first) = value(c) else {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            continue;
        };
        match rest.peek().copied().and_then(value) {
            Some(second) => {
                rest.next();
                units.push(PAIR + (second << 6) + first);
            }
            None => units.push(SINGLE + first),
        }
    }
    units
}

/// The six bits that stand for a character.
fn value(c: char) -> Option<u16> {
    let ascii = u8::try_from(c).ok()?;
    let value = match ascii {
        b'0'..=b'9' => ascii - b'0',
        b'A'..=b'Z' => ascii - b'A' + 10,
        b'a'..=b'z' => ascii - b'a' + 36,
        b'.' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(u16::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_characters_become_one() {
        // 'F' is 15, 'i' 44, 'l' 47 and 'e' 40.
        let file = [0x4840, 0x3800 + (44 << 6) + 15, 0x3800 + (40 << 6) + 47];
        assert_eq!(StreamName::table("File").unwrap().units(), file);
        assert_eq!(StreamName::stream("a").unwrap().units(), [0x4800 + 36]);
        assert_eq!(StreamName::stream("-a").unwrap().units(), [0x2D, 0x4800 + 36]);
        assert_eq!(StreamName::plain("\u{5}S").unwrap().units(), [5, 0x53]);
    }

    #[test]
    fn names_that_do_not_fit_are_refused() {
        assert!(StreamName::stream(&"a".repeat(62)).is_ok());
        assert!(StreamName::stream(&"a".repeat(63)).is_err());
        assert!(StreamName::table(&"a".repeat(60)).is_ok());
        assert!(StreamName::table(&"a".repeat(61)).is_err());
        assert!(StreamName::stream("").is_err());
    }
}
