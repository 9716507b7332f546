//! `fleet-desktop-alternative-browser-host`

use packager_api::SecretText;

use crate::{InvalidValue, host_port, text, text::text_newtype};

/// More than a domain name of the greatest length with a port.
const MAX_BYTES: usize = 260;

text_newtype! {
    /// The `host[:port]` of the links that Fleet Desktop opens in a browser: a domain name in ASCII, an IPv4 address or an
    /// IPv6 address in brackets, and a port from 1 to 65535.
    BrowserHost,
    /// The host as it was typed.
    as_str
}

impl TryFrom<&str> for BrowserHost {
    type Error = InvalidValue;

    fn try_from(host: &str) -> Result<Self, InvalidValue> {
        text::check(host, MAX_BYTES)?;
        host_port::check(host)?;
        Ok(Self(SecretText::from(host)))
    }
}
