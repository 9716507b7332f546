use std::fmt;

use super::fault::ArchiveFault;
use crate::limits::ArchiveLimits;

/// A relative path from an archive: plain components separated by `/`, no `.` or `..`
/// among them, no control characters or backslashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArchivePath(String);

impl ArchivePath {
    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path's components, from the top.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Reads the path of an entry. A leading `./` and, for directories, trailing slashes are
    /// taken off, as archivers put them there. `None` is the archive's own top, `./`.
    pub(super) fn parse(
        bytes: &[u8],
        is_directory: bool,
        limits: &ArchiveLimits,
    ) -> Result<Option<Self>, ArchiveFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| ArchiveFault::Path)?;
        let mut text = text;
        if is_directory {
            if text == "." || text == "./" {
                return Ok(None);
            }
            text = text.strip_suffix('/').unwrap_or(text);
        }
        text = text.strip_prefix("./").unwrap_or(text);
        if text.len() > limits.path_bytes || text.split('/').count() > limits.path_depth {
            return Err(ArchiveFault::PathTooLong);
        }
        let plain = |component: &str| !matches!(component, "" | "." | "..");
        if text.chars().any(|c| c.is_control() || c == '\\') || !text.split('/').all(plain) {
            return Err(ArchiveFault::Path);
        }
        Ok(Some(Self(text.to_owned())))
    }

    /// The directories above, from the top.
    pub(super) fn parents(&self) -> impl Iterator<Item = Self> {
        self.0
            .match_indices('/')
            .filter_map(|(at, _)| self.0.get(..at))
            .map(|parent| Self(parent.to_owned()))
    }
}

impl fmt::Display for ArchivePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8], is_directory: bool) -> Result<Option<String>, ArchiveFault> {
        let limits = ArchiveLimits {
            path_bytes: 20,
            path_depth: 3,
            ..ArchiveLimits::default()
        };
        ArchivePath::parse(text, is_directory, &limits).map(|path| path.map(|path| path.0))
    }

    #[test]
    fn plain_paths_are_taken() {
        assert_eq!(parse(b"a/b", false), Ok(Some("a/b".into())));
        assert_eq!(parse(b"./a", false), Ok(Some("a".into())));
        assert_eq!(parse(b"a b/c.app/", true), Ok(Some("a b/c.app".into())));
        assert_eq!(parse(b"./", true), Ok(None));
        assert_eq!(parse(b"a/b/c", false), Ok(Some("a/b/c".into())));
        assert_eq!(parse(&[b'n'; 20], false), Ok(Some("n".repeat(20))));
    }

    #[test]
    fn unsafe_paths_are_refused() {
        for text in [
            &b""[..],
            b"/a",
            b"//a",
            b"..",
            b"../a",
            b"a/../b",
            b"a/..",
            b"a//b",
            b"a/./b",
            b"./.",
            b"././a",
            b"a\\b",
            b"a\0b",
            b"a\nb",
            b"\xff",
            b"a/",
            b".",
            b"C:\\a",
        ] {
            assert_eq!(parse(text, false), Err(ArchiveFault::Path), "{text:?}");
        }
        for text in [&b""[..], b"/", b"../", b"a//", b"./../"] {
            assert_eq!(parse(text, true), Err(ArchiveFault::Path), "{text:?}");
        }
    }

    #[test]
    fn length_and_depth_are_bounded() {
        assert_eq!(parse(&[b'n'; 21], false), Err(ArchiveFault::PathTooLong));
        assert_eq!(parse(b"a/b/c/d", false), Err(ArchiveFault::PathTooLong));
    }

    #[test]
    fn parents_come_from_the_top() {
        let path = ArchivePath("a/b/c".into());
        let parents: Vec<_> = path.parents().map(|parent| parent.0).collect();
        assert_eq!(parents, ["a", "a/b"]);
    }
}
