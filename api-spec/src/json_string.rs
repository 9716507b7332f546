//! Decoding a JSON string literal without leaving copies of it behind.
//!
//! `serde_json` decodes a string that has escapes in a scratch buffer, which it frees as it is. A PEM key always has
//! escapes (its line ends), so its text would stay in freed memory. Here the literal is decoded into one zeroizing
//! allocation that is large enough from the start.

use zeroize::Zeroizing;

use crate::SecretText;

/// The text of `literal`, a JSON string with its quotes whose syntax `serde_json` has already checked (RFC 8259,
/// section 7). `None` when a `\u` escape is half of a surrogate pair: syntax allows that, but it is no character.
pub(crate) fn decode(literal: &str) -> Option<SecretText> {
    let mut rest = literal.strip_prefix('"')?.strip_suffix('"')?;
    // No escape is shorter than the character it stands for, so this never grows.
    let mut text = Zeroizing::new(String::with_capacity(rest.len()));
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (character, after) = decode_escape(escape)?;
        text.push(character);
        rest = after;
    }
    text.push_str(rest);
    Some(SecretText::from(text))
}

/// The character of an escape (its backslash is taken off already), and what follows it.
fn decode_escape(escape: &str) -> Option<(char, &str)> {
    let mut characters = escape.chars();
    let character = match characters.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return decode_unicode(characters.as_str()),
        itself @ ('"' | '\\' | '/') => itself,
        _ => return None,
    };
    Some((character, characters.as_str()))
}

/// The character of a `\u` escape, or of two that make a surrogate pair, and what follows.
fn decode_unicode(digits: &str) -> Option<(char, &str)> {
    let (first, after) = split_code_unit(digits)?;
    if let Ok(character) = char::try_from(u32::from(first)) {
        return Some((character, after));
    }
    let (second, after) = split_code_unit(after.strip_prefix("\\u")?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, after))
}

fn split_code_unit(digits: &str) -> Option<(u16, &str)> {
    let (digits, after) = digits.split_at_checked(4)?;
    // `from_str_radix` alone would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u16::from_str_radix(digits, 16).ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_as_serde_json_does() {
        for literal in [
            r#""""#,
            r#""plain""#,
            r#""Grüße 🚚""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0000\u007f\u00e9\u20AC\uFFFF""#,
            r#""a\ud83d\ude9ab""#,
            r#""\\u0041""#,
            r#""-----BEGIN X-----\nAAAA\n""#,
        ] {
            let expected: String = serde_json::from_str(literal).unwrap();
            assert_eq!(decode(literal).unwrap().expose_secret(), expected, "{literal}");
        }
    }

    #[test]
    fn every_code_unit_decodes_as_serde_json_does() {
        for unit in 0..=u16::MAX {
            let literal = format!("\"\\u{unit:04x}\"");
            let expected = serde_json::from_str::<String>(&literal).ok();
            let decoded = decode(&literal).map(|text| text.expose_secret().to_owned());
            assert_eq!(decoded, expected, "{literal}");
        }
    }

    #[test]
    fn refuses_what_is_no_character() {
        for literal in [
            r#""\ud83d""#,
            r#""\ude9a""#,
            r#""\ud83d\u0041""#,
            r#""\ud83dx""#,
            r#""\ude9a\ud83d""#,
            r#""\u+123""#,
            r#""\u12""#,
            r#""\x""#,
            r#""\"#,
            "\"",
        ] {
            assert_eq!(decode(literal), None, "{literal}");
        }
    }
}
