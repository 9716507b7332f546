//! Settings from flags, variables and the file.

use std::path::Path;

use zeroize::Zeroizing;

use crate::draft::Draft;
use crate::environment::Environment;
use crate::file::{self, Taken};
use crate::loaded::{Loaded, effective};
use crate::origin::{Origin, VARIABLE_PREFIX};
use crate::problem::InvalidSettings;
use crate::rules;
use crate::setting::{Setting, setting, settings};
use crate::suggest::closest;
use crate::table::{self, Settings};

/// The variable that names the configuration file. It is the caller who reads it.
pub const CONFIG_VARIABLE: &str = "PACKAGER_CONFIG";
/// The flag that names the configuration file, without its leading hyphens.
pub const CONFIG_FLAG: &str = "config";
/// Longest configuration file, in bytes: a path that leads to something else stops here.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

impl Settings {
    /// Brings together what was given. `flags` are keys (in the spelling of either the file or the flag) with their values,
    /// in the order of the command line; `file` is the path, for messages, and the text of the configuration file.
    ///
    /// Fails with every problem there is, not only the first. A value that a stronger source goes over is not judged.
    /// Variables that begin with `PACKAGER_` but belong to no setting are warned of and no more: Kubernetes sets such
    /// variables by itself in the neighbourhood of a service that is called `packager`.
    pub fn load(
        flags: &[(&str, &str)],
        environment: &Environment<'_>,
        file: Option<(&Path, &str)>,
    ) -> Result<Loaded, InvalidSettings> {
        let mut draft = Draft::default();
        let taken = file.map_or(Taken::Yes, |(path, text)| {
            file::take(&mut draft, path, text, environment)
        });
        take_variables(&mut draft, environment);
        take_flags(&mut draft, flags);
        let read = table::read(&mut draft);
        if taken == Taken::Yes {
            rules::check_presence(&mut draft);
        }
        if let Some(read) = &read {
            rules::check_values(&mut draft, read);
        }
        match read {
            Some(settings) if draft.problems.is_empty() => Ok(Loaded {
                settings,
                effective: effective(&draft),
                warnings: draft.warnings,
            }),
            _ => Err(InvalidSettings {
                problems: draft.problems,
                warnings: draft.warnings,
            }),
        }
    }
}

fn take_variables(draft: &mut Draft, environment: &Environment<'_>) {
    for setting in settings() {
        match environment
            .get(&setting.variable())
            .map(std::ffi::OsString::into_string)
        {
            None => {}
            Some(Ok(text)) => draft.give(setting.key, Zeroizing::new(text), Origin::Variable),
            Some(Err(_)) => draft.report(Origin::Variable, setting.key, "must be valid UTF-8"),
        }
    }
    for name in environment.packager_names() {
        if name != CONFIG_VARIABLE && !settings().any(|setting| setting.variable() == *name) {
            let key = name.strip_prefix(VARIABLE_PREFIX).unwrap_or(name).to_ascii_lowercase();
            let hint = hint(&key, Setting::variable);
            let name = presentable(name);
            draft
                .warnings
                .push(format!("{name}: no setting has this variable{hint}; it is ignored"));
        }
    }
}

fn take_flags(draft: &mut Draft, flags: &[(&str, &str)]) {
    let mut seen: Vec<&str> = Vec::new();
    for (key, text) in flags {
        let Some(setting) = setting(&key.replace('-', "_")) else {
            unknown(draft, Origin::Flag, key, "flag", |setting| {
                format!("--{}", setting.flag())
            });
            continue;
        };
        let mut text = Zeroizing::new((*text).to_owned());
        if seen.contains(&setting.key) {
            let Some(before) = draft.given(setting.key).filter(|_| setting.is_list()) else {
                draft.report(Origin::Flag, setting.key, "is given more than once");
                continue;
            };
            text = Zeroizing::new(format!("{},{}", before.text.as_str(), text.as_str()));
        }
        seen.push(setting.key);
        draft.give(setting.key, text, Origin::Flag);
    }
}

/// Reports a key that no setting has. `spell` says how the setting that was meant would be spelled there.
pub(crate) fn unknown(draft: &mut Draft, origin: Origin, key: &str, what: &str, spell: impl Fn(&Setting) -> String) {
    let hint = hint(&key.replace('-', "_"), spell);
    draft.report(origin, &presentable(key), format!("there is no such {what}{hint}"));
}

fn hint(key: &str, spell: impl Fn(&Setting) -> String) -> String {
    let meant = closest(key, settings().map(Setting::key)).and_then(setting);
    meant
        .map(|setting| format!(" (did you mean `{}`?)", spell(setting)))
        .unwrap_or_default()
}

/// A name that somebody else chose, fit for a line of a message.
fn presentable(name: &str) -> String {
    const MOST_CHARACTERS: usize = 64;
    name.chars()
        .take(MOST_CHARACTERS)
        .flat_map(char::escape_debug)
        .collect()
}
