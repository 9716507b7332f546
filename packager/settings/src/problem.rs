//! What is wrong with the settings.

use std::fmt;

use crate::origin::Origin;

/// One problem. `Display` names the place and the rule, never the value: it may be a secret, or hold one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingError {
    /// Where the value stands.
    pub origin: Origin,
    /// The setting's key, or the unknown one. Empty if the file could not be understood at all.
    pub key: String,
    /// What is wrong with it.
    pub detail: String,
}

impl SettingError {
    pub(crate) fn new(origin: Origin, key: &str, detail: impl Into<String>) -> Self {
        Self {
            origin,
            key: key.to_owned(),
            detail: detail.into(),
        }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Default => write!(f, "{}: ", self.key)?,
            Origin::File { .. } if !self.key.is_empty() => write!(f, "{}: {}: ", self.origin.place(""), self.key)?,
            origin => write!(f, "{}: ", origin.place(&self.key))?,
        }
        f.write_str(&self.detail)
    }
}

/// The settings cannot be used. `Display` shows every problem, one a line.
#[derive(Debug, thiserror::Error)]
pub struct InvalidSettings {
    /// All problems: of the file, of single values in the order of the table, then of values that do not go together.
    pub problems: Vec<SettingError>,
    /// What [`Loaded::warnings`](crate::Loaded::warnings) would have held.
    pub warnings: Vec<String>,
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}
