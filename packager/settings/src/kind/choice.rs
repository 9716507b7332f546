use super::{Describe, Kind, Refusal};

/// One of a few words.
pub(crate) struct Choice<T: 'static>(pub(crate) &'static [(&'static str, T)]);

impl<T: Sync> Describe for Choice<T> {
    fn form(&self) -> String {
        let words: Vec<String> = self.0.iter().map(|(word, _)| format!("`{word}`")).collect();
        match words.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            _ => words.concat(),
        }
    }
}

impl<T: Copy + Sync> Kind for Choice<T> {
    type Value = T;

    fn read(&self, text: &str) -> Result<T, Refusal> {
        let chosen = self.0.iter().find(|(word, _)| *word == text);
        chosen.map(|(_, value)| *value).ok_or_else(|| Refusal::must_be(self))
    }
}
