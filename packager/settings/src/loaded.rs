//! The settings as they are in force.

use std::fmt::Write as _;
use std::path::PathBuf;

use url::Url;

use crate::draft::Draft;
use crate::origin::Origin;
use crate::problem::SettingError;
use crate::setting::settings;
use crate::table::{Settings, Storage, Update, sections};
use crate::toml_text::assignment;

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What the operator should know, one sentence each.
    pub warnings: Vec<String>,
    /// By key.
    pub(crate) effective: Vec<Effective>,
}

/// What is in force for one setting.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    key: &'static str,
    /// Without secrets.
    shown: String,
    origin: Origin,
}

pub(crate) fn effective(draft: &Draft) -> Vec<Effective> {
    settings()
        .map(|setting| {
            let text = draft
                .given(setting.key)
                .map_or(setting.default, |given| given.text.as_str());
            Effective {
                key: setting.key,
                shown: setting.kind.shown(text).to_owned(),
                origin: draft.origin(setting.key),
            }
        })
        .collect()
}

impl Loaded {
    /// Where the value of the setting `key` comes from. [`Origin::Default`] for a key that no setting has.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        let effective = self.effective.iter().find(|effective| effective.key == key);
        effective.map_or(Origin::Default, |effective| effective.origin.clone())
    }

    /// All settings as TOML, each with its origin in a comment. Secrets are left out; references to them are shown.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::new();
        for section in sections() {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}# {}", section.title);
            for effective in &self.effective {
                if let Some(setting) = section.settings.iter().find(|setting| setting.key == effective.key) {
                    let assignment = assignment(setting, &effective.shown);
                    let _ = writeln!(text, "{assignment} # {}", effective.origin.place(effective.key));
                }
            }
        }
        text
    }

    /// Fails if the update repository has no trusted root: neither `update_roots`, nor one that `has_embedded_root` knows of.
    pub fn require_trusted_root(&self, has_embedded_root: impl Fn(&Url) -> bool) -> Result<(), SettingError> {
        if self.settings.update.has_trusted_root(has_embedded_root) {
            return Ok(());
        }
        let key = "update_url";
        Err(SettingError::new(
            self.origin(key),
            key,
            "no trusted root is embedded for this repository: get its root.json over a way that you trust, and name it with \
             `update_roots`",
        ))
    }
}

impl Update {
    /// Whether the repository's metadata can be verified: with `update_roots`, or with a root that `has_embedded_root`
    /// knows of.
    pub fn has_trusted_root(&self, has_embedded_root: impl Fn(&Url) -> bool) -> bool {
        self.update_roots.is_some() || has_embedded_root(&self.update_url)
    }
}

impl Storage {
    /// The key file that takes the place of a `master_key` that is not set. It is made at the first start.
    #[must_use]
    pub fn default_master_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }
}
