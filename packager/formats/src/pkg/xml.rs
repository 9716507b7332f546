//! Texts in XML.

use std::borrow::Cow;

use crate::Error;

/// `text` as it stands between tags and, in double quotes, as an attribute's value (*XML 1.0*, section 2.4).
///
/// # Errors
/// [`Error::Invalid`] if it has a control character: few of them can stand in XML, and none belongs into a text here.
pub(super) fn escape(text: &str) -> Result<Cow<'_, str>, Error> {
    if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}'))
    {
        return Err(Error::Invalid(format!("{text:?} cannot stand in a pkg")));
    }
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Ok(Cow::Borrowed(text));
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
    }
    Ok(Cow::Owned(escaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_is_escaped_and_control_characters_are_refused() {
        assert_eq!(
            escape("a <b> & \"c\" 'd'").unwrap(),
            "a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;"
        );
        assert_eq!(escape("é ~").unwrap(), "é ~");
        for text in ["a\nb", "\0", "\u{85}", "\u{FFFF}"] {
            assert!(escape(text).is_err(), "{text:?}");
        }
    }
}
