//! Texts in which Windows Installer replaces references (Windows Installer SDK, "Formatted").

use crate::Error;

/// A text with references to properties and folders, in which everything else stands for itself.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Formatted(String);

impl Formatted {
    /// Text that stands for itself: brackets and braces are escaped.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it has a control character. The text is not in the error: it may be a secret.
    pub fn text(text: &str) -> Result<Self, Error> {
        Self::default().and_text(text)
    }

    /// The value of a property or, behind which a backslash stands, the path of a folder.
    #[must_use]
    pub fn property(name: &str) -> Self {
        Self::default().and_property(name)
    }

    /// The same with more text.
    ///
    /// # Errors
    /// As for [`Formatted::text`].
    pub fn and_text(mut self, text: &str) -> Result<Self, Error> {
        if text.chars().any(char::is_control) {
            return Err(Error::Invalid("a text has a control character".to_owned()));
        }
        for c in text.chars() {
            if matches!(c, '[' | ']' | '{' | '}') {
                self.0.push_str("[\\");
                self.0.push(c);
                self.0.push(']');
            } else {
                self.0.push(c);
            }
        }
        Ok(self)
    }

    /// The same with the value of a property behind it.
    #[must_use]
    pub fn and_property(mut self, name: &str) -> Self {
        self.0.push('[');
        self.0.push_str(name);
        self.0.push(']');
        self
    }

    /// Several texts as one value of the registry, a list (Windows Installer SDK, "Registry Table", `[~]`).
    pub(super) fn list(texts: &[Self]) -> String {
        let texts: Vec<_> = texts.iter().map(Self::as_str).collect();
        texts.join("[~]")
    }

    /// As it stands in a table.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Formatted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Formatted({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_reference_stands_for_itself() {
        let text = Formatted::text("A=a[FLEET_SECRET]{b}[~]#%1")
            .unwrap()
            .and_property("FLEET_URL");
        assert_eq!(
            text.as_str(),
            r"A=a[\[]FLEET_SECRET[\]][\{]b[\}][\[]~[\]]#%1[FLEET_URL]"
        );
    }

    #[test]
    fn control_characters_are_refused_without_being_quoted() {
        let error = Formatted::text("hunter2\n").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
