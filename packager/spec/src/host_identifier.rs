//! `host-identifier`

use std::fmt;

use crate::InvalidValue;

/// What osquery identifies a host by. The default is `uuid`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostIdentifier {
    /// The hardware's UUID.
    #[default]
    Uuid,
    /// An identifier made when osquery is installed, for cloned machines.
    Instance,
}

impl HostIdentifier {
    /// The contract's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Instance => "instance",
        }
    }
}

impl fmt::Display for HostIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<&str> for HostIdentifier {
    type Error = InvalidValue;

    fn try_from(word: &str) -> Result<Self, InvalidValue> {
        [Self::Uuid, Self::Instance]
            .into_iter()
            .find(|value| value.as_str() == word)
            .ok_or_else(|| InvalidValue::new("must be uuid or instance"))
    }
}
