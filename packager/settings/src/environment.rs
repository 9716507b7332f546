//! The environment, as an argument.

use std::ffi::OsString;

use crate::origin::VARIABLE_PREFIX;

/// The environment that variables and `${NAME}` are taken from.
pub struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
    names: Vec<String>,
}

impl<'a> Environment<'a> {
    /// `lookup` answers with a variable's value, like `|name| std::env::var_os(name)`. `names` are those of all
    /// variables, so that misspelt ones are noticed; those without `PACKAGER_` in front are passed over. A command that
    /// takes `PACKAGER_…` variables of its own leaves them out.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>, names: impl IntoIterator<Item = OsString>) -> Self {
        let mut names: Vec<String> = names
            .into_iter()
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name.starts_with(VARIABLE_PREFIX))
            .collect();
        names.sort_unstable();
        names.dedup();
        Self { lookup, names }
    }

    /// No variable is set.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            lookup: &|_| None,
            names: Vec::new(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<OsString> {
        (self.lookup)(name)
    }

    /// Sorted, each once, all beginning with `PACKAGER_`.
    pub(crate) fn packager_names(&self) -> &[String] {
        &self.names
    }
}
