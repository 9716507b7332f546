use super::{Describe, Kind, Refusal};
use crate::origin::Origin;

/// A word that stands for no value, or a value.
pub(crate) struct Or<K> {
    word: &'static str,
    kind: K,
}

/// A value, or `word` for none.
pub(crate) const fn or<K>(word: &'static str, kind: K) -> Or<K> {
    Or { word, kind }
}

/// A value, or the empty text for none.
pub(crate) const fn optional<K>(kind: K) -> Or<K> {
    or("", kind)
}

impl<K: Describe> Describe for Or<K> {
    fn form(&self) -> String {
        let form = self.kind.form();
        if self.word.is_empty() {
            form
        } else {
            format!("{form}; or `{}`", self.word)
        }
    }

    fn is_secret(&self) -> bool {
        self.kind.is_secret()
    }

    fn is_list(&self) -> bool {
        self.kind.is_list()
    }

    fn is_number(&self) -> bool {
        self.kind.is_number()
    }

    fn shown<'a>(&self, text: &'a str) -> &'a str {
        if text == self.word { text } else { self.kind.shown(text) }
    }
}

impl<K: Kind> Kind for Or<K> {
    type Value = Option<K::Value>;

    fn read(&self, text: &str) -> Result<Self::Value, Refusal> {
        if text == self.word {
            return Ok(None);
        }
        match self.kind.read(text) {
            Ok(value) => Ok(Some(value)),
            Err(Refusal(rule)) if self.word.is_empty() => Err(Refusal(rule)),
            Err(Refusal(rule)) => Err(Refusal(format!("{rule}; or `{}`", self.word).into())),
        }
    }

    fn caution(&self, value: &Self::Value, origin: &Origin) -> Option<String> {
        value.as_ref().and_then(|value| self.kind.caution(value, origin))
    }
}
