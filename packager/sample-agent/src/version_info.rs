//! Writes a version into an executable's VERSIONINFO resource.
//!
//! The resource ([`VS_VERSIONINFO`]) is a tree of records. Its root holds a `VS_FIXEDFILEINFO`: a signature, then 32-bit
//! numbers of which the third to the sixth are the file's and the product's version, 16 bits a number. Below it are strings.
//! A string is its length in bytes, the length of its value in UTF-16 units with the final NUL, its type, its key, and, where
//! 32 bits are aligned again, its value. The sample programs' strings for versions hold [`SPACE`] units, so that a shorter
//! one fits in their place: what is left stays within the string's length and behind its value's, which is padding.
//!
//! The numbers and strings are found by what the sample programs have there; the checksum of the optional header is set to
//! zero, "not computed", which Windows ignores but for drivers.
//!
//! [`VS_VERSIONINFO`]: https://learn.microsoft.com/en-us/windows/win32/menurc/vs-versioninfo

/// How many UTF-16 units a version may have.
pub(crate) const SPACE: usize = 64;
/// How the text begins that the version takes the place of.
const UNSET: &str = "@VERSION@";
/// The strings that hold the version.
const KEYS: [&str; 2] = ["FileVersion", "ProductVersion"];

/// `dwSignature` of `VS_FIXEDFILEINFO`.
const SIGNATURE: [u8; 4] = 0xFEEF_04BD_u32.to_le_bytes();
/// Offset of `dwFileVersionMS` in it; `dwFileVersionLS`, `dwProductVersionMS` and `dwProductVersionLS` follow.
const FILE_VERSION: usize = 8;

/// Offset of `e_lfanew`, which is the offset of the PE header.
const E_LFANEW: usize = 0x3C;
/// Offset of `CheckSum` in the PE header: behind the signature, the file header, and 64 bytes of the optional header.
const CHECKSUM: usize = 4 + 20 + 64;

/// Writes `version`. Returns `None`, and leaves `executable` in no particular state, if it does not fit or `executable` is
/// not a sample program.
pub(crate) fn write(executable: &mut [u8], version: &str) -> Option<()> {
    let numbers = numbers(version)?;
    let fixed = find(executable, &SIGNATURE)? + FILE_VERSION;
    put(executable, fixed, &numbers)?;
    put(executable, fixed + numbers.len(), &numbers)?;
    for key in KEYS {
        write_string(executable, fixed, key, version)?;
    }
    let header = executable.get(E_LFANEW..E_LFANEW + 4)?;
    let header = u32::from_le_bytes(header.try_into().ok()?) as usize;
    put(executable, header.checked_add(CHECKSUM)?, &[0; 4])
}

/// The version's first four numbers as two 32-bit numbers, of which each has the more significant number above.
fn numbers(version: &str) -> Option<[u8; 8]> {
    let mut numbers = [0_u16; 4];
    let texts = version
        .split(|character: char| !character.is_ascii_digit())
        .filter(|text| !text.is_empty());
    for (number, text) in numbers.iter_mut().zip(texts) {
        *number = text.parse().ok()?;
    }
    let [major, minor, build, revision] = numbers.map(u16::to_le_bytes);
    let mut bytes = [0; 8];
    for (place, number) in bytes.chunks_exact_mut(2).zip([minor, major, revision, build]) {
        place.copy_from_slice(&number);
    }
    Some(bytes)
}

/// Gives the first string `key` behind `fixed` the value `version`. Before it, the program itself may have the same text.
fn write_string(executable: &mut [u8], fixed: usize, key: &str, version: &str) -> Option<()> {
    // With the NUL that ends it, so that no longer key is found.
    let key = utf16(&format!("{key}\0"));
    let at = fixed + find(executable.get(fixed..)?, &key)?;
    // Resources are aligned in the file as they are in memory.
    let value = (at + key.len()).next_multiple_of(4);
    if !executable.get(value..)?.starts_with(&utf16(UNSET)) {
        return None;
    }
    let mut text = utf16(version);
    let units = text.len() / 2;
    if units > SPACE {
        return None;
    }
    text.resize(2 * SPACE, 0);
    put(executable, value, &text)?;
    // `wValueLength` is followed by `wType`, then by the key.
    let length = u16::try_from(units + 1).ok()?.to_le_bytes();
    put(executable, at.checked_sub(4)?, &length)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn put(bytes: &mut [u8], at: usize, content: &[u8]) -> Option<()> {
    bytes
        .get_mut(at..at.checked_add(content.len())?)?
        .copy_from_slice(content);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_version(version: &str) -> Option<[u16; 4]> {
        let bytes = numbers(version)?;
        let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        Some([number(2), number(0), number(6), number(4)])
    }

    #[test]
    fn missing_numbers_are_zero_and_a_release_number_is_the_fourth() {
        assert_eq!(file_version("1.58.0"), Some([1, 58, 0, 0]));
        assert_eq!(file_version("1.2.3-1"), Some([1, 2, 3, 1]));
        assert_eq!(file_version("1.59.0-rc.1"), Some([1, 59, 0, 1]));
        assert_eq!(file_version("1.2.3.4.5"), Some([1, 2, 3, 4]));
    }

    #[test]
    fn a_number_fits_in_sixteen_bits_or_there_is_no_such_version() {
        assert_eq!(file_version("65535.0.0"), Some([65535, 0, 0, 0]));
        assert_eq!(file_version("65536.0.0"), None);
    }

    #[test]
    fn what_is_no_sample_program_is_refused() {
        assert_eq!(write(&mut [], "1.58.0"), None);
        let mut damaged = b"MZ".to_vec();
        damaged.extend(SIGNATURE);
        assert_eq!(write(&mut damaged, "1.58.0"), None);
    }
}
