use super::{Describe, Kind, Refusal};

/// Values of one kind, separated by commas; blanks around each do not count. Empty for none.
pub(crate) struct List<K>(pub(crate) K);

impl<K: Describe> Describe for List<K> {
    fn form(&self) -> String {
        format!("a list; each entry {}", self.0.form())
    }

    fn is_list(&self) -> bool {
        true
    }
}

impl<K: Kind> Kind for List<K> {
    type Value = Vec<K::Value>;

    fn read(&self, text: &str) -> Result<Vec<K::Value>, Refusal> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let numbered = text.split(',').enumerate();
        numbered
            .map(|(index, entry)| {
                self.0
                    .read(entry.trim())
                    .map_err(|Refusal(rule)| Refusal(format!("entry {} {rule}", index + 1).into()))
            })
            .collect()
    }
}
