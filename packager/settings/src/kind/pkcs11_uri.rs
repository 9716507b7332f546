use super::{Describe, Kind, Refusal};

/// A PKCS#11 URI (RFC 7512).
pub(crate) struct Pkcs11Uri;

const MOST_BYTES: usize = 2048;

impl Describe for Pkcs11Uri {
    fn form(&self) -> String {
        "a PKCS#11 URI (RFC 7512), without a PIN".to_owned()
    }
}

impl Kind for Pkcs11Uri {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, Refusal> {
        let attributes = text.strip_prefix("pkcs11:").filter(|attributes| !attributes.is_empty());
        if attributes.is_none() || text.len() > MOST_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refusal::must_be(self));
        }
        let mut names = text
            .split([':', ';', '?', '&'])
            .filter_map(|part| part.split('=').next());
        if names.any(|name| name.eq_ignore_ascii_case("pin-value") || name.eq_ignore_ascii_case("pin-source")) {
            return Err("must not hold a PIN: that is `signing_msi_pin`".into());
        }
        Ok(text.to_owned())
    }
}
