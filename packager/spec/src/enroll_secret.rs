//! `enroll_secret`

use packager_api::SecretText;

use crate::{InvalidValue, text, text::text_newtype};

const MAX_BYTES: usize = 255;

text_newtype! {
    /// The secret that hosts enroll with: printable, 1 to 255 bytes of UTF-8.
    ///
    /// Spaces inside are kept. One at an end is refused: the agent trims the secret when it reads it from a file, so the
    /// host would send another secret than the one that was typed.
    EnrollSecret,
    /// The secret itself.
    expose_secret
}

impl TryFrom<&str> for EnrollSecret {
    type Error = InvalidValue;

    fn try_from(secret: &str) -> Result<Self, InvalidValue> {
        text::check(secret, MAX_BYTES)?;
        if secret.trim() != secret {
            return Err(InvalidValue::new("must not begin or end with a space"));
        }
        Ok(Self(SecretText::from(secret)))
    }
}
