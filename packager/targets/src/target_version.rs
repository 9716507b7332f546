use std::fmt;
use std::str::FromStr;

/// Longest version in bytes: it becomes part of file names.
const VERSION_BYTES: usize = 64;

/// The version that a target's `custom.version` claims, such as `1.58.0`.
///
/// It goes into package versions and file names, so it starts with a letter or digit and has
/// only letters, digits and `.`, `-`, `+`, `~`, `_`: at most 64 of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TargetVersion(String);

/// The text is not a [`TargetVersion`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version has 1 to 64 letters, digits, or characters of .-+~_, and starts with one of the former")]
pub struct InvalidTargetVersion;

impl TargetVersion {
    /// The version as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TargetVersion {
    type Err = InvalidTargetVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-+~_".contains(&byte);
        if starts_well && text.len() <= VERSION_BYTES && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTargetVersion)
        }
    }
}

impl fmt::Display for TargetVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_and_the_length_are_bounded() {
        for good in ["1.58.0", "5.20.0-rc1", "1.2.3+build~4", &"9".repeat(64)] {
            assert!(good.parse::<TargetVersion>().is_ok(), "{good}");
        }
        for bad in ["", "-1", ".1", "1/2", "1 2", "1\n", "1;x", "é", &"9".repeat(65)] {
            assert!(bad.parse::<TargetVersion>().is_err(), "{bad}");
        }
    }
}
