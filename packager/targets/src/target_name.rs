use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

/// Longest name in bytes: longer ones do not fit every server's limit on a URL's path.
const NAME_BYTES: usize = 512;
/// Longest component in bytes, as file systems have it.
const SEGMENT_BYTES: usize = 255;

/// The name of a target: a relative path of plain components separated by `/`
/// (TARGETPATH in the specification, section 4.5).
///
/// It has no string-like traits, so that it does not slip into a path or a URL unescaped:
/// ask for [`as_str`](Self::as_str) where a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetName(String);

/// Why a text is not a [`TargetName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTargetName {
    /// It is empty, or longer than 512 bytes.
    #[error("a target name has 1 to 512 bytes")]
    Length,
    /// A component is empty, `.`, `..` or longer than 255 bytes.
    #[error("a component of a target name is empty, a dot name or too long")]
    Component,
    /// It has a backslash or a control character.
    #[error("a target name has neither backslashes nor control characters")]
    Character,
}

impl TargetName {
    /// The name in Fleet's layout: `<target>/<platform>/<channel>/<file>`.
    pub fn in_fleet_layout(target: &str, platform: &str, channel: &str, file: &str) -> Result<Self, InvalidTargetName> {
        for segment in [target, platform, channel, file] {
            if segment.contains('/') {
                return Err(InvalidTargetName::Component);
            }
        }
        format!("{target}/{platform}/{channel}/{file}").parse()
    }

    /// The name as metadata spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The name as a relative URL, with `prefix` before the last component. Everything but
    /// unreserved characters (RFC 3986, section 2.3) is percent-encoded; a `+` too, since
    /// some object stores read it as a space.
    pub(crate) fn relative_url(&self, prefix: Option<&str>) -> String {
        let (folders, file) = self.0.rsplit_once('/').unwrap_or(("", &self.0));
        let mut url = String::with_capacity(self.0.len() + 160);
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            percent_encode(&mut url, folder);
            url.push('/');
        }
        if let Some(prefix) = prefix {
            percent_encode(&mut url, prefix);
            url.push('.');
        }
        percent_encode(&mut url, file);
        url
    }
}

fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

impl FromStr for TargetName {
    type Err = InvalidTargetName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > NAME_BYTES {
            return Err(InvalidTargetName::Length);
        }
        if text.chars().any(|c| c.is_control() || c == '\\') {
            return Err(InvalidTargetName::Character);
        }
        let plain = |segment: &str| !matches!(segment, "" | "." | "..") && segment.len() <= SEGMENT_BYTES;
        if !text.split('/').all(plain) {
            return Err(InvalidTargetName::Component);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_relative_paths_are_names() {
        for text in [
            "orbit/linux/stable/orbit",
            "a",
            "Fleet Desktop.app.tar.gz",
            "x/..y/z..",
            "ü/ß",
        ] {
            assert_eq!(text.parse::<TargetName>().unwrap().as_str(), text);
        }
        assert!("n".repeat(255).parse::<TargetName>().is_ok());
        assert!(format!("{0}/{0}/x", "n".repeat(254)).parse::<TargetName>().is_ok());
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\\b", "a\0b", "a\nb", "a\u{85}b",
        ] {
            assert!(text.parse::<TargetName>().is_err(), "{text:?}");
        }
        assert!("n".repeat(256).parse::<TargetName>().is_err());
        let long = format!("{}/{}/x", "n".repeat(255), "n".repeat(255));
        assert_eq!(long.len(), 513);
        assert!(long.parse::<TargetName>().is_err());
        assert!(TargetName::in_fleet_layout("a", "b/c", "d", "e").is_err());
    }

    #[test]
    fn urls_are_percent_encoded() {
        let name: TargetName = "a+b/c d/50%?#:ü".parse().unwrap();
        assert_eq!(name.relative_url(None), "a%2Bb/c%20d/50%25%3F%23%3A%C3%BC");
        assert_eq!(name.relative_url(Some("ff00")), "a%2Bb/c%20d/ff00.50%25%3F%23%3A%C3%BC");
        let top: TargetName = "http:x".parse().unwrap();
        assert_eq!(top.relative_url(None), "http%3Ax");
    }
}
