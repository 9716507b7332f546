use super::{Describe, Kind, Refusal, digits};

/// A whole number within bounds.
pub(crate) struct Count {
    pub(crate) least: usize,
    pub(crate) most: usize,
}

impl Describe for Count {
    fn form(&self) -> String {
        format!("a whole number, {} to {}", self.least, self.most)
    }

    fn is_number(&self) -> bool {
        true
    }
}

impl Kind for Count {
    type Value = usize;

    fn read(&self, text: &str) -> Result<usize, Refusal> {
        digits(text)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| (self.least..=self.most).contains(number))
            .ok_or_else(|| Refusal::must_be(self))
    }
}
