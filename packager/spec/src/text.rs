//! What all texts of a request have in common: they are bounded, and hold nothing that a reader cannot see.

use crate::InvalidValue;

/// Declares a text that prints nothing of itself in `Debug` and zeroes itself on drop. Its file says what it may hold.
macro_rules! text_newtype {
    ($(#[$attribute:meta])* $name:ident, $(#[$read_attribute:meta])* $read:ident) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(packager_api::SecretText);

        impl $name {
            $(#[$read_attribute])*
            #[must_use]
            pub fn $read(&self) -> &str {
                self.0.expose_secret()
            }

            pub(crate) fn to_secret_text(&self) -> packager_api::SecretText {
                self.0.clone()
            }
        }
    };
}
pub(crate) use text_newtype;

/// Refuses an empty text, one of more than `max_bytes` bytes of UTF-8, and one that is not printable.
pub(crate) fn check(text: &str, max_bytes: usize) -> Result<(), InvalidValue> {
    if text.is_empty() {
        return Err(InvalidValue::new("must not be empty"));
    }
    check_length(text, max_bytes)?;
    if text.chars().all(is_printable) {
        Ok(())
    } else {
        Err(InvalidValue::new(
            "must be printable: no line breaks, control characters or invisible characters",
        ))
    }
}

pub(crate) fn check_length(text: &str, max_bytes: usize) -> Result<(), InvalidValue> {
    if text.len() <= max_bytes {
        Ok(())
    } else {
        Err(InvalidValue::new(format!("must be at most {max_bytes} bytes long")))
    }
}

/// Whether a character can be seen, or is a plain space.
///
/// Not printable are controls (Cc), format characters (Cf: zero-width, bidirectional, tags), separators (Zl, Zp, and
/// Zs but U+0020), variation selectors, and noncharacters. The table is written down here, not asked of a library, so that
/// a spec that was sealed once is not refused after an update of Unicode's tables.
pub(crate) fn is_printable(character: char) -> bool {
    !matches!(
        u32::from(character),
        0x00..=0x1F | 0x7F..=0xA0 | 0xAD // controls, no-break space, soft hyphen
        | 0x034F | 0x061C | 0x115F..=0x1160 | 0x1680 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x0600..=0x0605 | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2 // prepended marks
        | 0x2000..=0x200F | 0x2028..=0x202F | 0x205F..=0x206F // spaces, zero width, separators, bidirectional
        | 0x2800 | 0x3000 | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC
        | 0xFDD0..=0xFDEF // noncharacters
        | 0x1_10BD | 0x1_10CD | 0x1_3430..=0x1_343F | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A
        | 0xE_0000..=0xE_0FFF // tags, variation selectors
    ) && u32::from(character) & 0xFFFE != 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_printable() {
        for character in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{80}',
            '\u{85}',
            '\u{9f}',
            '\u{a0}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{3000}',
            '\u{feff}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{1ffff}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{10ffff}',
        ] {
            assert!(!is_printable(character), "{character:?}");
        }
    }

    #[test]
    fn letters_of_any_script_and_symbols_are_printable() {
        for character in [' ', '!', '~', '¡', 'é', '\u{301}', 'ж', '語', '€', '🚚', '\u{fffd}'] {
            assert!(is_printable(character), "{character:?}");
        }
    }

    #[test]
    fn length_is_counted_in_bytes() {
        assert!(check(&"é".repeat(5), 10).is_ok());
        assert_eq!(
            check(&"é".repeat(6), 11).unwrap_err().to_string(),
            "must be at most 11 bytes long"
        );
    }
}
