//! `fleet_url`

use packager_api::SecretText;

use crate::{InvalidValue, text::text_newtype, web_url};

text_newtype! {
    /// The Fleet server's URL, as it was typed: absolute, http or https, with a host and without user info, at most 2048
    /// bytes of the characters of RFC 3986 without `$` and `'`.
    FleetUrl,
    /// The URL as it was typed.
    as_str
}

impl TryFrom<&str> for FleetUrl {
    type Error = InvalidValue;

    fn try_from(url: &str) -> Result<Self, InvalidValue> {
        web_url::check(url)?;
        Ok(Self(SecretText::from(url)))
    }
}
