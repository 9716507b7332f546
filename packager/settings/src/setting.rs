//! One row of the table, without its type.

use crate::kind::Describe;
use crate::origin::{flag, variable};
use crate::table::sections;

/// Settings that belong together.
#[derive(Clone, Copy)]
pub struct Section {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) settings: &'static [Setting],
}

impl Section {
    /// The heading.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What these settings are about, in Markdown on one line.
    #[must_use]
    pub fn about(&self) -> String {
        one_line(self.about)
    }

    /// The settings, in the order in which they are documented.
    #[must_use]
    pub fn settings(&self) -> &'static [Setting] {
        self.settings
    }
}

/// One setting.
#[derive(Clone, Copy)]
pub struct Setting {
    pub(crate) key: &'static str,
    pub(crate) default: &'static str,
    pub(crate) help: &'static str,
    pub(crate) kind: &'static dyn Describe,
}

impl Setting {
    /// The key in the file, like `admin_listen`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The flag without its two leading hyphens, like `admin-listen`.
    #[must_use]
    pub fn flag(&self) -> String {
        flag(self.key)
    }

    /// The environment variable, like `PACKAGER_ADMIN_LISTEN`.
    #[must_use]
    pub fn variable(&self) -> String {
        variable(self.key)
    }

    /// The text that stands for the default; empty for none.
    #[must_use]
    pub fn default_text(&self) -> &'static str {
        self.default
    }

    /// What the setting does, in Markdown on one line.
    #[must_use]
    pub fn help(&self) -> String {
        one_line(self.help)
    }

    /// What a value looks like, in Markdown on one line.
    #[must_use]
    pub fn form(&self) -> String {
        self.kind.form()
    }

    /// Whether the value is a secret reference.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.kind.is_secret()
    }

    /// Whether the value is a list: then its flag may be given several times.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.kind.is_list()
    }
}

/// All settings of all sections, in the order in which they are documented.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    sections().iter().flat_map(Section::settings)
}

pub(crate) fn setting(key: &str) -> Option<&'static Setting> {
    settings().find(|setting| setting.key == key)
}

/// Documentation comments arrive as lines, each behind a space.
fn one_line(lines: &str) -> String {
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}
