//! `orbit-channel`, `osqueryd-channel`, `desktop-channel`

use std::fmt;

use crate::InvalidValue;

const MAX_BYTES: usize = 64;

/// An update channel: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`. It is one component of a path. The default is `stable`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(String);

impl Channel {
    /// The channel's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self("stable".to_owned())
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<&str> for Channel {
    type Error = InvalidValue;

    fn try_from(channel: &str) -> Result<Self, InvalidValue> {
        let is_valid = channel.len() <= MAX_BYTES
            && channel.starts_with(|first: char| first.is_ascii_alphanumeric())
            && channel
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if is_valid {
            Ok(Self(channel.to_owned()))
        } else {
            Err(InvalidValue::new(
                "must be 1 to 64 letters, digits, dots, underscores or hyphens, the first a letter or digit",
            ))
        }
    }
}
