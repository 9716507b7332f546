//! `arch`

use std::fmt;

use crate::InvalidValue;

/// The processor architecture of the hosts. The default is `amd64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// 64-bit x86.
    #[default]
    Amd64,
    /// 64-bit ARM.
    Arm64,
}

impl Architecture {
    /// The contract's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<&str> for Architecture {
    type Error = InvalidValue;

    fn try_from(word: &str) -> Result<Self, InvalidValue> {
        [Self::Amd64, Self::Arm64]
            .into_iter()
            .find(|value| value.as_str() == word)
            .ok_or_else(|| InvalidValue::new("must be amd64 or arm64"))
    }
}
