//! `update-url`

use packager_api::SecretText;

use crate::{InvalidValue, text::text_newtype, web_url};

text_newtype! {
    /// The update repository that the agent uses on the host. The same rule as for [`FleetUrl`](crate::FleetUrl).
    UpdateUrl,
    /// The URL as it was typed.
    as_str
}

impl TryFrom<&str> for UpdateUrl {
    type Error = InvalidValue;

    fn try_from(url: &str) -> Result<Self, InvalidValue> {
        web_url::check(url)?;
        Ok(Self(SecretText::from(url)))
    }
}
