//! Where a value comes from.

use std::path::Path;
use std::sync::Arc;

pub(crate) const VARIABLE_PREFIX: &str = "PACKAGER_";

/// Where a value comes from, the strongest last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody gave one.
    Default,
    /// The configuration file.
    File {
        /// As it was named.
        path: Arc<Path>,
        /// Counted from one.
        line: usize,
    },
    /// The setting's environment variable.
    Variable,
    /// The setting's flag.
    Flag,
}

impl Origin {
    /// The place to look at for the setting `key`, on one line: `--listen`, `PACKAGER_LISTEN`, `packager.toml:7`, `default`.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File { path, line } => format!("{}:{line}", path.display().to_string().escape_debug()),
            Self::Variable => variable(key),
            Self::Flag => format!("--{}", flag(key)),
        }
    }
}

pub(crate) fn variable(key: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", key.to_ascii_uppercase())
}

pub(crate) fn flag(key: &str) -> String {
    key.replace('_', "-")
}
