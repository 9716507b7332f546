//! `end-user-email`

use packager_api::SecretText;

use crate::{InvalidValue, text, text::text_newtype};

/// The longest address in a mail's path (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

text_newtype! {
    /// The e-mail address of a host's user: `local@domain`, at most 254 bytes, the domain with a dot.
    ///
    /// The local part is a dot-atom (RFC 5322, section 3.2.3) or letters of any script, without the characters that a
    /// shell or Windows Installer would expand; quoted local parts and addresses in brackets are refused.
    EndUserEmail,
    /// The address.
    as_str
}

impl TryFrom<&str> for EndUserEmail {
    type Error = InvalidValue;

    fn try_from(address: &str) -> Result<Self, InvalidValue> {
        text::check(address, MAX_BYTES)?;
        match address.split_once('@') {
            Some((local, domain)) if is_local(local) && is_domain(domain) => Ok(Self(SecretText::from(address))),
            _ => Err(InvalidValue::new("must be an e-mail address")),
        }
    }
}

fn is_local(local: &str) -> bool {
    let is_atom = |character: char| character.is_alphanumeric() || "!#&'*+-/=?^_~".contains(character);
    local.len() <= MAX_LOCAL_BYTES
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|character| character.is_alphanumeric() || character == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}
