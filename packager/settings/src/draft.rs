//! Values on their way into the settings.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::kind::Kind;
use crate::origin::Origin;
use crate::problem::SettingError;

/// A value's text, and where it stands.
pub(crate) struct Given {
    pub(crate) text: Zeroizing<String>,
    pub(crate) origin: Origin,
}

/// What was given so far, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Draft {
    given: BTreeMap<&'static str, Given>,
    pub(crate) problems: Vec<SettingError>,
    pub(crate) warnings: Vec<String>,
}

impl Draft {
    /// Goes over what was given before.
    pub(crate) fn give(&mut self, key: &'static str, text: Zeroizing<String>, origin: Origin) {
        self.given.insert(key, Given { text, origin });
    }

    pub(crate) fn given(&self, key: &str) -> Option<&Given> {
        self.given.get(key)
    }

    pub(crate) fn origin(&self, key: &str) -> Origin {
        self.given(key).map_or(Origin::Default, |given| given.origin.clone())
    }

    /// Whether somebody gave something other than nothing.
    pub(crate) fn is_set(&self, key: &str) -> bool {
        self.given(key).is_some_and(|given| !given.text.is_empty())
    }

    /// Whether a problem with this very setting is known already.
    pub(crate) fn is_refused(&self, key: &str) -> bool {
        self.problems.iter().any(|problem| problem.key == key)
    }

    pub(crate) fn report(&mut self, origin: Origin, key: &str, detail: impl Into<String>) {
        self.problems.push(SettingError::new(origin, key, detail));
    }

    /// The value of `key`. `None` if what was given is refused: then the problem is noted.
    pub(crate) fn read<K: Kind>(&mut self, key: &'static str, default: &str, kind: &K) -> Option<K::Value> {
        let origin = self.origin(key);
        let text = self.given.get(key).map_or(default, |given| given.text.as_str());
        match kind.read(text) {
            Ok(value) => {
                if let Some(caution) = kind.caution(&value, &origin) {
                    self.warnings.push(format!("{}: {caution}", origin.place(key)));
                }
                Some(value)
            }
            Err(refusal) => {
                self.report(origin, key, refusal.0);
                None
            }
        }
    }
}
